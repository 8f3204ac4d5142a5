/** The part of Mailpit's HTTP API that its users know, in its names and shapes. */

import { Effect, Option, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"

import { arrivedAt, type MailStore } from "#src/embedded/mail/MailStore.ts"
import { type Mail } from "#src/embedded/mail/readMail.ts"

type Store = MailStore["Service"]

const notFound = HttpServerResponse.jsonUnsafe({ Error: "message not found" }, { status: 404 })
const badRequest = HttpServerResponse.jsonUnsafe({ Error: "bad request" }, { status: 400 })
const ok = HttpServerResponse.text("ok")

const Count = Schema.FiniteFromString.check(
  Schema.isInt(),
  Schema.isBetween({ minimum: 0, maximum: 100_000 })
)
const Page = Schema.Struct({ limit: Schema.optionalKey(Count), start: Schema.optionalKey(Count) })
const Chosen = Schema.fromJsonString(Schema.Struct({ IDs: Schema.optionalKey(Schema.Array(Schema.String)) }))
const WithId = Schema.Struct({ id: Schema.String })

const summary = (id: string, mail: Mail, isRead: boolean) => ({
  ID: id,
  MessageID: mail.MessageID,
  Read: isRead,
  From: mail.From,
  To: mail.To,
  Cc: mail.Cc,
  Bcc: mail.Bcc,
  ReplyTo: mail.ReplyTo,
  Subject: mail.Subject,
  Created: arrivedAt(id),
  Tags: [],
  Size: mail.Size,
  Attachments: mail.Attachments.length,
  Snippet: mail.Snippet
})

/** Newest first; `limit` 50 where it is not given, as in Mailpit. */
const list = Effect.fnUntraced(function* (store: Store) {
  const { limit = 50, start = 0 } = yield* HttpServerRequest.schemaSearchParams(Page)
  const ids = yield* store.ids
  const summaries = yield* Effect.forEach(ids.slice(start, start + limit), (id) =>
    Effect.map(store.mail(id), (mail) => Option.map(mail, (mail) => summary(id, mail, store.isRead(id))))
  )
  const messages = summaries.flatMap(Option.toArray)
  return HttpServerResponse.jsonUnsafe({
    total: ids.length,
    unread: yield* store.unread,
    count: messages.length,
    messages_count: ids.length,
    start,
    tags: [],
    messages
  })
})

/** Answers with what is made of the mail that the path names. */
const withMail = Effect.fnUntraced(function* (
  store: Store,
  answer: (mail: Mail, id: string) => HttpServerResponse.HttpServerResponse
) {
  const { id } = yield* HttpRouter.schemaPathParams(WithId)
  const mail = yield* store.mail(id)
  if (Option.isNone(mail)) return notFound
  yield* store.markRead(id)
  return answer(mail.value, id)
})

const headers = ({ Headers }: Mail) => HttpServerResponse.jsonUnsafe(Headers)

const show = ({ Headers: _headers, Snippet: _snippet, ...mail }: Mail, id: string) =>
  HttpServerResponse.jsonUnsafe({
    ID: id,
    ...mail,
    Date: mail.Date === "" ? arrivedAt(id) : mail.Date,
    Tags: [],
    Inline: []
  })

const raw = Effect.fnUntraced(function* (store: Store) {
  const { id } = yield* HttpRouter.schemaPathParams(WithId)
  return Option.match(yield* store.raw(id), {
    onNone: () => notFound,
    onSome: (source) => HttpServerResponse.uint8Array(source, { contentType: "text/plain; charset=utf-8" })
  })
})

/** All of them where the body names none. */
const remove = Effect.fnUntraced(function* (store: Store) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const body = (yield* request.text).trim()
  const { IDs = [] } = yield* Schema.decodeEffect(Chosen)(body === "" ? "{}" : body)
  yield* store.remove(IDs.length === 0 ? yield* store.ids : IDs)
  return ok
})

/** What cannot be read, a query or a body, is the caller's mistake. */
const refuse = <A, E extends { readonly _tag: string }, R>(answer: Effect.Effect<A, E, R>) =>
  Effect.orElseSucceed(answer, () => badRequest)

export const mailpitRoutes = (store: Store) => [
  HttpRouter.route("GET", "/api/v1/messages", refuse(list(store))),
  HttpRouter.route("DELETE", "/api/v1/messages", refuse(remove(store))),
  HttpRouter.route("GET", "/api/v1/message/:id", refuse(withMail(store, show))),
  HttpRouter.route("GET", "/api/v1/message/:id/raw", refuse(raw(store))),
  HttpRouter.route("GET", "/api/v1/message/:id/headers", refuse(withMail(store, headers)))
]
