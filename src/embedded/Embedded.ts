/** One machine: the servers that nobody else provides, started in the home folder and ended with us. */

import { Context, Effect, Layer, Option, Redacted } from "effect"

import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { lockHome } from "#src/embedded/homeLock.ts"
import { mailCatcher } from "#src/embedded/mail/mailCatcher.ts"
import { MailStore } from "#src/embedded/mail/MailStore.ts"
import { type Home, makeHome } from "#src/embedded/makeHome.ts"
import { natsServer } from "#src/embedded/natsServer.ts"
import { postgresServer } from "#src/embedded/postgresServer.ts"
import { say } from "#src/embedded/Say.ts"

const nats = (config: EmbeddedConfig, home: Home) =>
  Option.match(config.provided.natsUrl, {
    onSome: (url) => Effect.succeed(url),
    onNone: () => natsServer({ home, program: config.natsServerBin, port: config.ports.nats })
  })

const postgres = (config: EmbeddedConfig, home: Home) =>
  Option.match(config.provided.databaseUrl, {
    onSome: (url) => Effect.succeed(url),
    onNone: () => postgresServer({ home, port: config.ports.postgres })
  })

const mail = (config: EmbeddedConfig, home: Home) =>
  Option.match(config.provided.smtpUrl, {
    onSome: (smtpUrl) => Effect.succeed({ smtpUrl, mailUrl: Option.none<string>() }),
    onNone: Effect.fnUntraced(function* () {
      yield* say("starting the mail catcher")
      const store = yield* Layer.build(MailStore.layer(home.mail))
      const { smtpUrl, mailUrl } = yield* Effect.provideContext(
        mailCatcher({ smtp: config.ports.smtp, http: config.ports.mail }),
        store
      )
      return { smtpUrl: Redacted.make(smtpUrl), mailUrl: Option.some(mailUrl) }
    })
  })

export class Embedded extends Context.Service<
  Embedded,
  {
    readonly home: Home
    readonly natsUrl: string
    /** Holds the password. */
    readonly databaseUrl: Redacted.Redacted
    readonly smtpUrl: Redacted.Redacted
    /** The page of the mail catcher; none where mails go out by SMTP_URL. */
    readonly mailUrl: Option.Option<string>
  }
>()("carillon/embedded/Embedded") {
  /**
   * Fails with what to do: another one runs in this home (AlreadyRunning), a port is taken (PortTaken), a server
   * cannot be had or does not start. Says what it does through `Say`.
   */
  static readonly layer = Layer.effect(
    Embedded,
    Effect.gen(function* () {
      const config = yield* EmbeddedConfig
      const home = yield* makeHome(config.home)
      yield* lockHome(home.path)
      const [natsUrl, databaseUrl, { smtpUrl, mailUrl }] = yield* Effect.all(
        [nats(config, home), postgres(config, home), mail(config, home)],
        { concurrency: "unbounded" }
      )
      return Embedded.of({ home, natsUrl, databaseUrl, smtpUrl, mailUrl })
    })
  )
}
