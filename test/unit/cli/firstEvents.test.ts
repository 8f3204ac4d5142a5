/** Lines to copy: each is one command of a shell, with what it needs and no secret in it. */

import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import { EventEnvelope } from "#schemas/Event.ts"
import { firstEvents } from "#src/cli/up/firstEvents.ts"

const ids = ["e4174208-d800-48f5-95ea-3bdaab460671", "46955eac-85b5-4489-858e-ea3125f9756c"] as const

const surroundings = {
  run: { http: "http://127.0.0.1:8240", nats: "nats://127.0.0.1:4222" },
  key: Option.none<string>(),
  home: Option.none<string>(),
  ids,
  now: "2026-11-22T12:00:00.000Z"
}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(EventEnvelope))
const bodyOf = (line = "") => decode(/'(\{.*\})'$/.exec(line)?.[1])

describe("firstEvents", () => {
  it("begin with the program, hold no line break, and carry valid events of their own", () => {
    const [curl, nats, npx] = firstEvents(surroundings)
    assert.match(curl ?? "", /^curl -sS http:\/\/127\.0\.0\.1:8240\/api\/v1\/events [^\n]*$/)
    assert.match(
      nats ?? "",
      /^nats -s nats:\/\/127\.0\.0\.1:4222 pub events\.default\.user_registered [^\n]*$/
    )
    assert.match(npx ?? "", /^npx carillon event publish user_registered --data [^\n]*$/)
    assert.deepStrictEqual([bodyOf(curl).event_id, bodyOf(nats).event_id], [...ids])
  })

  it("name the home where it is not the default one", () => {
    const [, , npx] = firstEvents({ ...surroundings, home: Option.some("/srv/c") })
    assert.match(npx ?? "", /^CARILLON_HOME='\/srv\/c' npx carillon /)
  })

  it("bring the key, as the shell finds it, where calls need it", () => {
    const [curl] = firstEvents({ ...surroundings, key: Option.some("$CARILLON_OPERATOR_KEY") })
    assert.include(curl, `-H "authorization: Bearer $CARILLON_OPERATOR_KEY"`)
  })

  it("keep a login of NATS_URL to the shell that has it", () => {
    const run = { ...surroundings.run, nats: "nats://me:secret@nats.example:4222" }
    const [, nats] = firstEvents({ ...surroundings, run })
    assert.match(nats ?? "", /^nats -s "\$NATS_URL" pub /)
  })
})
