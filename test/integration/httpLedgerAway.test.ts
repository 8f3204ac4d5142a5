/** The API while the ledger is away: nothing is falsely accepted, and it says when to come back. */

import { randomUUID } from "node:crypto"

import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"

import { Postgres } from "#src/postgres/Postgres.ts"
import { EventTypeRepository } from "#src/repositories/EventTypeRepository.ts"
import { OrganizationRepository } from "#src/repositories/OrganizationRepository.ts"
import { ProfileRepository } from "#src/repositories/ProfileRepository.ts"
import { TemplateRepository } from "#src/repositories/TemplateRepository.ts"
import { BuiltIns } from "#src/services/BuiltIns.ts"
import { EventTypes } from "#src/services/EventTypes.ts"
import { Previews } from "#src/services/Previews.ts"
import { Templates } from "#src/services/Templates.ts"
import { at, call, registration } from "#test/support/httpCall.ts"
import { httpServerOver } from "#test/support/httpServer.ts"

/** Port 1 is reserved, and no one listens there. */
const nowhere = ConfigProvider.layer(
  ConfigProvider.fromUnknown({ DATABASE_URL: "postgres://postgres@127.0.0.1:1/none" })
)

const repositories = Layer.mergeAll(
  EventTypeRepository.layer,
  OrganizationRepository.layer,
  ProfileRepository.layer,
  TemplateRepository.layer
)

const ledger = Layer.mergeAll(EventTypes.layer, BuiltIns.layer, Previews.layer).pipe(
  Layer.provideMerge(Templates.layer),
  Layer.provideMerge(repositories),
  Layer.provideMerge(Layer.provide(Postgres.layer, nowhere))
)

layer(httpServerOver(ledger, { embedded: true, nats: "none" }), { excludeTestServices: true })(
  "while the ledger is away",
  (it) => {
    it.effect.each([
      { path: "/api/v1/events", body: registration() },
      { path: "/api/v1/events", body: registration(), headers: { "idempotency-key": "k" } },
      { path: "/api/v1/events/batch", body: { events: [registration(), registration()] } },
      {
        path: "/api/v1/notifications/send",
        body: { type: "email", recipient_email: "ada@example.org", content: "x" }
      },
      { path: `/api/v1/events/${randomUUID()}` },
      { path: `/api/v1/deliveries/${randomUUID()}` },
      { path: "/api/v1/balance" },
      { path: "/api/v1/dead-letters" }
    ])("answers $path with 503 and Retry-After", (what) =>
      Effect.gen(function* () {
        const reply = yield* call(what)
        assert.strictEqual(reply.status, 503, reply.text)
        assert.strictEqual(reply.json["code"], "unavailable")
        assert.match(String(reply.headers["retry-after"]), /^\d+$/)
      })
    )

    it.effect("lives, but is not ready", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* call({ path: "/health" })).status, 200)
        const ready = yield* call({ path: "/health/ready" })
        assert.strictEqual(ready.status, 503)
        assert.strictEqual(ready.json["status"], "not_ready")
        assert.strictEqual(at(ready, "checks.database.status"), "unhealthy")
      })
    )
  }
)
