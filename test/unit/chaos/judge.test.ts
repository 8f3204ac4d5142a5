import { assert, describe, it } from "@effect/vitest"

import { type Evidence, type LedgerMessage } from "#chaos/Evidence.ts"
import { type Fault } from "#chaos/Fault.ts"
import { judge } from "#chaos/judge.ts"
import { type Item, type PoisonPublication } from "#chaos/Load.ts"
import { type TakenMail } from "#test/support/smtpSink.ts"

const item = (overrides: Partial<Item> = {}): Item => ({
  kind: "plain",
  eventId: "e-1",
  userId: "u-1",
  address: "plain-1@usual.example",
  messageClass: "transactional",
  notBefore_ms: 0,
  ...overrides
})

const message = (overrides: Partial<LedgerMessage> = {}): LedgerMessage => ({
  message_id: "m-1",
  event_id: "e-1",
  user_id: "u-1",
  message_class: "transactional",
  status: "sent",
  reason: null,
  attempt: 1,
  max_attempts: 5,
  results: ["sent"],
  ...overrides
})

const mail = (overrides: Partial<TakenMail> = {}): TakenMail => ({
  messageId: "m-1@example.org",
  from: "no-reply@example.org",
  to: ["plain-1@usual.example"],
  raw: Buffer.from(""),
  takenAt: 1000,
  connection: 1,
  ...overrides
})

interface Told {
  readonly poison?: ReadonlyArray<PoisonPublication>
  readonly items?: ReadonlyArray<Item>
  readonly faults?: ReadonlyArray<Fault>
  readonly evidence?: Partial<Evidence>
}

/** One event that was accepted, one message that was sent, one mail: but for what a test says. */
const evidence = ({ evidence = {}, faults = [], items = [item()], poison = [] }: Told): Evidence => ({
  plan: {
    scenario: "a test",
    seed: 1,
    load: { publications: [{ at_ms: 0, via: "batch", items, copies: 1 }], poison },
    faults: faults.map((fault) => ({ at_ms: 0, fault }))
  },
  startedAt: 0,
  acknowledged: new Map([["e-1", 10]]),
  tries: [],
  contradictions: [],
  messages: [message()],
  letters: [],
  taken: [mail()],
  cutShort: [],
  balance: { balanced: true, planned: evidence.messages?.length ?? 1 },
  leftInStreams: { JOBS_EMAIL: 0 },
  copies: [],
  recovered: [],
  outages: [],
  stopped: [],
  crashed: [],
  samples: [],
  drained: true,
  drain_ms: 0,
  ...evidence
})

const rulesBroken = (told: Told) => judge(evidence(told)).map(({ rule }) => rule)

const killed: Fault = { _tag: "Kill", process: "worker-1", back_ms: 0 }
const natsKilled: Fault = { _tag: "ServerAway", server: "nats", how: "kill", for_ms: 0 }
const twice = [mail(), mail({ takenAt: 2000 })]
const letter = { dead_letter_id: "d-1", reason: "rejected", job_id: "m-1", event_id: "e-1", body: "{}" }

