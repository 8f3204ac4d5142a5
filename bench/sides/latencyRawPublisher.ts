/** G3, anchor: the NATS client's `publish` to JetStream. */

import { jetstream } from "@nats-io/jetstream"

import { bytesOf } from "../measure/jobs.ts"
import { publishSteadily } from "./latency.ts"
import { connectLean, leanSubject } from "./lean.ts"

const stream = jetstream(await connectLean())
publishSteadily((job) => stream.publish(leanSubject, bytesOf(job)))
