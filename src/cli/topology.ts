/** The streams and durables of the server: made, and shown beside their definition. */

import { Console, Effect } from "effect"

import { allConsumers } from "#src/main.ts"
import { Streams } from "#src/nats/Streams.ts"
import { allStreams } from "#streams/all.ts"

import { asJson } from "./asJson.ts"
import { StreamsDiffer } from "./errors.ts"
import { differing, streamTable } from "./streamTable.ts"

const show = Effect.fnUntraced(function* (json: boolean) {
  const found = yield* Streams.use(({ status }) => status(allStreams, allConsumers))
  yield* Console.log(json ? asJson(found) : streamTable(found).join("\n"))
  return found
})

/** Those that exist are changed where they may be; what may not is refused, with what to do. */
export const reconcile = Streams.use(({ apply }) => apply(allStreams, allConsumers))

export const apply = (json: boolean) => Effect.andThen(reconcile, show(json))

/** Fails where something is missing or differs. */
export const status = Effect.fnUntraced(function* (json: boolean) {
  const names = differing(yield* show(json))
  if (names.length > 0) return yield* new StreamsDiffer({ names })
})
