import { assert, describe, it } from "@effect/vitest"

import { type SendNotification } from "#schemas/http/notifications.ts"
import { defaultOrganization, EventId, OrganizationId, UserId } from "#schemas/Ids.ts"
import { toInstant } from "#src/domain/instants.ts"
import {
  notificationEvent,
  notificationEventId,
  notificationRefusal
} from "#src/domain/notificationRequest.ts"

const mail: SendNotification = { type: "email", recipient_email: "Ada@example.org", content: "Hello" }
const id = EventId.make("01a00000-0000-8000-8000-000000000000")
const now = toInstant(1_790_000_000_000)

const wrongPaths = (asked: SendNotification) => notificationRefusal(asked)?.errors.map(({ path }) => path)

describe("notificationRefusal", () => {
  it("lets pass what names a recipient and has content", () => {
    assert.isUndefined(notificationRefusal(mail))
    assert.isUndefined(notificationRefusal({ ...mail, metadata: { message_id: "m-1" } }))
    assert.isUndefined(
      notificationRefusal({ type: "email", user_id: UserId.make("ada"), html_content: "<p>", metadata: null })
    )
  })

  it("names all that is wrong", () => {
    const wrong: SendNotification = {
      type: "email",
      recipient_email: "",
      content: null,
      metadata: { message_id: 3 }
    }
    assert.deepStrictEqual(wrongPaths(wrong), ["recipient_email", "content", "metadata.message_id"])
    assert.deepStrictEqual(wrongPaths({ ...mail, recipient_email: "no address" }), ["recipient_email"])
    assert.deepStrictEqual(wrongPaths({ ...mail, metadata: { message_id: "" } }), ["metadata.message_id"])
  })

  it("says first that a channel is not built", () => {
    assert.deepInclude(notificationRefusal({ type: "sms" }), { reason: "not_implemented" })
  })
})

describe("notificationEventId", () => {
  const named = { ...mail, metadata: { message_id: "m-1" } }
  const idOf = (asked: SendNotification, key?: string) => notificationEventId(defaultOrganization, asked, key)

  it("is the same for the same name, and none without one", () => {
    assert.strictEqual(idOf(named), idOf({ ...named, content: "other" }))
    assert.strictEqual(idOf(named, "k"), idOf(mail, "k"))
    assert.isUndefined(idOf(mail))
  })

  it("is another for another name, another kind of name, another organization", () => {
    const other = notificationEventId(OrganizationId.make("other"), named, undefined)
    const ids = [idOf(named), idOf(mail, "m-1"), idOf(mail, "m-2"), other]
    assert.lengthOf(new Set(ids), ids.length)
  })
})

describe("notificationEvent", () => {
  it("is for the user that was named", () => {
    const named = { type: "email" as const, user_id: UserId.make("ada"), content: "Hello" }
    assert.strictEqual(notificationEvent(named, id, now).payload["user_id"], "ada")
    const nobody = { type: "email" as const, content: "Hello" }
    assert.match(String(notificationEvent(nobody, id, now).payload["user_id"]), /^email-/)
  })

  it("makes the same user of the same address, without showing it", () => {
    const { payload } = notificationEvent(mail, id, now)
    assert.match(String(payload["user_id"]), /^email-[0-9a-f]{32}$/)
    const lower = notificationEvent({ ...mail, recipient_email: "ada@example.org" }, id, now)
    assert.strictEqual(lower.payload["user_id"], payload["user_id"])
  })

  it("says only what was said", () => {
    const event = notificationEvent(
      { ...mail, subject: null, send_after: now, priority: "high", metadata: {} },
      id,
      now
    )
    assert.deepStrictEqual(Object.keys(event.payload), ["user_id", "recipient_email", "content", "metadata"])
    assert.deepStrictEqual(event.delivery, { channels: ["email"], priority: "high", send_after: now })
  })
})
