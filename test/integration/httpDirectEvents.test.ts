/** The short way and the declared way to publish an event. */

import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"

import { call, registration } from "#test/support/httpCall.ts"
import { httpServer } from "#test/support/httpServer.ts"

layer(httpServer({ embedded: true, nats: "none" }), { excludeTestServices: true })(
  "POST /api/v1/events, directly",
  (it) => {
    it.effect("answers a request that takes the declared way, say with a query, the same", () =>
      Effect.gen(function* () {
        const event = registration()
        const asked = [
          { body: event },
          { body: registration({ source: 3 }) },
          { body: event, headers: { authorization: "Bearer nobody's" } },
          { body: event, headers: { "content-type": "text/plain" } },
          { body: { ...event, organization_id: "another" } }
        ]
        const answers = (path: string) =>
          Effect.forEach(asked, (one) =>
            Effect.map(call({ path, ...one }), ({ headers, status, text }) => ({
              status,
              text,
              type: headers["content-type"],
              challenge: headers["www-authenticate"]
            }))
          )
        const direct = yield* answers("/api/v1/events")
        assert.deepStrictEqual(
          direct.map(({ status }) => status),
          [202, 422, 401, 415, 403]
        )
        assert.deepStrictEqual(yield* answers("/api/v1/events?way=declared"), direct)
      })
    )
  }
)
