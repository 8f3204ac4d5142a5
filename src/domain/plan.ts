/** What an event leads to: which messages, for whom, on which channel, when. */

import { Option, Result } from "effect"

import { type Channel } from "#schemas/Channel.ts"
import { type EventEnvelope } from "#schemas/Event.ts"
import { type EventDefinition, type NotificationRule } from "#schemas/EventDefinition.ts"
import { type JobId, type OrganizationId, UserId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"

import { jobId } from "./ids.ts"
import { laterOf, plusSeconds } from "./instants.ts"
import { memberAt, readInstant, readTexts } from "./payload.ts"
import { type FieldProblem, type Refusal } from "./Refusal.ts"
import { storableText } from "./storableText.ts"
import { kindOf } from "./valueKind.ts"

/** A message that is to be, as the ledger takes it in. */
export interface PlannedJob {
  readonly job_id: JobId
  readonly user_id: UserId
  readonly channel: Channel
  readonly template_code: string
  /** Asked for by the event; none: the profile's. */
  readonly locale: string | null
  /** An address that the event itself brought. */
  readonly address: string | null
  readonly message_class: "transactional" | "campaign"
  readonly priority: "low" | "normal" | "high"
  readonly max_attempts: number
  readonly retry_delays_seconds: ReadonlyArray<number> | null
  readonly send_after: Instant | null
  readonly expires_at: Instant | null
}

/** An event that passed every check, with the instant that its jobs' ids are derived from. */
export interface CheckedEvent {
  readonly organizationId: OrganizationId
  readonly envelope: EventEnvelope
  /** Members of the envelope that we do not know. */
  readonly extra: Readonly<Record<string, unknown>>
  readonly acceptedAt: Instant
}

/** Attempts where neither the event nor its type says: the first and four more. */
const defaultMaxAttempts = 5

/** Of the ledger's column, in characters. */
const longestAddress = 320

/** The channels that have a sender. */
const builtChannels: ReadonlySet<Channel> = new Set(["email"])

const notImplemented = (detail: string): Refusal => ({ reason: "not_implemented", detail, errors: [] })

const invalid = (problem: FieldProblem): Refusal => ({
  reason: "invalid_payload",
  detail: `${problem.path}: ${problem.message}`,
  errors: [problem]
})

const isUserId = (text: string): text is UserId => Option.isSome(UserId.makeOption(text))

/** Those that the payload names at the rule's path, each once. */
const recipientsOf = (
  { recipients }: NotificationRule,
  { envelope }: CheckedEvent
): Result.Result<ReadonlyArray<UserId>, Refusal> => {
  if (recipients.from !== "payload")
    return Result.fail(notImplemented(`recipients from ${recipients.from} are not built yet`))
  const texts = readTexts(memberAt(envelope.payload, recipients.path))
  const ids = Option.filter(texts, (all) => all.every(isUserId))
  return Result.fromOption(
    Option.map(ids, (all) => [...new Set(all.filter(isUserId))]),
    () =>
      invalid({
        path: `payload.${recipients.path}`,
        message: "expected an id of 1 to 100 characters without white space, or a list of such ids",
        got: kindOf(memberAt(envelope.payload, recipients.path))
      })
  )
}

/** The instant that the payload names, if the rule names a place and something is there. */
const namedInstant = (
  { send_after_path }: NotificationRule,
  { envelope }: CheckedEvent
): Result.Result<Instant | null, Refusal> => {
  if (send_after_path === undefined || send_after_path === null) return Result.succeed(null)
  const named = memberAt(envelope.payload, send_after_path)
  if (named === undefined || named === null) return Result.succeed(null)
  return Result.fromOption(readInstant(named), () =>
    invalid({
      path: `payload.${send_after_path}`,
      message: "expected an RFC 3339 instant with an offset",
      got: kindOf(named)
    })
  )
}

/** The later of the rule's delay and the instant that the payload names; the event's own word goes over both. */
const sendAfterOf = (rule: NotificationRule, event: CheckedEvent): Result.Result<Instant | null, Refusal> => {
  const asked = event.envelope.delivery?.send_after
  if (asked !== undefined && asked !== null) return Result.succeed(asked)
  const delay_seconds = rule.delay_seconds ?? 0
  const delayed = delay_seconds > 0 ? plusSeconds(event.acceptedAt, delay_seconds) : null
  return Result.map(namedInstant(rule, event), (named) =>
    named === null ? delayed : laterOf(named, delayed)
  )
}

const expiresAtOf = (rule: NotificationRule, { envelope }: CheckedEvent): Instant | null => {
  const asked = envelope.delivery?.expires_at
  if (asked !== undefined && asked !== null) return asked
  const after_seconds = rule.expires_in_seconds ?? null
  return after_seconds === null ? null : plusSeconds(envelope.occurred_at, after_seconds)
}

const channelsOf = (
  rule: NotificationRule,
  { envelope }: CheckedEvent
): Result.Result<ReadonlyArray<Channel>, Refusal> => {
  const channels = [...new Set(envelope.delivery?.channels ?? rule.channels)]
  const missing = channels.find((channel) => !builtChannels.has(channel))
  return missing === undefined
    ? Result.succeed(channels)
    : Result.fail(notImplemented(`the channel ${missing} is not built yet`))
}

const addressOf = (rule: NotificationRule, { envelope }: CheckedEvent, channel: Channel): string | null => {
  const path = rule.contacts?.[channel]
  const address = path === undefined ? undefined : memberAt(envelope.payload, path)
  // One that is too long is none that mail can be sent to, whatever is cut off: the delivery says so.
  return typeof address === "string" && address !== "" ? storableText(address, longestAddress) : null
}

const jobsOfRule = (
  rule: NotificationRule,
  event: CheckedEvent
): Result.Result<ReadonlyArray<PlannedJob>, Refusal> =>
  Result.gen(function* () {
    const channels = yield* channelsOf(rule, event)
    const users = yield* recipientsOf(rule, event)
    const send_after = yield* sendAfterOf(rule, event)
    const delivery = event.envelope.delivery ?? {}
    const shared = {
      template_code: rule.template_code,
      locale: delivery.locale ?? null,
      message_class: rule.message_class ?? "transactional",
      priority: delivery.priority ?? "normal",
      max_attempts: delivery.max_attempts ?? rule.max_attempts ?? defaultMaxAttempts,
      retry_delays_seconds: delivery.retry_delays_seconds ?? rule.retry_delays_seconds ?? null,
      send_after,
      expires_at: expiresAtOf(rule, event)
    }
    const toJob = (user_id: UserId, channel: Channel): PlannedJob => ({
      ...shared,
      user_id,
      channel,
      address: addressOf(rule, event, channel),
      job_id: jobId(event.acceptedAt, {
        organizationId: event.organizationId,
        cause: event.envelope.event_id,
        templateCode: rule.template_code,
        userId: user_id,
        channel,
        step: 0
      })
    })
    return users.flatMap((user_id) => channels.map((channel) => toJob(user_id, channel)))
  })

/** Rules that lead to the same message, say because the event's channels went over theirs: the first one counts. */
const eachOnce = (jobs: ReadonlyArray<PlannedJob>): ReadonlyArray<PlannedJob> => {
  const first = new Map<JobId, PlannedJob>()
  for (const job of jobs) if (!first.has(job.job_id)) first.set(job.job_id, job)
  return [...first.values()]
}

/** All messages of one event, each once, in the order of the definition's rules; a refusal where one cannot be planned. */
export const plan = (
  event: CheckedEvent,
  definition: EventDefinition
): Result.Result<ReadonlyArray<PlannedJob>, Refusal> =>
  Result.map(Result.all(definition.notifications.map((rule) => jobsOfRule(rule, event))), (jobs) =>
    eachOnce(jobs.flat())
  )
