/** G3, anchor: BullMQ's `add`. */

import { makeQueue } from "./bullmq.ts"
import { publishSteadily } from "./latency.ts"

const queue = makeQueue<unknown>()
publishSteadily((job) => queue.add("job", job))
