/** What is published: a message for now, or one for later. */

import { type Headers } from "./headers.ts"

export interface Outgoing {
  readonly subject: string
  readonly data: Uint8Array
  /** Raw, `Nats-Msg-Id` and the like included: the client's options lose some of them in batches. */
  readonly headers?: Headers
}

export interface Schedule {
  /** Where the schedule lies. Another one on the same subject takes its place, so one a job. */
  readonly subject: string
  /** RFC 3339 with `Z`; one in the past is delivered at once. */
  readonly at: string
}

/**
 * `message`, to be delivered at `at`, never earlier and in calm at most 250 ms later. Its stream must have
 * schedules and take both subjects. On delivery a `Nats-Msg-Id` is stripped, other headers stay.
 */
export const scheduled = (message: Outgoing, { at, subject }: Schedule): Outgoing => ({
  subject,
  data: message.data,
  headers: { ...message.headers, "Nats-Schedule": `@at ${at}`, "Nats-Schedule-Target": message.subject }
})
