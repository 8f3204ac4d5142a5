/** The connections to the SMTP server that wait for work. How many may be open is the caller's to limit. */

import { clearTimeout, setTimeout } from "node:timers"

import { Duration, Result } from "effect"

import { type SmtpServer } from "#src/config/SmtpConfig.ts"
import { type SmtpAnswer } from "#src/domain/smtpAnswer.ts"
import { Session } from "#src/providers/smtp/Session.ts"
import { type Timeouts } from "#src/providers/smtp/Timeouts.ts"

/** Then a connection is opened anew: servers grow tired of long sessions, and a new one finds moved hosts. */
const messagesPerConnection = 100

export class Pool {
  readonly #server: SmtpServer
  readonly #timeouts: Timeouts
  /** Every open one, so that none outlives the pool. */
  readonly #open = new Set<Session>()
  /** Last used last: those that are not needed age, and are closed. */
  readonly #idle = new Map<Session, NodeJS.Timeout>()
  #closed = false

  constructor(server: SmtpServer, timeouts: Timeouts) {
    this.#server = server
    this.#timeouts = timeouts
  }

  /** The connection used last, or a new one. */
  take(): Promise<Result.Result<Session, SmtpAnswer>> {
    for (const [session, timer] of [...this.#idle].toReversed()) {
      clearTimeout(timer)
      this.#idle.delete(session)
      if (!session.isGone) return Promise.resolve(Result.succeed(session))
      this.#open.delete(session)
    }
    return Session.open(this.#server, this.#timeouts).then((opened) => {
      if (Result.isSuccess(opened)) this.#admit(opened.success)
      return opened
    })
  }

  giveBack(session: Session): void {
    if (session.isGone) {
      this.#open.delete(session)
      return
    }
    if (session.messages >= messagesPerConnection) {
      this.#retire(session)
      return
    }
    // @effect-diagnostics-next-line globalTimers:off -- no fiber a message: a timer of Effect's would be one
    const timer = setTimeout(() => this.#retire(session), Duration.toMillis(this.#timeouts.idle))
    this.#idle.set(session, timer.unref())
  }

  /** Idle ones say goodbye; those in use are cut. */
  close(): void {
    this.#closed = true
    for (const session of this.#idle.keys()) this.#retire(session)
    for (const session of this.#open) session.destroy()
    this.#open.clear()
  }

  #admit(session: Session): void {
    // It was opening while the pool closed.
    if (this.#closed) session.destroy()
    this.#open.add(session)
  }

  #retire(session: Session): void {
    clearTimeout(this.#idle.get(session))
    this.#idle.delete(session)
    this.#open.delete(session)
    session.quit()
  }
}
