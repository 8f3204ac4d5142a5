/** G1, anchor: a BullMQ worker whose processor does nothing. */

import { Worker } from "bullmq"

import { Counting } from "../measure/Counting.ts"
import { bullConnection, bullQueue } from "./bullmq.ts"

const counting = new Counting()
const worker = new Worker(bullQueue, () => Promise.resolve(), {
  connection: bullConnection,
  concurrency: 100
})
worker.on("completed", () => counting.add(1))
