/** What every side saw of one message, in the order of time. */

import { DateTime } from "effect"

import { type Evidence } from "./Evidence.ts"

/** Of a message whose publisher was refused again and again, the first and the last tries are enough. */
const mostTries = 8

const clock = (at: number): string => DateTime.formatIso(DateTime.makeUnsafe(at)).slice(11, 23)

/** One line each; empty where no one has ever heard of the event. */
export const timeline = (evidence: Evidence, eventId: string): ReadonlyArray<string> => {
  const items = evidence.plan.load.publications.flatMap(({ items }) => items)
  const item = items.find((one) => one.eventId === eventId)
  const tries = evidence.tries.filter((one) => one.eventId === eventId)
  const shown =
    tries.length > mostTries ? [...tries.slice(0, mostTries / 2), ...tries.slice(-mostTries / 2)] : tries
  const rows = evidence.messages.filter(({ event_id }) => event_id === eventId)
  const mails = evidence.taken.filter(({ to }) => item !== undefined && to.includes(item.address))
  const seen = [
    ...shown.map(({ at, said, via }) => ({ at, what: `driver   ${via}: ${said}` })),
    ...mails.map(({ connection, messageId, takenAt }) => ({
      at: takenAt,
      what: `sink     took ${messageId} on connection ${connection}`
    }))
  ]
  return [
    `event ${eventId} (${item?.kind ?? "unplanned"}, ${item?.messageClass ?? "-"}, ${item?.address ?? "-"})`,
    ...seen.toSorted((one, other) => one.at - other.at).map(({ at, what }) => `  ${clock(at)} ${what}`),
    ...rows.map(
      ({ attempt, message_id, reason, results, status }) =>
        `  ledger       job ${message_id}: ${status}${reason === null ? "" : ` (${reason})`}, attempt ${attempt}: ${results.join(", ")}`
    )
  ]
}
