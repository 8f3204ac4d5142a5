/** G3, Carillon: the publisher, `Publisher.publish`. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas, as the program does
import "effect/schema/SchemaJITCompiler/enable"
import { Effect } from "effect"

import { Publisher } from "../../src/nats/Publisher.ts"
import { bytesOf, jobSubject } from "../measure/jobs.ts"
import { withNats } from "./carillon.ts"
import { publishSteadily } from "./latency.ts"

const publish = Effect.gen(function* () {
  const { publish } = yield* Publisher
  const run = Effect.runPromiseWith(yield* Effect.context())
  publishSteadily((job) => run(publish({ subject: jobSubject, data: bytesOf(job) })))
  return yield* Effect.never
})

await withNats(publish)
