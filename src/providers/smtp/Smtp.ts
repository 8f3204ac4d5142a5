/** E-mail by SMTP, over a few connections that are kept alive. */

import { Clock, Effect, Layer, Option, Result } from "effect"

import { DkimConfig } from "#src/config/DkimConfig.ts"
import { SmtpConfig } from "#src/config/SmtpConfig.ts"
import { type Attempt } from "#src/domain/Attempt.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type SmtpAnswer } from "#src/domain/smtpAnswer.ts"
import { toAttempt } from "#src/domain/smtpAttempt.ts"
import { showConnections } from "#src/providers/connectionMetrics.ts"
import { EmailProvider, type OutgoingEmail } from "#src/providers/EmailProvider.ts"
import { makeCompose } from "#src/providers/smtp/compose.ts"
import { Pool } from "#src/providers/smtp/Pool.ts"
import { type Mail } from "#src/providers/smtp/Session.ts"
import { makeSlots } from "#src/providers/smtp/Slots.ts"
import { defaultTimeouts, type Timeouts } from "#src/providers/smtp/Timeouts.ts"

export interface Options {
  /** Connections at most, each with one message at a time. One recipient domain alone gets half of them. */
  readonly connections: number
  readonly timeouts: Timeouts
}

const defaults: Options = { connections: 40, timeouts: defaultTimeouts }

/** Takes a connection, sends, gives it back. */
const sendThrough = (pool: Pool, mail: Mail, mayProceed: () => boolean): Promise<SmtpAnswer> =>
  pool.take().then((taken) => {
    if (Result.isFailure(taken)) return taken.failure
    const session = taken.success
    return session.send(mail, mayProceed).then((answer) => {
      pool.giveBack(session)
      return answer
    })
  })

/** Nothing has gone out yet where composing or signing breaks. */
const broken = (defect: unknown): SmtpAnswer => ({
  stage: "connect",
  reply: Option.none(),
  trouble: `the message could not be made: ${String(defect)}`
})

export const layer = (options: Partial<Options> = {}) =>
  Layer.effect(
    EmailProvider,
    Effect.gen(function* () {
      const { connections, timeouts } = { ...defaults, ...options }
      const { sender, server } = yield* SmtpConfig
      const clock = yield* Clock.Clock
      const compose = makeCompose(sender, yield* DkimConfig)
      const now = () => clock.currentTimeMillisUnsafe()
      const slots = makeSlots(connections, now)
      const pool = yield* Effect.acquireRelease(
        Effect.sync(() => new Pool(server, timeouts)),
        (opened) => Effect.sync(() => opened.close())
      )
      yield* showConnections("smtp", { size: connections, free: slots.free })

      const send = (message: OutgoingEmail, mayProceed: () => boolean): Promise<Attempt> => {
        const startedAt = now()
        return compose(message, startedAt)
          .then((mail) =>
            Result.isFailure(mail) ? mail.failure : sendThrough(pool, mail.success, mayProceed)
          )
          .catch(broken)
          .then((answer) => {
            slots.release([message.address])
            return toAttempt(answer, {
              attempt: message.attempt,
              started_at: toInstant(startedAt),
              finished_at: toInstant(now())
            })
          })
      }
      return EmailProvider.of({ ...slots, send })
    })
  )
