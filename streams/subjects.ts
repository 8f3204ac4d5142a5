/**
 * Every subject of Carillon, built and read again: `parse(build(x))` is x.
 *
 * | subject                                         | what                                            |
 * | ----------------------------------------------- | ----------------------------------------------- |
 * | `events.<organization>.<event_type>`            | an event; the type may have dots                |
 * | `jobs.<channel>.<lane>.<key>`                   | a hint that a job may be ready                  |
 * | `jobs.<channel>.later.<lane>.<key>.<job_id>`    | the schedule of such a hint, its target the above |
 * | `outcomes.<channel>.<status>.<tx or campaign>`  | what became of a job                            |
 * | `dlq.<stream>.<durable>.<dead_letter_id>`       | a dead letter                                   |
 */

import { Option } from "effect"

/**
 * Any text of at least one character as one token of a subject: what is not a letter, digit, `_` or `-`
 * becomes `%` and the hex of its UTF-8. Half a surrogate pair becomes U+FFFD.
 */
export const encodeToken = (id: string): string =>
  encodeURIComponent(id.toWellFormed()).replaceAll(
    /[.!~*'()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  )

/** None for what `encodeToken` does not write. */
const decodeToken = (token: string): Option.Option<string> =>
  Option.filter(Option.liftThrowable(decodeURIComponent)(token), (id) => encodeToken(id) === token)

/** The tokens of a subject that has exactly `length` of them and begins with `first`. */
const tokensOf = (subject: string, first: string, length: number): Option.Option<ReadonlyArray<string>> =>
  Option.filter(
    Option.all(subject.split(".").map(decodeToken)),
    (tokens) => tokens.length === length && tokens[0] === first
  )

export interface EventSubject {
  /** As `OrganizationId`: needs no encoding. */
  readonly organization: string
  /** As `EventType`: its dots are the subject's. */
  readonly eventType: string
}

export const eventSubject = ({ eventType, organization }: EventSubject): string =>
  `events.${organization}.${eventType}`

/** None for the subjects of the platform's own events (`user.…`), which name no organization. */
export const parseEventSubject = (subject: string): Option.Option<EventSubject> => {
  const [first, organization = "", ...type] = subject.split(".")
  return first === "events" && organization !== "" && type.length > 0 && !type.includes("")
    ? Option.some({ organization, eventType: type.join(".") })
    : Option.none()
}

/** Who shares a lane: an organization (`tx`), an execution (`bulk`), a triggered campaign (`trig`). */
export const lanes = ["tx", "bulk", "trig"] as const
export type Lane = (typeof lanes)[number]

export interface JobSubject {
  readonly channel: string
  readonly lane: Lane
  /** The id of the organization, execution or campaign. */
  readonly key: string
}

export interface LaterSubject extends JobSubject {
  readonly jobId: string
}

const isLane = (text: string): text is Lane => lanes.some((lane) => lane === text)

const withLane = (channel: string, lane: string, key: string): Option.Option<JobSubject> =>
  isLane(lane) ? Option.some({ channel, lane, key }) : Option.none()

export const jobSubject = ({ channel, key, lane }: JobSubject): string =>
  `jobs.${encodeToken(channel)}.${lane}.${encodeToken(key)}`

export const parseJobSubject = (subject: string): Option.Option<JobSubject> =>
  Option.flatMap(tokensOf(subject, "jobs", 4), ([, channel = "", lane = "", key = ""]) =>
    withLane(channel, lane, key)
  )

/** Where the schedule of a job lies: one a job, so that publishing again replaces it. */
export const laterSubject = ({ channel, jobId, key, lane }: LaterSubject): string =>
  `jobs.${encodeToken(channel)}.later.${lane}.${encodeToken(key)}.${encodeToken(jobId)}`

/** The schedule's target is `jobSubject` of the same. */
export const parseLaterSubject = (subject: string): Option.Option<LaterSubject> =>
  Option.flatMap(tokensOf(subject, "jobs", 6), ([, channel = "", later, lane = "", key = "", jobId = ""]) =>
    later === "later" ? Option.map(withLane(channel, lane, key), (job) => ({ ...job, jobId })) : Option.none()
  )

/** All keys of one lane of a channel, for a durable. One key's is its `jobSubject`. */
export const laneFilter = (channel: string, lane: Lane): string => `jobs.${encodeToken(channel)}.${lane}.*`

export interface OutcomeSubject {
  readonly channel: string
  readonly status: string
  /** `campaign` where the job has one. */
  readonly origin: "tx" | "campaign"
}

export const outcomeSubject = ({ channel, origin, status }: OutcomeSubject): string =>
  `outcomes.${encodeToken(channel)}.${encodeToken(status)}.${origin}`

export const parseOutcomeSubject = (subject: string): Option.Option<OutcomeSubject> =>
  Option.flatMap(tokensOf(subject, "outcomes", 4), ([, channel = "", status = "", origin]) =>
    origin === "tx" || origin === "campaign" ? Option.some({ channel, status, origin }) : Option.none()
  )

export interface DeadLetterSubject {
  readonly stream: string
  readonly durable: string
  readonly deadLetterId: string
}

export const deadLetterSubject = ({ deadLetterId, durable, stream }: DeadLetterSubject): string =>
  `dlq.${encodeToken(stream)}.${encodeToken(durable)}.${encodeToken(deadLetterId)}`

export const parseDeadLetterSubject = (subject: string): Option.Option<DeadLetterSubject> =>
  Option.map(tokensOf(subject, "dlq", 4), ([, stream = "", durable = "", deadLetterId = ""]) => ({
    stream,
    durable,
    deadLetterId
  }))
