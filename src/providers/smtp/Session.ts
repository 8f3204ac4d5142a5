/**
 * One kept-alive connection to the SMTP server and what it is doing: opening, one message at a time, idle,
 * gone. Plain callbacks: no fiber a message.
 */

import { type Socket } from "node:net"
import { clearTimeout, setTimeout } from "node:timers"

import { Duration, Option, Redacted, Result } from "effect"
import SMTPConnection, { type SMTPError } from "nodemailer/lib/smtp-connection"

import { type SmtpServer } from "#src/config/SmtpConfig.ts"
import { judge, type SmtpAnswer, type Stage } from "#src/domain/smtpAnswer.ts"
import { parseReply, type SmtpReply } from "#src/domain/smtpReply.ts"
import { HeldBackMessage } from "#src/providers/smtp/HeldBackMessage.ts"
import { type Timeouts } from "#src/providers/smtp/Timeouts.ts"

/** Ready for the wire, but for the dots that the connection doubles. */
export interface Mail {
  readonly from: string
  readonly to: string
  readonly content: Buffer
}

/** The step an error is about: the replies to an envelope may come in one packet, only the connection can tell. */
const stageOf = (error: SMTPError, stage: Stage): Stage => {
  if (stage !== "rcpt") return stage
  if (error.command === "MAIL FROM") return "mail"
  return error.command === "DATA" ? "data" : "rcpt"
}

/**
 * The reply that failed the step. What a closing server wrote without ending the line is none: of a reply that
 * came with a close only 421 says the same cut short, and after the final dot not even that.
 */
const replyOf = (error: SMTPError, stage: Stage): Option.Option<SmtpReply> => {
  const reply = parseReply(error.response ?? "")
  if (error.code !== "ECONNECTION") return reply
  return Option.filter(reply, ({ code }) => code === 421 && stage !== "final_dot")
}

const silence = (stage: Stage, trouble: string): SmtpAnswer => ({ stage, reply: Option.none(), trouble })

/**
 * So much always finds room in the kernel, since the server has answered all before: it leaves in one write with
 * its final dot, a system call less. Linux gives a socket 16 KiB to begin with.
 */
const oneWriteBytes = 16_384

export class Session {
  readonly #connection: SMTPConnection
  readonly #timeouts: Timeouts
  #stage: Stage = "connect"
  #timer: NodeJS.Timeout | undefined
  /** Ends what is under way; absent while idle. */
  #settle: ((answer: SmtpAnswer) => void) | undefined
  #gone = false
  #messages = 0

