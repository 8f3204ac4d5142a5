/** G3, anchor: a BullMQ worker. */

import { Worker } from "bullmq"

import { bullConnection, bullQueue } from "./bullmq.ts"
import { makeTiming, publishedNsOf } from "./latency.ts"

const time = makeTiming()
const worker = new Worker<unknown>(bullQueue, ({ data }) => Promise.resolve(time(publishedNsOf(data))), {
  connection: bullConnection
})
await worker.waitUntilReady()
