/** G2, anchor: plain publishes with one reply inbox. Also fills the stream for G1. */

import { Counting } from "../measure/Counting.ts"
import { bytesOf, jobOf } from "../measure/jobs.ts"
import { settings } from "../measure/side.ts"
import { connectLean, makeLeanStream, publishLean } from "./lean.ts"

const connection = await connectLean()
await makeLeanStream(connection)
const bodies = Array.from({ length: settings.count }, (_, n) => bytesOf(jobOf(n)))
const counting = new Counting()
publishLean(connection, bodies, () => counting.add(1))
