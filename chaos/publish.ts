/** Publishers: each event until it is acknowledged, with a record of every try. */

import { Clock, Effect, Schedule } from "effect"

import { each } from "#test/support/httpCall.ts"

import { bodyOf, poisonBody, typeOf } from "./bodies.ts"
import { type Try } from "./Evidence.ts"
import { type Item, type PoisonPublication, type Publication } from "./Load.ts"
import { type World } from "./World.ts"

/** What the driver knows; written before any other fault can come between. */
export interface Journal {
  readonly acknowledged: Map<string, number>
  readonly tries: Array<Try>
  readonly contradictions: Array<string>
}

export const makeJournal = (): Journal => ({ acknowledged: new Map(), tries: [], contradictions: [] })

/** A publisher asks again so soon. */
const pause = "300 millis"

const isAccepted = (said: string): boolean => said === "202" || said === "PubAck"

/** One try over each way in; true where it was acknowledged. */
const makeWays = ({ call, publisher }: World, journal: Journal, startedAt: number) => {
  const note = (eventId: string, via: string, said: string) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      journal.tries.push({ eventId, at, via, said })
      if (isAccepted(said) && !journal.acknowledged.has(eventId)) journal.acknowledged.set(eventId, at)
      return isAccepted(said)
    })

  const viaHttp = (item: Item) =>
    call({ path: "/api/v1/events", body: bodyOf(item, startedAt) }).pipe(
      Effect.map(({ json, status }) => {
        if (status === 202 && json["jobs_count"] !== 1)
          journal.contradictions.push(`${item.eventId}: jobs_count ${String(json["jobs_count"])}`)
        return String(status)
      }),
      Effect.catch((error) => Effect.succeed(error._tag)),
      Effect.flatMap((said) => note(item.eventId, "http", said))
    )

  const viaNats = (eventId: string, subject: string, body: unknown) =>
    publisher.publishOnce(subject, body).pipe(
      Effect.as("PubAck"),
      Effect.catch(({ cause }) => Effect.succeed(String(cause))),
      Effect.flatMap((said) => note(eventId, "nats", said))
    )

  const viaBatch = (items: ReadonlyArray<Item>) =>
    call({
      path: "/api/v1/events/batch",
      body: { events: items.map((item) => bodyOf(item, startedAt)) }
    }).pipe(
      Effect.map((reply) =>
        reply.status === 207
          ? each(reply, "results", "status").map((status) => (status === "accepted" ? "202" : String(status)))
          : items.map(() => String(reply.status))
      ),
      Effect.catch((error) => Effect.succeed(items.map(() => error._tag))),
      Effect.flatMap((answers) =>
        Effect.forEach(items, ({ eventId }, i) => note(eventId, "batch", answers[i] ?? "no answer"))
      ),
      Effect.map((accepted) => accepted.every(Boolean))
    )

  return { viaBatch, viaHttp, viaNats }
}

const untilAccepted = (attempt: Effect.Effect<boolean>) =>
  Effect.repeat(attempt, { until: (accepted) => accepted, schedule: Schedule.spaced(pause) })

/** @param startedAt the begin of the load, in milliseconds since the epoch */
export const makePublisher = (world: World, journal: Journal, startedAt: number) => {
  const { viaBatch, viaHttp, viaNats } = makeWays(world, journal, startedAt)

  const once = ({ items, via }: Publication): Effect.Effect<boolean> => {
    const [item] = items
    if (item === undefined) return Effect.succeed(true)
    if (via === "batch") return viaBatch(items)
    if (via === "http") return viaHttp(item)
    return viaNats(item.eventId, `events.default.${typeOf(item)}`, bodyOf(item, startedAt))
  }

  return {
    /** All copies at once, each until it is acknowledged. */
    publish: (publication: Publication) =>
      Effect.forEach(
        Array.from({ length: publication.copies }),
        (_, i) => untilAccepted(once({ ...publication, via: i % 2 === 0 ? publication.via : "nats" })),
        { concurrency: "unbounded", discard: true }
      ),
    poison: (publication: PoisonPublication) => {
      const [subject, body] = poisonBody(publication, startedAt)
      return untilAccepted(viaNats(publication.eventId, subject, body))
    }
  }
}

export type Publisher = ReturnType<typeof makePublisher>
