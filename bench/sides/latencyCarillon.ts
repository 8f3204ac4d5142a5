/** G3, Carillon: the handler. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas, as the program does
import "effect/schema/SchemaJITCompiler/enable"
import { Effect } from "effect"

import { consumeJobs, withNats } from "./carillon.ts"
import { makeTiming } from "./latency.ts"

const handle = Effect.suspend(() => {
  const time = makeTiming()
  return consumeJobs((jobs) => jobs.forEach(({ data }) => time(data["published_ns"])))
})

await withNats(handle)