describe("judge", () => {
  it("finds nothing where all is as promised", () => {
    assert.deepStrictEqual(rulesBroken({}), [])
  })

  it("misses what was acknowledged and is not known", () => {
    assert.include(rulesBroken({ evidence: { messages: [], taken: [] } }), "lost")
  })

  it("sees what is still open", () => {
    const open = message({ status: "sending", results: [] })
    assert.include(rulesBroken({ evidence: { messages: [open], taken: [] } }), "stuck")
  })

  it("sees an event that was planned twice", () => {
    const both = [message(), message({ message_id: "m-2" })]
    assert.include(rulesBroken({ evidence: { messages: both } }), "planned twice")
  })

  it("lets no campaign's message come twice, whoever died", () => {
    const held = message({ message_class: "campaign", status: "unknown", results: ["unknown", "unknown"] })
    const items = [item({ messageClass: "campaign" })]
    assert.deepStrictEqual(
      rulesBroken({ items, faults: [killed], evidence: { messages: [held], taken: twice } }),
      ["doubled (hold)"]
    )
  })

  it("lets a message that is sent again come twice where a worker died, and not where a server did", () => {
    const again = { messages: [message({ results: ["unknown", "sent"] })], taken: twice }
    assert.deepStrictEqual(rulesBroken({ faults: [killed], evidence: again }), [])
    assert.include(rulesBroken({ faults: [natsKilled], evidence: again }), "doubled (resend)")
  })

  it("wants the same Message-ID each time", () => {
    const other = [mail(), mail({ messageId: "m-2@example.org" })]
    assert.include(rulesBroken({ faults: [killed], evidence: { taken: other } }), "another Message-ID")
  })

  it("compares each attempt with the mail server", () => {
    const differ = "ledger and sink differ"
    assert.deepStrictEqual(rulesBroken({ evidence: { taken: [] } }), [differ])
    const failed = message({ status: "bounced", results: ["permanent"] })
    const refused = { items: [item({ kind: "refused" })] }
    const buried = { messages: [failed], letters: [letter], copies: ["d-1"] }
    assert.deepStrictEqual(rulesBroken({ ...refused, evidence: buried }), [differ])
    assert.deepStrictEqual(rulesBroken({ ...refused, evidence: { ...buried, taken: [] } }), [])
  })

  it("sees a mail that no one planned", () => {
    const stranger = mail({ messageId: "m-9@example.org", to: ["nobody@usual.example"] })
    assert.deepStrictEqual(rulesBroken({ evidence: { taken: [mail(), stranger] } }), [
      "ledger and sink differ"
    ])
  })

  it("wants the status that the kind asks for, and doubt only with a reason", () => {
    const doubtful = { messages: [message({ status: "unknown", results: ["unknown"] })] }
    assert.deepStrictEqual(rulesBroken({ evidence: doubtful }), ["wrong status"])
    assert.deepStrictEqual(rulesBroken({ faults: [killed], evidence: doubtful }), [])
  })

  it("sees what was sent before its time", () => {
    assert.deepStrictEqual(rulesBroken({ items: [item({ kind: "delayed", notBefore_ms: 2000 })] }), [
      "too early"
    ])
  })

  it("wants a dead letter with a copy for each that has died", () => {
    const bounced = [message({ status: "bounced", results: ["permanent"] })]
    const told = (more: Partial<Evidence>) =>
      rulesBroken({ items: [item({ kind: "refused" })], evidence: { messages: bounced, taken: [], ...more } })
    assert.deepStrictEqual(told({}), ["dead letter"])
    assert.deepStrictEqual(told({ letters: [letter] }), ["dead letter"])
    assert.deepStrictEqual(told({ letters: [letter], copies: ["d-1"] }), [])
  })

  it("wants a dead letter, and no message, of each event that no one can use", () => {
    const poison: ReadonlyArray<PoisonPublication> = [{ at_ms: 0, poison: "invalid_json", eventId: "e-2" }]
    const acknowledged = new Map([
      ["e-1", 10],
      ["e-2", 10]
    ])
    assert.deepStrictEqual(rulesBroken({ poison, evidence: { acknowledged } }), ["dead letter"])
    const its = { ...letter, reason: "invalid_json", job_id: null, event_id: null, body: '{"event_id":"e-2' }
    const buried = { acknowledged, letters: [its], copies: ["d-1"] }
    assert.deepStrictEqual(rulesBroken({ poison, evidence: buried }), [])
  })

  it("checks balance, leftovers, ends and answers", () => {
    assert.deepStrictEqual(rulesBroken({ evidence: { balance: { balanced: true, planned: 2 } } }), [
      "balance"
    ])
    assert.deepStrictEqual(rulesBroken({ evidence: { leftInStreams: { JOBS_EMAIL: 1 } } }), ["orphans"])
    assert.deepStrictEqual(rulesBroken({ evidence: { crashed: ["planner"] } }), ["crash"])
    const slow = [{ process: "planner", code: 0, took_ms: 31_000 }]
    assert.deepStrictEqual(rulesBroken({ evidence: { stopped: slow } }), ["exit"])
    assert.deepStrictEqual(rulesBroken({ evidence: { contradictions: ["two answers"] } }), ["idempotency"])
  })

  it("lets nothing be accepted while the ledger is away", () => {
    const tries = [{ eventId: "e-1", at: 500, via: "http", said: "202" }]
    assert.deepStrictEqual(rulesBroken({ evidence: { tries, outages: [{ from: 400, until: 600 }] } }), [
      "falsely accepted"
    ])
  })
})
