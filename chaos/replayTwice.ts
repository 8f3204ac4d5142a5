/** Dead letters replayed by two operators at the same instant: each has to have one effect. */

import { Effect, Schedule } from "effect"

import { type Plan } from "./Scenario.ts"
import { type World } from "./World.ts"

const readOpen = ({ sql }: World, eventIds: ReadonlyArray<string>) =>
  Effect.tryPromise(
    () => sql<Array<{ dead_letter_id: string }>>`
      select d.dead_letter_id from dead_letters d
      join campaign.campaign_messages m on m.message_id = d.job_id
      where d.state = 'open' and m.event_id = any(${[...eventIds]}::uuid[])`
  )

const twoAtOnce = Effect.fnUntraced(function* ({ call }: World, id: string) {
  const replay = call({ method: "POST", path: `/api/v1/dead-letters/${id}/replay` })
  const answers = yield* Effect.all([replay, replay], { concurrency: 2 })
  const counts = answers.map(({ json, status }) =>
    status === 202 ? String(json["replayed"]) : `HTTP ${status}`
  )
  return counts.toSorted().join(",") === "0,1"
    ? []
    : [`replay of ${id} twice at once: ${counts.join(" and ")}`]
})

/** Waits until each message that is to be mended has died. */
export const replayTwice = Effect.fnUntraced(function* (
  world: World,
  { load }: Plan,
  contradictions: Array<string>
) {
  const items = load.publications.flatMap(({ items }) => items)
  const ids = items.filter(({ kind }) => kind === "mended").map(({ eventId }) => eventId)
  const letters = yield* readOpen(world, ids).pipe(
    Effect.retry({ times: 5 }),
    Effect.repeat({ until: ({ length }) => length === ids.length, schedule: Schedule.spaced("300 millis") }),
    Effect.timeout("2 minutes")
  )
  const found = yield* Effect.forEach(letters, ({ dead_letter_id }) => twoAtOnce(world, dead_letter_id), {
    concurrency: 4
  })
  contradictions.push(...found.flat())
})
