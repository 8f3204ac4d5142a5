/** G2, anchor: BullMQ's `addBulk`, a thousand jobs a call. Also fills the queue for G1. */

import { Counting } from "../measure/Counting.ts"
import { jobOf } from "../measure/jobs.ts"
import { settings } from "../measure/side.ts"
import { addAll } from "./bullmq.ts"

const jobs = Array.from({ length: settings.count }, (_, n) => jobOf(n))
const counting = new Counting()
await addAll(jobs, (count) => counting.add(count))
