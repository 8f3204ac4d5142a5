/** G1, anchor: the NATS client's callback, JSON.parse, ack. */

import { Counting } from "../measure/Counting.ts"
import { connectLean, consumeLean } from "./lean.ts"

const counting = new Counting()
await consumeLean(await connectLean(), () => counting.add(1))