  private constructor(server: SmtpServer, timeouts: Timeouts) {
    this.#timeouts = timeouts
    this.#connection = new SMTPConnection({
      host: server.host,
      port: server.port,
      secure: server.tls === "implicit",
      requireTLS: server.tls === "required",
      ignoreTLS: server.tls === "off",
      connectionTimeout: Duration.toMillis(timeouts.connect),
      greetingTimeout: Duration.toMillis(timeouts.connect),
      // Its own watch over silence: only there in case ours failed.
      socketTimeout: 2 * Duration.toMillis(timeouts.finalDot)
    })
    this.#connection.on("error", (error: SMTPError) => this.#fail(error))
    this.#connection.once("end", () => this.#end())
  }

  /** Connects, encrypts and logs in. A failure has ended the connection. */
  static open(server: SmtpServer, timeouts: Timeouts): Promise<Result.Result<Session, SmtpAnswer>> {
    const session = new Session(server, timeouts)
    const { promise, resolve } = Promise.withResolvers<Result.Result<Session, SmtpAnswer>>()
    session.#settle = (answer) => {
      session.destroy()
      resolve(Result.fail(answer))
    }
    const ready = () => {
      session.#disarm()
      session.#settle = undefined
      resolve(Result.succeed(session))
    }
    session.#arm(Duration.sum(timeouts.connect, timeouts.command))
    session.#connection.connect((error) => {
      if (error) return session.#fail(error)
      return session.#login(server, ready)
    })
    return promise
  }

  /** Nobody can send on it any more. */
  get isGone(): boolean {
    return this.#gone
  }

  /** Messages tried so far. */
  get messages(): number {
    return this.#messages
  }

  /**
   * Sends one message; afterwards the session is either ready for the next one or gone. Where `mayProceed`
   * says no the connection is cut, and nothing was handed over.
   */
  send(mail: Mail, mayProceed: () => boolean): Promise<SmtpAnswer> {
    const { promise, resolve } = Promise.withResolvers<SmtpAnswer>()
    this.#messages += 1
    this.#stage = "rcpt"
    this.#settle = resolve
    if (!mayProceed()) {
      this.#withdraw()
      return promise
    }
    this.#arm(this.#timeouts.command)
    const message = new HeldBackMessage((content) => this.#write(content, mail.content, mayProceed))
    this.#connection.send({ from: mail.from, to: mail.to }, message, (error, info) => {
      if (error) return this.#fail(error)
      return this.#accept(parseReply(info.response))
    })
    return promise.then((answer) => this.#recover(answer))
  }

  /** Says goodbye, if anyone listens, and closes. */
  quit(): void {
    this.#connection.quit()
    this.#connection.close()
  }

  /** Cuts the connection; what is buffered does not leave any more. */
  destroy(): void {
    const socket = this.#socket
    this.#finish(silence(this.#stage, "the connection was cut by us"))
    // First: its close would end the socket, which lets out what is corked.
    socket?.destroy()
    this.#connection.close()
  }

  #end(): void {
    this.#gone = true
    // The reason, where there is one, is told right after the end.
    queueMicrotask(() => this.#finish(silence(this.#stage, "the connection was closed")))
  }

  /** The TLS one after STARTTLS. */
  get #socket(): Socket | undefined {
    const socket = this.#connection._socket
    return socket === false || socket === null ? undefined : socket
  }

  #login(server: SmtpServer, ready: () => void): void {
    if (Option.isNone(server.login)) return ready()
    const { password, user } = server.login.value
    this.#arm(this.#timeouts.command)
    this.#connection.login({ user, pass: Redacted.value(password) }, (error) =>
      error ? this.#fail(error) : ready()
    )
  }

  /** After 354. The final dot follows only when all before it is in the kernel's hands, or goes there with it. */
  #write(content: NodeJS.WritableStream, bytes: Buffer, mayProceed: () => boolean): void {
    const socket = this.#socket
    if (socket === undefined) return
    this.#stage = "body"
    this.#arm(this.#timeouts.command)
    const end = () => {
      content.once("end", () => this.#letGo(socket, mayProceed)).end()
    }
    if (bytes.length <= oneWriteBytes) {
      socket.cork()
      content.once("data", end)
    } else {
      content.once("data", () =>
        onceFlushed(socket, () => {
          socket.cork()
          end()
        })
      )
    }
    content.write(bytes)
  }

  /** The final dot lies in the corked socket: whether it may go is asked in the very step that hands it over. */
  #letGo(socket: Socket, mayProceed: () => boolean): void {
    if (this.#settle === undefined) return
    if (!mayProceed()) return this.#withdraw()
    this.#stage = "final_dot"
    this.#arm(this.#timeouts.finalDot)
    socket.uncork()
  }

  #withdraw(): void {
    this.#finish(silence(this.#stage, "withdrawn: this worker's own heartbeat is late"))
    this.destroy()
  }

  #accept(reply: Option.Option<SmtpReply>): void {
    this.#finish({ stage: this.#stage, reply, trouble: "an answer that is not SMTP, or came too early" })
  }

  #fail(error: SMTPError): void {
    const stage = stageOf(error, this.#stage)
    this.#finish({ stage, reply: replyOf(error, stage), trouble: error.message })
  }

  #finish(answer: SmtpAnswer): void {
    this.#disarm()
    const settle = this.#settle
    this.#settle = undefined
    settle?.(answer)
  }

  /** Makes the session ready for the next message where the server is still in step, cuts it elsewhere. */
  #recover(answer: SmtpAnswer): SmtpAnswer | Promise<SmtpAnswer> {
    if (!this.#isInStep(answer)) {
      this.destroy()
      return answer
    }
    return answer.stage === "final_dot" ? answer : this.#reset().then(() => answer)
  }

  /** The server has answered what was asked, and expects a command. */
  #isInStep(answer: SmtpAnswer): boolean {
    if (this.#gone || answer.stage === "body" || judge(answer).result === "unknown") return false
    return Option.exists(answer.reply, ({ code }) => code !== 421)
  }

  /** Ends a refused envelope. */
  #reset(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#settle = () => resolve()
    this.#arm(this.#timeouts.command)
    this.#connection.reset((error) => {
      if (error) this.destroy()
      this.#finish(silence("mail", ""))
    })
    return promise
  }

  #arm(timeout: Duration.Duration): void {
    this.#disarm()
    // @effect-diagnostics-next-line globalTimers:off -- no fiber a message: a timer of Effect's would be one
    this.#timer = setTimeout(() => {
      this.#finish(silence(this.#stage, `no answer within ${Duration.format(timeout)}`))
      this.destroy()
    }, Duration.toMillis(timeout))
  }

  #disarm(): void {
    clearTimeout(this.#timer)
  }
}

/** Calls back when all that was written has been handed to the kernel; at once where it has been. */
const onceFlushed = (socket: Socket, done: () => void): void => {
  if (socket.writableLength === 0) done()
  // An empty write is done after all before it.
  else
    socket.write("", (error) => {
      if (!(error instanceof Error)) done()
    })
}
