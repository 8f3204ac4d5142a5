/** What a row of the register says to the world: read from the ledger as it is now, one query a kind. */

import { Effect } from "effect"

import { type Outcome } from "#schemas/Outcome.ts"
import { outcomeEvent } from "#src/domain/domainEvent.ts"
import { type Outgoing } from "#src/nats/Outgoing.ts"
import { AnnouncementReader, type LetterToCopy } from "#src/repositories/AnnouncementReader.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { type OutboxRow } from "#src/repositories/outboxQueries.ts"
import { announceJob, traced } from "#src/services/announceJob.ts"
import { deadLetterSubject, eventSubject, outcomeSubject } from "#streams/subjects.ts"

const encoder = new TextEncoder()
const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))

/** What is being sent needs no hint: its worker settles it, or recovery does. */
export const jobHints = Effect.fnUntraced(function* (rows: ReadonlyArray<OutboxRow>, now: string) {
  const ids = [...new Set(rows.flatMap(({ keys }) => keys))]
  const open = yield* Ledger.use((ledger) => ledger.open(ids))
  return open.filter(({ status }) => status !== "sending").map((row) => announceJob(row, now))
})

/** Events that came over HTTP, for other subscribers; the header keeps the instant that their ids are derived from. */
export const relayedEvents = Effect.fnUntraced(function* (rows: ReadonlyArray<OutboxRow>) {
  const keys = rows.flatMap(({ keys, organizations }) =>
    keys.map((eventId, i) => ({ eventId, organizationId: organizations?.[i] ?? "" }))
  )
  const found = yield* AnnouncementReader.use((reader) => reader.events(keys))
  return found.map(({ accepted_at, traceparent, ...event }): Outgoing => ({
    subject: eventSubject({ organization: event.organization_id, eventType: event.event_type }),
    data: json({
      ...event.extra,
      event_id: event.event_id,
      event_type: event.event_type,
      source: event.source,
      occurred_at: event.occurred_at,
      organization_id: event.organization_id,
      payload: event.payload,
      ...(event.delivery !== null && { delivery: event.delivery })
    }),
    headers: { "Carillon-Accepted-At": accepted_at, ...traced(traceparent) }
  }))
})

const announceOutcome = (outcome: Outcome): Outgoing => {
  const event = outcomeEvent(outcome)
  return {
    subject: outcomeSubject({
      channel: outcome.channel,
      status: outcome.status,
      origin: outcome.campaign_id === null ? "tx" : "campaign"
    }),
    data: json(event),
    headers: { "Nats-Msg-Id": event.event_id }
  }
}

export const outcomeEvents = (rows: ReadonlyArray<OutboxRow>): ReadonlyArray<Outgoing> =>
  rows.flatMap(({ entries }) => entries ?? []).map(announceOutcome)

/** A header is one line. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]+/g, " ").slice(0, 1000)

/** What the server's limit for a message, 1 MiB, leaves beside the headers. The ledger has the whole of it. */
const longestCopy_bytes = 900_000

const copyLetter = (letter: LetterToCopy): Outgoing => {
  const body = Buffer.from(letter.body, "hex")
  const originals: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(letter.headers).map(([name, value]) => [`Original-${name}`, oneLine(value)])
  )
  return {
    subject: deadLetterSubject({
      stream: letter.stream,
      durable: letter.consumer,
      deadLetterId: letter.dead_letter_id
    }),
    data: body.subarray(0, longestCopy_bytes),
    headers: {
      ...originals,
      ...(body.length > longestCopy_bytes && { "Carillon-Body-Bytes": String(body.length) }),
      "Nats-Msg-Id": letter.dead_letter_id,
      "Carillon-Reason": letter.reason,
      "Carillon-Detail": oneLine(letter.detail),
      "Carillon-Deliveries": String(letter.deliveries),
      "Carillon-Subject": letter.subject,
      "Carillon-Died-At": letter.died_at
    }
  }
}

export const deadLetterCopies = Effect.fnUntraced(function* (rows: ReadonlyArray<OutboxRow>) {
  const letters = yield* AnnouncementReader.use((reader) =>
    reader.deadLetters(rows.flatMap(({ keys }) => keys))
  )
  return letters.map(copyLetter)
})
