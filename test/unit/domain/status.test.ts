/** Names that callers know: channels in any case, statuses by their original names. */

import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import { Channel, ChannelInput, normalizeChannel } from "#schemas/Channel.ts"
import { Settled, Status, toOriginal } from "#schemas/Status.ts"

const read = Schema.decodeUnknownResult(ChannelInput)

describe("channel normalization", () => {
  it.each([
    ["email", "email"],
    ["EMAIL", "email"],
    ["WebSocket", "ws"],
    ["WS", "ws"],
    ["In_App", "in_app"]
  ])("reads %s as %s", (written, channel) => {
    assert.deepStrictEqual(Result.map(read(written), String), Result.succeed(channel))
  })

  it.prop(
    "reads every channel in any case of its letters, and writes it as it is",
    [Channel, Schema.Boolean],
    ([channel, isUpper]) => {
      const written = isUpper ? channel.toUpperCase() : channel
      assert.deepStrictEqual(read(written), Result.succeed(channel))
      assert.strictEqual(normalizeChannel(written), channel)
      assert.strictEqual(Schema.encodeSync(ChannelInput)(channel), channel)
    }
  )

  it.each(["", "fax", " email", "web socket", 7, null])("refuses %j", (written) => {
    assert.isTrue(Result.isFailure(read(written)))
  })
})

describe("status names", () => {
  it.each<[string, ReadonlyArray<Status>]>([
    ["SENT", ["sent", "delivered", "opened", "clicked", "unsubscribed"]],
    ["RETRYING", ["queued", "sending", "retrying"]],
    ["EXPIRED", ["expired"]],
    ["FAILED", ["bounced", "failed", "suppressed", "cancelled", "unknown", "dead"]]
  ])("%s", (original, statuses) => {
    assert.deepStrictEqual(
      Status.literals.filter((status) => toOriginal(status) === original).toSorted(),
      statuses.toSorted()
    )
  })

  it("count everything that is settled, and nothing that is open, as ended", () => {
    const open = Settled.literals.filter((status) => toOriginal(status) === "RETRYING")
    assert.deepStrictEqual(open, ["retrying"])
  })
})
