/** The original notification call: one message, however often it is asked for under one name. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { at, call } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })(
  "POST /api/v1/notifications/send",
  (it) => {
    const send = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      call({ path: "/api/v1/notifications/send", body, headers })
    const mail = { type: "email", recipient_email: "ada@example.org", subject: "Hello", content: "Ada" }

    it.effect("queues a message, whose id is that of its delivery", () =>
      Effect.gen(function* () {
        const reply = yield* send({
          ...mail,
          type: "EMAIL",
          user_id: "ada",
          priority: "high",
          send_after: "2030-01-01T01:00:00+01:00"
        })
        assert.strictEqual(reply.status, 202, reply.text)
        assert.strictEqual(at(reply, "notification.status"), "queued")
        const { json } = yield* call({
          path: `/api/v1/deliveries/${String(at(reply, "notification.notification_id"))}`
        })
        assert.deepInclude(json, {
          user_id: "ada",
          channel: "email",
          status: "queued",
          send_after: "2030-01-01T00:00:00Z"
        })
      })
    )

    it.effect.each([
      { how: "Idempotency-Key", of: (id: string) => ({ body: mail, headers: { "idempotency-key": id } }) },
      {
        how: "metadata.message_id",
        of: (id: string) => ({ body: { ...mail, metadata: { message_id: id } }, headers: {} })
      }
    ])("is the same message under the same $how, a hundred times at once", ({ of }) =>
      Effect.gen(function* () {
        const { body, headers } = of(randomUUID())
        const replies = yield* Effect.forEach(Array.from({ length: 100 }), () => send(body, headers), {
          concurrency: 50
        })
        assert.lengthOf(new Set(replies.map(({ text }) => text)), 1, replies[0]?.text)
        assert.strictEqual(replies[0]?.status, 202)
        const other = yield* send({ ...body, subject: "Another" }, headers)
        assert.strictEqual(other.status, 409)
        assert.strictEqual(other.json["code"], "idempotency_conflict")
      })
    )

    it.effect("is another message where the caller names none", () =>
      Effect.gen(function* () {
        const [one, other] = [yield* send(mail), yield* send(mail)]
        assert.notStrictEqual(
          at(one, "notification.notification_id"),
          at(other, "notification.notification_id")
        )
      })
    )

    it.effect.each([
      {
        what: "another channel",
        body: { ...mail, type: "sms", recipient_phone: "+4912345" },
        status: 501,
        code: "not_implemented",
        path: undefined
      },
      {
        what: "an unknown channel",
        body: { ...mail, type: "fax" },
        status: 422,
        code: "invalid_body",
        path: "type"
      },
      {
        what: "an unknown member",
        body: { ...mail, subjekt: "x" },
        status: 422,
        code: "invalid_body",
        path: "subjekt"
      },
      {
        what: "no recipient",
        body: { type: "email", content: "x" },
        status: 422,
        code: "invalid_payload",
        path: "recipient_email"
      },
      {
        what: "no content",
        body: { type: "email", recipient_email: "ada@example.org" },
        status: 422,
        code: "invalid_payload",
        path: "content"
      },
      {
        what: "no address",
        body: { ...mail, recipient_email: "ada@@example" },
        status: 422,
        code: "invalid_payload",
        path: "recipient_email"
      },
      {
        what: "a header in the address",
        body: { ...mail, recipient_email: "a@example.org\r\nBcc: b@example.org" },
        status: 422,
        code: "invalid_payload",
        path: "recipient_email"
      }
    ])("refuses $what with $status", ({ body, code, path, status }) =>
      Effect.gen(function* () {
        const reply = yield* send(body)
        assert.strictEqual(reply.status, status, reply.text)
        assert.strictEqual(reply.json["code"], code)
        assert.strictEqual(at(reply, "errors.0.path"), path)
      })
    )
  }
)
