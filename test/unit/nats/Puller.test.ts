import { assert, describe, it } from "@effect/vitest"
import { headers, type Msg } from "@nats-io/transport-node"
import { Schema } from "effect"

import { Puller } from "#src/nats/Puller.ts"

const Request = Schema.fromJsonString(
  Schema.Struct({ batch: Schema.Int, expires: Schema.Int, idle_heartbeat: Schema.Int })
)

const status = (code: number, description: string, pending?: number): Msg => {
  const found = headers(code, description)
  if (pending !== undefined) found.set("Nats-Pending-Messages", String(pending))
  return { ...delivery, headers: found }
}

const delivery: Msg = {
  subject: "s",
  sid: 1,
  data: new Uint8Array(),
  respond: () => true,
  json: () => {
    throw new Error("no json")
  },
  string: () => ""
}

/** A puller with room for eight, that asked once; what it took stays until `held` is set. */
const startPulling = () => {
  const state = { held: 0, asked: [] as Array<number>, lost: [] as Array<string> }
  const puller = new Puller({
    capacity: 8,
    room: () => 8 - state.held,
    send: (request) => state.asked.push(Schema.decodeSync(Request)(request).batch),
    onMessage: () => state.held++,
    onLost: (why) => state.lost.push(why)
  })
  puller.refill()
  return { puller, state }
}

const deliver = (puller: Puller, count: number) => {
  for (let n = 0; n < count; n++) puller.message(delivery)
}

describe("Puller", () => {
  it("asks for what there is room for, and for nothing more while that is on its way", () => {
    const { puller, state } = startPulling()
    puller.refill()
    deliver(puller, 8)
    assert.deepStrictEqual(state.asked, [8])
  })

  it("asks again when there is room, unless it is little", () => {
    const { puller, state } = startPulling()
    deliver(puller, 8)
    state.held = 7
    puller.refill()
    assert.deepStrictEqual(state.asked, [8])
    state.held = 6
    puller.refill()
    assert.deepStrictEqual(state.asked, [8, 2])
  })

  it.each([404, 408])("asks again for what a request that is over (%d) did not bring", (code) => {
    const { puller, state } = startPulling()
    deliver(puller, 3)
    puller.status(status(code, "Request Timeout", 5))
    assert.deepStrictEqual(state, { held: 3, asked: [8, 5], lost: [] })
  })

  it.each([
    [409, "Consumer Deleted"],
    [409, "Leadership Change"],
    [503, "No Responders"],
    [400, "Bad Request"]
  ] as const)("is lost once at %d %s, and asks no more", (code, description) => {
    const { puller, state } = startPulling()
    puller.status(status(code, description))
    puller.status(status(code, description))
    puller.refill()
    assert.deepStrictEqual(state, { held: 0, asked: [8], lost: [`${code} ${description}`] })
  })

  it("is lost in silence, but not while there are heartbeats", () => {
    const { puller, state } = startPulling()
    puller.checkHeard()
    puller.status(status(100, "Idle Heartbeat"))
    puller.checkHeard()
    assert.deepStrictEqual(state.lost, [])
    puller.checkHeard()
    assert.deepStrictEqual(state.lost, ["silence"])
  })

  it("expects nothing while it asked for nothing", () => {
    const { puller, state } = startPulling()
    deliver(puller, 8)
    puller.checkHeard()
    puller.checkHeard()
    assert.deepStrictEqual(state.lost, [])
  })

  it("takes what still comes after it was stopped, and asks no more", () => {
    const { puller, state } = startPulling()
    puller.stop()
    deliver(puller, 8)
    state.held = 0
    puller.refill()
    assert.deepStrictEqual(state.asked, [8])
  })
})
