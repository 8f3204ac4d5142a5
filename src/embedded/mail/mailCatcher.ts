/** The mail catcher of one machine: SMTP in, a page and Mailpit's API out. Nothing leaves the machine. */

import { createServer } from "node:http"

import { NodeHttpServer } from "@effect/platform-node"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"

import { freePort } from "#src/embedded/freePort.ts"
import { mailPageRoutes } from "#src/embedded/mail/mailPage.ts"
import { mailpitRoutes } from "#src/embedded/mail/mailpitApi.ts"
import { MailStore } from "#src/embedded/mail/MailStore.ts"
import { smtpReceiver } from "#src/embedded/mail/smtpReceiver.ts"

const misdirected = HttpServerResponse.text("This is the mail catcher of localhost.", { status: 421 })

/** A page of the web may point its own name at 127.0.0.1: only who asks for loopback by name is answered. */
const isLoopbackName = (host = "") => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)

const forLoopbackNames = <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
    isLoopbackName(headers["host"]) ? app : Effect.succeed(misdirected)
  )

export interface MailPorts {
  /** 0: any free one. */
  readonly smtp: number
  readonly http: number
}

/** Catches until the scope ends, into the store. Its addresses. */
export const mailCatcher = Effect.fnUntraced(function* (ports: MailPorts) {
  const smtp = yield* freePort(ports.smtp, "CARILLON_SMTP_PORT")
  const http = yield* freePort(ports.http, "CARILLON_MAIL_PORT")
  const store = yield* MailStore
  const router = yield* HttpRouter.make
  yield* router.addAll([...mailpitRoutes(store), ...(yield* mailPageRoutes(store))])
  const server = yield* NodeHttpServer.make(() => createServer(), { port: http, host: "127.0.0.1" })
  // The errors of a router are unknown to its type; the server answers each: 404 where there is no route.
  // @effect-diagnostics-next-line anyUnknownInErrorContext:off
  yield* server.serve(forLoopbackNames(router.asHttpEffect()))
  yield* smtpReceiver(smtp)
  return { smtpUrl: `smtp://127.0.0.1:${smtp}`, mailUrl: `http://127.0.0.1:${http}` }
})
