/** Lets a gateway accept orders, and returns when all of their jobs are in the stream. */

import { setTimeout as sleep } from "node:timers/promises"

import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"

import { done, settings } from "../measure/side.ts"
import { awaitGateway, configure, eventOf, post } from "./orders.ts"

const batch = 1000

await awaitGateway()
await configure()
for (let from = 0; from < settings.count; from += batch) {
  const size = Math.min(batch, settings.count - from)
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  await post("/api/v1/events/batch", { events: Array.from({ length: size }, (_, i) => eventOf(from + i)) })
}

const { streams } = await jetstreamManager(await connect({ servers: settings.natsUrl }))
// oxlint-disable-next-line no-await-in-loop -- until all are there
while ((await streams.info("JOBS_EMAIL")).state.messages < settings.count) await sleep(20)
done()
