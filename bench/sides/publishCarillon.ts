/** G2, Carillon: `Publisher.publishAll`, ten thousand jobs a call. Also fills the stream for G1. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas, as the program does
import "effect/schema/SchemaJITCompiler/enable"
import { Array, Effect } from "effect"

import { Publisher } from "../../src/nats/Publisher.ts"
import { Counting } from "../measure/Counting.ts"
import { bytesOf, jobOf, jobSubject } from "../measure/jobs.ts"
import { settings } from "../measure/side.ts"
import { withNats } from "./carillon.ts"

/** What the relay announces at a time; no more than what warms up. */
const flight = settings.warm === 0 ? 10_000 : Math.min(10_000, settings.warm)

const messages = Array.makeBy(settings.count, (n) => ({ subject: jobSubject, data: bytesOf(jobOf(n)) }))

const publish = Effect.gen(function* () {
  const publisher = yield* Publisher
  const counting = new Counting()
  for (const slice of Array.chunksOf(messages, flight)) {
    yield* publisher.publishAll(slice)
    counting.add(slice.length)
  }
  // The answer is on its way: it ends the process.
  return yield* Effect.never
})

await withNats(publish)
