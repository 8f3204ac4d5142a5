/** `carillon doctor` against real servers with something really wrong. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Schema } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { registration } from "#test/support/httpCall.ts"
import { carillon } from "#test/support/processes.ts"
import { system } from "#test/support/system.ts"

const Findings = Schema.fromJsonString(
  Schema.Struct({
    findings: Schema.Array(
      Schema.Struct({
        subject: Schema.String,
        level: Schema.String,
        detail: Schema.String,
        remedy: Schema.NullOr(Schema.String)
      })
    )
  })
)

/** The exit code, and what is not ok as `level subject: detail`. */
const examine = Effect.fnUntraced(function* (environment: Readonly<Record<string, string>>) {
  const { code, stderr, stdout } = yield* carillon(["doctor", "--json"], environment)
  const { findings } = yield* Effect.tapError(Schema.decodeEffect(Findings)(stdout), () =>
    Effect.logError(stderr)
  )
  const wrong = findings
    .filter(({ level }) => level !== "ok")
    .map(({ detail, level, subject }) => `${level} ${subject}: ${detail}`)
  return { code, findings, wrong }
})

describe("carillon doctor", () => {
  it.live(
    "has nothing against a healthy system, and finds what is taken away from it",
    () =>
      Effect.gen(function* () {
        const { environment, nats, publisher, sql, start } = yield* system
        const process = yield* start("all")
        const healthy = yield* eventually("nothing wrong", examine(environment), {
          holds: ({ wrong }) => wrong.filter((text) => !text.includes(" disk of ")).length === 0,
          looks: 5
        })
        for (const subject of [
          "NATS",
          "JetStream",
          "storing",
          "stream EVENTS",
          "clock of NATS",
          "Postgres",
          "templates"
        ])
          assert.include(
            healthy.findings.map((finding) => finding.subject),
            subject
          )
        // In words, for a person.
        const { stdout } = yield* carillon(["doctor"], { ...environment, REDIS_URL: "redis://old" })
        assert.include(stdout, "WARNING  environment: REDIS_URL set, and not read")
        assert.match(stdout, /ok {7}stream EVENTS: /)

        yield* process.signal("SIGTERM")
        yield* process.ended
        yield* publisher.manage(({ consumers }) =>
          consumers.pause("JOBS_EMAIL", "deliver-email", DateTime.toDate(DateTime.makeUnsafe("2099-01-01")))
        )
        yield* publisher.manage(({ streams }) => streams.delete("OUTCOMES"))
        yield* publisher.publish("events.default.user_registered", registration())
        yield* Effect.tryPromise(
          () =>
            sql`update message_templates set content = jsonb_set(content, '{subject}', '"{{#if"') where locale = 'ru'`
        )
        yield* Effect.tryPromise(() => sql`delete from message_templates where locale = 'en'`)
        yield* Effect.tryPromise(() => sql`delete from schema_migrations where name like '0004%'`)
        const sick = yield* examine({ ...environment, NATS_GRPC_HOST: "x" })
        assert.strictEqual(sick.code, 1)
        assert.includeMembers(
          [...sick.wrong],
          [
            "problem stream OUTCOMES: is missing",
            "warning durable deliver-email of JOBS_EMAIL: is paused, with 0 messages waiting",
            "problem durable plan-events of EVENTS: 1 message waiting, and nobody takes them",
            "warning environment: NATS_GRPC_HOST set, and not read",
            "problem schema: without 0004_create_views.sql"
          ]
        )
        yield* Effect.tryPromise(
          () => sql`insert into schema_migrations (name, checksum) values ('0004_create_views.sql', '')`
        )
        const ill = yield* examine(environment)
        assert.includeMembers(
          [...ill.wrong],
          [
            "problem processes: none is alive",
            "warning event type user_registered of default: welcome_email has no en for those who read none of ru"
          ]
        )
        assert.isTrue(
          ill.wrong.some((text) => text.startsWith("problem template welcome_email (email, ru) of default"))
        )

        yield* nats.stop
        const away = yield* examine({
          ...environment,
          DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none"
        })
        assert.strictEqual(away.code, 1)
        assert.includeMembers(
          [...away.wrong],
          [
            `problem NATS: does not answer at ${nats.url}`,
            "problem Postgres: does not answer at postgres://127.0.0.1:1/none"
          ]
        )
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )
})
