/** Whether what was promised was kept: a pure function of the evidence. */

import { type CaseFiles, caseFilesOf } from "./caseFiles.ts"
import { type Evidence, type LedgerLetter, type LedgerMessage } from "./Evidence.ts"
import { mayLeaveDoubt, mostDoubled } from "./Fault.ts"
import { growthOf } from "./flat.ts"
import { type Item, type PoisonPublication } from "./Load.ts"

export interface Finding {
  /** As it is counted: `lost`, `doubled`… */
  readonly rule: string
  readonly what: string
  /** Of which the timeline is shown. */
  readonly eventId?: string
}

/** The promise is 5 s on a machine that has time for it. What was measured is said; this is for what never comes by itself. */
const latestRecovery_ms = 90_000

const latestExit_ms = 30_000

/** Earlier than the driver's clock says is a defect; the rest is rounding. */
const roundingOfClocks_ms = 5

const terminal: ReadonlySet<string> = new Set([
  "sent",
  "expired",
  "failed",
  "bounced",
  "suppressed",
  "cancelled",
  "unknown",
  "dead"
])

type Rule = (files: CaseFiles) => ReadonlyArray<Finding>

/** What no one can use leads to a dead letter, and that is looked for elsewhere. */
const lost: Rule = ({ evidence, messages, poison }) =>
  [...evidence.acknowledged.keys()]
    .filter((eventId) => !messages.has(eventId) && !poison.has(eventId))
    .map((eventId) => ({
      rule: "lost",
      eventId,
      what: "it was acknowledged, and the ledger does not know it"
    }))

const stuck: Rule = ({ evidence }) =>
  evidence.messages
    .filter(({ status }) => !terminal.has(status))
    .map(({ event_id, status }) => ({ rule: "stuck", eventId: event_id, what: `it is still ${status}` }))

const plannedTwice: Rule = ({ messages }) =>
  [...messages]
    .filter(([, { length }]) => length > 1)
    .map(([eventId, { length }]) => ({
      rule: "planned twice",
      eventId,
      what: `it led to ${length} messages instead of one`
    }))

/** The addresses at which more than one mail came. */
const doubledAddresses = ({ taken }: CaseFiles) => [...taken].filter(([, mails]) => mails.length > 1)

const heldTwice: Rule = (files) => {
  const byAddress = new Map([...files.items.values()].map((item) => [item.address, item]))
  return doubledAddresses(files).flatMap(([address, mails]) => {
    const item = byAddress.get(address)
    return item?.messageClass === "campaign"
      ? [
          {
            rule: "doubled (hold)",
            eventId: item.eventId,
            what: `the mail server took it ${mails.length} times`
          }
        ]
      : []
  })
}

const otherMessageId: Rule = (files) =>
  doubledAddresses(files)
    .filter(([, mails]) => new Set(mails.map(({ id }) => id)).size > 1)
    .map(([address]) => ({
      rule: "another Message-ID",
      what: `${address} got two mails with different Message-IDs`
    }))

/** What a dead worker had sent may come again; so may what the mail server did not answer, and the attempts say so. */
const doubledTooOften: Rule = (files) => {
  const { evidence } = files
  const extra = doubledAddresses(files).reduce((sum, [, mails]) => sum + mails.length - 1, 0)
  const unanswered = mayLeaveDoubt(evidence.plan.faults)
    ? evidence.messages.filter(({ results }) => results.includes("unknown")).length
    : 0
  const most = Math.max(mostDoubled(evidence.plan.faults), unanswered)
  return extra > most
    ? [{ rule: "doubled (resend)", what: `${extra} mails came again; at most ${most} may` }]
    : []
}

/** As many mails as attempts that were, or may have been, accepted. */
const disagreement = (message: LedgerMessage, mails: number): string | undefined => {
  const accepted = message.results.filter((result) => result === "sent").length
  const doubtful = message.results.filter((result) => result === "unknown").length
  const attempts = message.results.join(", ")
  if (mails < accepted) return `the ledger says sent, the mail server took ${mails} (attempts: ${attempts})`
  if (mails > accepted + doubtful)
    return `the mail server took ${mails}, the ledger knows of less (${message.status}; attempts: ${attempts})`
  if (message.status === "sent" && accepted === 0) return "it is sent by no attempt"
  return undefined
}

const ledgerAgrees: Rule = ({ evidence, taken }) => {
  const counts = new Map<string, number>()
  for (const { id } of [...taken.values()].flat()) counts.set(id, (counts.get(id) ?? 0) + 1)
  const known = new Set(evidence.messages.map(({ message_id }) => message_id))
  const strangers = [...counts.keys()].filter((id) => !known.has(id))
  return [
    ...evidence.messages.flatMap((message) => {
      const what = disagreement(message, counts.get(message.message_id) ?? 0)
      return what === undefined ? [] : [{ rule: "ledger and sink differ", eventId: message.event_id, what }]
    }),
    ...strangers.map((id) => ({ rule: "ledger and sink differ", what: `a mail ${id} that no one planned` }))
  ]
}

const mayEndAs: Readonly<Record<Item["kind"], ReadonlyArray<string>>> = {
  plain: ["sent"],
  delayed: ["sent"],
  deferred: ["sent"],
  sluggish: ["sent"],
  mended: ["sent"],
  late: ["expired"],
  refused: ["bounced"]
}

/** A mail server that refuses everything for a while refuses what it would have taken. */
const alsoWith = (evidence: Evidence, { results }: LedgerMessage): ReadonlyArray<string> => {
  const refuses = evidence.plan.faults.some(
    ({ fault }) => fault._tag === "Provider" && fault.trouble.startsWith("refusal")
  )
  const doubt = mayLeaveDoubt(evidence.plan.faults) && results.includes("unknown") ? ["unknown"] : []
  return refuses ? [...doubt, "failed", "bounced"] : doubt
}

