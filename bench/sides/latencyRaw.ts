/** G3, anchor: the NATS client's callback. */

import { makeTiming, publishedNsOf } from "./latency.ts"
import { connectLean, consumeLean, makeLeanStream } from "./lean.ts"

const connection = await connectLean()
await makeLeanStream(connection)
const time = makeTiming()
await consumeLean(connection, (job) => time(publishedNsOf(job)))
