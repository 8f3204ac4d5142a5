/** Evidence from every side: the ledger by SQL, the streams by their own account, the API as its users have it. */

import { Effect } from "effect"

import { type Evidence, type LedgerLetter, type LedgerMessage } from "./Evidence.ts"
import { isBuried } from "./judge.ts"
import { type PoisonPublication } from "./Load.ts"
import { type World } from "./World.ts"

const streamsToBeEmpty = ["JOBS_EMAIL", "ADVISORIES"]

/** The earlier attempts in order, then the one in the row; a row that was never started has none. */
const readMessages = ({ sql }: World) =>
  Effect.tryPromise(
    () => sql<Array<LedgerMessage>>`
      select m.message_id, m.event_id, m.user_id, m.message_class, m.status, m.reason, m.attempt, m.max_attempts,
        coalesce((select array_agg(a.result order by a.attempt) from campaign.delivery_attempts a
          where a.message_id = m.message_id), '{}')
          || case when m.result is null then '{}'::varchar[] else array[m.result] end as results
      from campaign.campaign_messages m order by m.message_id`
  )

const readLetters = ({ sql }: World) =>
  Effect.tryPromise(
    () => sql<Array<LedgerLetter>>`
      select dead_letter_id, reason, job_id, event_id, convert_from(body, 'UTF8') as body from dead_letters`
  )

const countLeft = ({ publisher }: World) =>
  Effect.map(
    Effect.forEach(streamsToBeEmpty, (stream) =>
      Effect.map(publisher.count(stream), (count) => [stream, count] as const)
    ),
    Object.fromEntries<number>
  )

const readCopies = ({ publisher }: World) =>
  Effect.map(publisher.subjects("DLQ"), (subjects) =>
    Object.keys(subjects).map((subject) => subject.split(".").at(-1) ?? "")
  )

/** What needs no process of the engine. */
export const collectStopped = (world: World) =>
  Effect.all({
    copies: readCopies(world),
    leftInStreams: countLeft(world),
    letters: readLetters(world),
    messages: readMessages(world)
  })

/** The ledger's own account, from the API. */
export const readBalance = ({ call }: World) =>
  Effect.map(call({ path: "/api/v1/balance" }), ({ json }) => json)

export type Collected = Pick<Evidence, "balance" | "copies" | "leftInStreams" | "letters" | "messages">

/** As it is now. Fails where one of them gives no answer. */
export const collect = (world: World) =>
  Effect.map(Effect.all([collectStopped(world), readBalance(world)]), ([stopped, balance]) => ({
    ...stopped,
    balance
  }))

/** All that was acknowledged is known, nothing is open, and every dead letter has its copy. */
export const isSettled = (
  { copies, leftInStreams, letters, messages }: Collected,
  wanted: { readonly events: ReadonlySet<string>; readonly poison: ReadonlyArray<PoisonPublication> }
): boolean => {
  const known = new Set(messages.map(({ event_id }) => event_id))
  const copied = new Set(copies)
  return (
    [...wanted.events].every((id) => known.has(id)) &&
    !messages.some(({ status }) => ["queued", "sending", "retrying"].includes(status)) &&
    Object.values(leftInStreams).every((count) => count === 0) &&
    wanted.poison.every((one) => isBuried(letters, one)) &&
    letters.every(({ dead_letter_id }) => copied.has(dead_letter_id))
  )
}
