/**
 * Every subject of Carillon. They are for routing: what is in one is in the message or the ledger too, but for an event's
 * organization and type, which are read again.
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

export const jobSubject = ({ channel, key, lane }: JobSubject): string =>
  `jobs.${encodeToken(channel)}.${lane}.${encodeToken(key)}`

/** Where the schedule of a job lies: one a job, so that publishing again replaces it. Its target is `jobSubject` of the same. */
export const laterSubject = ({ channel, jobId, key, lane }: LaterSubject): string =>
  `jobs.${encodeToken(channel)}.later.${lane}.${encodeToken(key)}.${encodeToken(jobId)}`

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

export interface DeadLetterSubject {
  readonly stream: string
  readonly durable: string
  readonly deadLetterId: string
}

export const deadLetterSubject = ({ deadLetterId, durable, stream }: DeadLetterSubject): string =>
  `dlq.${encodeToken(stream)}.${encodeToken(durable)}.${encodeToken(deadLetterId)}`
