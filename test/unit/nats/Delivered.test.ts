import { assert, describe, it } from "@effect/vitest"
import { headers, type Msg } from "@nats-io/transport-node"

import { type Origin, toDelivered } from "#src/nats/Delivered.ts"

const receive = (reply: string, origin: Origin = { created: "now", gone: false }) => {
  const answers: Array<string> = []
  const found = headers()
  found.set("traceparent", "00-1")
  const message: Msg = {
    subject: "events.default.order_paid",
    sid: 1,
    reply,
    headers: found,
    data: new Uint8Array(),
    respond: (answer) =>
      answers.push(new TextDecoder().decode(Uint8Array.from(Buffer.from(answer ?? "")))) > 0,
    json: () => {
      throw new Error("no json")
    },
    string: () => ""
  }
  return { answers, origin, delivered: toDelivered(message, origin) }
}

const short = "$JS.ACK.EVENTS.plan-events.3.42.50.1795262400123456789.7"
const long = "$JS.ACK._.HASH.EVENTS.plan-events.3.42.50.1795262400123456789.7.random"

describe("toDelivered", () => {
  it.each([short, long])("reads %s", (reply) => {
    const { delivered } = receive(reply)
    assert.deepStrictEqual(
      [delivered.deliveryCount, delivered.sequence, delivered.timestamp, delivered.headers],
      [3, 42, 1_795_262_400_123, { traceparent: "00-1" }]
    )
  })

  it("is answered once, and touched only before", () => {
    const { answers, delivered } = receive(short)
    delivered.working()
    delivered.nak(1500)
    delivered.ack()
    delivered.working()
    assert.deepStrictEqual(answers, ["+WPI", '-NAK {"delay":1500000000}'])
  })

  it("comes again at once without a delay", () => {
    const { answers, delivered } = receive(short)
    delivered.nak(0)
    assert.deepStrictEqual(answers, ["-NAK"])
  })

  it("is not answered when its durable is gone", () => {
    const { answers, delivered, origin } = receive(short)
    origin.gone = true
    delivered.working()
    delivered.ack()
    assert.deepStrictEqual(answers, [])
  })
})
