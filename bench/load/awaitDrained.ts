/** Measures how a worker empties the stream of e-mail jobs: each is gone when it is acknowledged, after its last write. */

import { setTimeout as sleep } from "node:timers/promises"

import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"

import { Meter } from "../measure/Meter.ts"
import { answer, ready, settings } from "../measure/side.ts"

const look_ms = 10

const meter = new Meter(settings)
const { streams } = await jetstreamManager(await connect({ servers: settings.natsUrl }))
const left = async (): Promise<number> => (await streams.info("JOBS_EMAIL")).state.messages
const awaitAtMost = async (most: number): Promise<number> => {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until so few are left
    const now = await left()
    if (now <= most) return now
    // oxlint-disable-next-line no-await-in-loop
    await sleep(look_ms)
  }
}

ready()
const from = await awaitAtMost(settings.count - settings.warm)
meter.begin()
await awaitAtMost(0)
answer(meter.end(from))
