/** The engine in this process, on a real NATS, Postgres and SMTP of its own. */

import { ConfigProvider, Effect, Layer } from "effect"

import { Embedded } from "#src/http/Authentication.ts"
import { engine, migration } from "#src/main.ts"
import { type Postgres } from "#src/postgres/Postgres.ts"
import { natsPublisher } from "#test/support/natsPublisher.ts"
import { natsServer } from "#test/support/natsServer.ts"
import { smtpSink } from "#test/support/smtpSink.ts"

/** Planner and worker, until the scope ends; `run` has its database. */
export const engineOn = Effect.fnUntraced(function* (databaseUrl: string) {
  const nats = yield* natsServer
  const sink = yield* smtpSink()
  const environment = {
    NATS_URL: nats.url,
    DATABASE_URL: databaseUrl,
    SMTP_URL: sink.url,
    MAIL_FROM: "Carillon <no-reply@example.org>"
  }
  const configured = Effect.provideService(
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromUnknown(environment)
  )
  yield* configured(migration)
  const both = Layer.merge(engine("worker"), engine("planner"))
  const built = yield* configured(Layer.build(Layer.provide(both, Layer.succeed(Embedded, false))))
  const run = <A, E>(effect: Effect.Effect<A, E, Postgres>) => Effect.provide(effect, built)
  const publisher = yield* natsPublisher(nats.url)
  return { nats, publisher, run, sink }
})
