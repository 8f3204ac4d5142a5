/** What may be wrong with servers, streams, the disk and the environment is found, and what is not is not. */

import { assert, describe, it } from "@effect/vitest"

import { diagnoseClock } from "#src/domain/diagnosis/clock.ts"
import { postgresAway } from "#src/domain/diagnosis/ledger.ts"
import { diagnoseAuth, diagnoseDisk, diagnoseEnvironment } from "#src/domain/diagnosis/machine.ts"
import {
  diagnoseNatsServer,
  diagnoseStorage,
  jetStreamFrozen,
  natsAway
} from "#src/domain/diagnosis/natsServer.ts"
import { type ConsumerFacts, diagnoseStreams } from "#src/domain/diagnosis/streams.ts"
import { allHaveRemedies, wrong } from "#test/support/findings.ts"

describe("diagnoseClock", () => {
  it.each([
    [0, "ok"],
    [1999, "ok"],
    [-1999, "ok"],
    [2000, "warning"],
    [-29_999, "warning"],
    [30_000, "problem"],
    [-3_600_000, "problem"]
  ] as const)("takes %d ms for %s", (skew_ms, level) => {
    const finding = diagnoseClock("Postgres", skew_ms)
    assert.strictEqual(finding.level, level)
    allHaveRemedies([finding])
  })

  it("says which way", () => {
    assert.strictEqual(diagnoseClock("NATS", 5000).detail, "5.0 s ahead of this machine's")
    assert.strictEqual(diagnoseClock("NATS", -5000).detail, "5.0 s behind this machine's")
  })
})

describe("diagnoseNatsServer", () => {
  it.each([
    ["2.12.0", true, []],
    ["2.15.1", true, []],
    ["3.0.0", true, []],
    ["2.11.9", true, ["problem NATS: version 2.11.9 is too old"]],
    ["1.4.1", true, ["problem NATS: version 1.4.1 is too old"]],
    ["", true, ["problem NATS: version  is too old"]],
    ["2", true, ["problem NATS: version 2 is too old"]],
    ["2.12.1", false, ["problem JetStream: is off"]]
  ] as const)("of version %j with JetStream %s", (version, hasJetStream, expected) => {
    const findings = diagnoseNatsServer({ version, hasJetStream })
    assert.deepStrictEqual(wrong(findings), [...expected])
    allHaveRemedies(findings)
  })
})

describe("diagnoseStorage", () => {
  it.each([
    [5, -1, "ok"],
    [799, 1000, "ok"],
    [800, 1000, "warning"],
    [950, 1000, "problem"]
  ] as const)("takes %d of %d for %s", (used_bytes, limit_bytes, level) => {
    assert.strictEqual(diagnoseStorage({ used_bytes, limit_bytes }).level, level)
  })
})

describe("what does not answer", () => {
  it("is a problem with a remedy", () => {
    const findings = [natsAway("nats://here"), postgresAway("postgres://here"), jetStreamFrozen("no answer")]
    assert.deepStrictEqual(wrong(findings), [
      "problem NATS: does not answer at nats://here",
      "problem Postgres: does not answer at postgres://here",
      "problem JetStream: did not store a message: no answer"
    ])
    allHaveRemedies(findings)
  })
})

describe("diagnoseStreams", () => {
  const healthy: ConsumerFacts = {
    durable: "deliver-email",
    exists: true,
    pending: 1,
    ackPending: 0,
    waitingPulls: 1,
    isPaused: false,
    differences: []
  }
  const difference = { setting: "max_age", wanted: "7", found: "1" }
  const diagnose = (consumer: Partial<ConsumerFacts>) =>
    diagnoseStreams([
      {
        name: "JOBS_EMAIL",
        exists: true,
        messages: 2,
        differences: [],
        consumers: [{ ...healthy, ...consumer }]
      }
    ])

  it.each([
    { what: "one that is worked on", facts: {}, expected: [] },
    { what: "all workers are busy", facts: { waitingPulls: 0, ackPending: 3 }, expected: [] },
    { what: "nothing is waiting and nobody pulls", facts: { pending: 0, waitingPulls: 0 }, expected: [] },
    { what: "a missing one", facts: { exists: false }, expected: ["problem: is missing"] },
    {
      what: "a paused one",
      facts: { isPaused: true, pending: 2 },
      expected: ["warning: is paused, with 2 messages waiting"]
    },
    {
      what: "one without a worker",
      facts: { waitingPulls: 0 },
      expected: ["problem: 1 message waiting, and nobody takes them"]
    },
    {
      what: "one that differs",
      facts: { differences: [difference] },
      expected: ["warning: max_age is 1, wanted 7"]
    }
  ])("says of $what", ({ expected, facts }) => {
    const findings = diagnose(facts)
    assert.deepStrictEqual(
      wrong(findings),
      expected.map((text) => text.replace(": ", " durable deliver-email of JOBS_EMAIL: "))
    )
    allHaveRemedies(findings)
  })

  it("names the role that a durable needs", () => {
    const roleFor = (durable: string) => diagnose({ durable, waitingPulls: 0 }).at(-1)?.remedy
    assert.include(roleFor("deliver-email"), "--role worker")
    assert.include(roleFor("plan-events"), "--role planner")
  })

  it("says of streams what is missing, without asking for its durables, and what differs", () => {
    const stream = { name: "EVENTS", exists: true, messages: 0, differences: [difference], consumers: [] }
    const findings = diagnoseStreams([
      stream,
      { ...stream, name: "DLQ", exists: false, consumers: [healthy] }
    ])
    assert.deepStrictEqual(wrong(findings), [
      "warning stream EVENTS: max_age is 1, wanted 7",
      "problem stream DLQ: is missing"
    ])
    assert.lengthOf(findings, 2)
    allHaveRemedies(findings)
  })
})

describe("diagnoseDisk", () => {
  it.each([
    [500e9, 1000e9, "ok"],
    [40e9, 1000e9, "warning"],
    [0.9e9, 10e9, "warning"],
    [5e9, 1000e9, "problem"],
    [0.2e9, 1e9, "problem"],
    [2e9, 0, "ok"]
  ] as const)("takes %d free of %d for %s", (free_bytes, total_bytes, level) => {
    const finding = diagnoseDisk({ folder: "/data", free_bytes, total_bytes })
    assert.strictEqual(finding.level, level)
    allHaveRemedies([finding])
  })
})

describe("diagnoseEnvironment", () => {
  it("warns once of all that is set in vain", () => {
    assert.deepStrictEqual(diagnoseEnvironment([]), [])
    assert.deepStrictEqual(wrong(diagnoseEnvironment(["REDIS_URL", "NATS_GRPC_HOST"])), [
      "warning environment: REDIS_URL, NATS_GRPC_HOST set, and not read"
    ])
  })
})

describe("diagnoseAuth", () => {
  it.each([
    [{ status: 404, isJson: true }, "ok"],
    [{ status: 200, isJson: true }, "ok"],
    [{ status: 404, isJson: false }, "warning"],
    [{ status: 401, isJson: true }, "warning"],
    [{ status: null, isJson: false }, "warning"]
  ] as const)("takes %j for %s", (facts, level) => {
    const finding = diagnoseAuth(facts)
    assert.strictEqual(finding.level, level)
    allHaveRemedies([finding])
  })
})