const wrongStatus: Rule = ({ evidence, items, poison }) =>
  evidence.messages.flatMap((message) => {
    const item = items.get(message.event_id)
    const may = poison.has(message.event_id)
      ? ["failed"]
      : [...mayEndAs[item?.kind ?? "plain"], ...alsoWith(evidence, message)]
    return !terminal.has(message.status) || may.includes(message.status)
      ? []
      : [
          {
            rule: "wrong status",
            eventId: message.event_id,
            what: `${item?.kind ?? "unplanned"} ended as ${message.status} (${message.reason ?? "no reason"}; attempts: ${message.results.join(", ")})`
          }
        ]
  })

const tooEarly: Rule = ({ evidence, items, taken }) =>
  [...items.values()].flatMap(({ address, eventId, notBefore_ms }) => {
    const due = evidence.startedAt + notBefore_ms - roundingOfClocks_ms
    const early = notBefore_ms > 0 && (taken.get(address) ?? []).some(({ at }) => at < due)
    return early ? [{ rule: "too early", eventId, what: "it was sent before its time" }] : []
  })

/** Whether what no one can use has become a dead letter, with its reason. */
export const isBuried = (
  letters: ReadonlyArray<LedgerLetter>,
  { eventId, poison }: PoisonPublication
): boolean =>
  letters.some(
    ({ body, event_id, reason }) => reason === poison && (event_id === eventId || body.includes(eventId))
  )

const letters: Rule = ({ evidence }) => {
  const jobs = new Set(evidence.letters.flatMap(({ job_id }) => job_id ?? []))
  const buried = evidence.messages
    .filter(
      ({ message_id, status }) => ["bounced", "failed", "dead"].includes(status) && !jobs.has(message_id)
    )
    .map(({ event_id, status }) => ({
      rule: "dead letter",
      eventId: event_id,
      what: `it is ${status} and has no dead letter`
    }))
  const poison = evidence.plan.load.poison.filter(
    (one) => evidence.acknowledged.has(one.eventId) && !isBuried(evidence.letters, one)
  )
  const copied = new Set(evidence.copies)
  return [
    ...buried,
    ...poison.map(({ eventId, poison }) => ({
      rule: "dead letter",
      what: `${poison} of event ${eventId} has none`
    })),
    ...evidence.letters
      .filter(({ dead_letter_id }) => !copied.has(dead_letter_id))
      .map(({ dead_letter_id }) => ({ rule: "dead letter", what: `DLQ has no copy of ${dead_letter_id}` }))
  ]
}

const balance: Rule = ({ evidence: { balance, messages } }) => {
  const exact = balance["balanced"] === true && balance["planned"] === messages.length
  return exact
    ? []
    : [{ rule: "balance", what: `${messages.length} messages, and ${JSON.stringify(balance)}` }]
}

const leftovers: Rule = ({ evidence }) =>
  Object.entries(evidence.leftInStreams)
    .filter(([, count]) => count > 0)
    .map(([stream, count]) => ({ rule: "orphans", what: `${count} messages are left in ${stream}` }))

const falselyAccepted: Rule = ({ evidence: { outages, tries } }) =>
  tries
    .filter(({ at, said }) => said === "202" && outages.some(({ from, until }) => at > from && at < until))
    .map(({ eventId }) => ({
      rule: "falsely accepted",
      eventId,
      what: "answered 202 while the ledger was away"
    }))

const recovery: Rule = ({ evidence }) =>
  evidence.recovered
    .filter(({ delivered_ms }) => delivered_ms > latestRecovery_ms)
    .map(({ delivered_ms, what }) => ({
      rule: "recovery",
      what: `${what}: the first mail ${delivered_ms} ms after its return`
    }))

const exits: Rule = ({ evidence }) => [
  ...evidence.crashed.map((process) => ({ rule: "crash", what: `${process} ended by itself` })),
  ...evidence.stopped
    .filter(({ code, took_ms }) => code !== 0 || took_ms > latestExit_ms)
    .map(({ code, process, took_ms }) => ({
      rule: "exit",
      what: `${process} ended with ${code ?? "a signal"}, ${took_ms} ms after SIGTERM`
    }))
]

const answers: Rule = ({ evidence }) => evidence.contradictions.map((what) => ({ rule: "idempotency", what }))

const drained: Rule = ({ evidence }) =>
  evidence.drained ? [] : [{ rule: "drain", what: `not all was settled within ${evidence.drain_ms} ms` }]

/** Only where nothing was done to them: a process that was restarted begins anew. */
const flat: Rule = ({ evidence: { plan, samples } }) =>
  plan.faults.every(({ fault }) => fault._tag === "Calm") && plan.faults.length > 0
    ? growthOf(samples)
        .filter(({ isFlat }) => !isFlat)
        .map(({ descriptors, memory_bytes, process }) => ({
          rule: "grows",
          what: `${process}: memory ${memory_bytes.join(" to ")} bytes, descriptors ${descriptors.join(" to ")}`
        }))
    : []

const rules: ReadonlyArray<Rule> = [
  lost,
  stuck,
  plannedTwice,
  heldTwice,
  otherMessageId,
  doubledTooOften,
  ledgerAgrees,
  wrongStatus,
  tooEarly,
  letters,
  balance,
  leftovers,
  falselyAccepted,
  recovery,
  exits,
  answers,
  drained,
  flat
]

/** Everything that is not as promised; empty where all is. */
export const judge = (evidence: Evidence): ReadonlyArray<Finding> => {
  const files = caseFilesOf(evidence)
  return rules.flatMap((rule) => rule(files))
}
