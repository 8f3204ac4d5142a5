/** The page of the mail catcher, and the mail inside it: HTML of strangers, which may do nothing. */

import { fileURLToPath } from "node:url"

import { Effect, FileSystem, Option, Schema } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

import { type MailStore } from "#src/embedded/mail/MailStore.ts"

const pageFile = (name: string) => fileURLToPath(new URL(`./page/${name}`, import.meta.url))

const forPage = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store"
}

/** Pictures and styles, as a mail program shows them; no script, form or frame, and an origin of its own. */
const forMail = {
  ...forPage,
  "content-security-policy":
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
}

/** Links open beside the page. Inside `head`, where there is one: before the doctype it would change how the mail is laid out. */
const withLinksOutside = (html: string) => {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, `$&${base}`) : base + html
}

const view = Effect.fnUntraced(
  function* (store: MailStore["Service"]) {
    const { id } = yield* HttpRouter.schemaPathParams(Schema.Struct({ id: Schema.String }))
    const mail = yield* store.mail(id)
    return HttpServerResponse.text(
      Option.match(mail, { onNone: () => "", onSome: ({ HTML }) => withLinksOutside(HTML) }),
      { status: Option.isNone(mail) ? 404 : 200, contentType: "text/html; charset=utf-8", headers: forMail }
    )
  },
  Effect.catchTag("SchemaError", () => Effect.succeed(HttpServerResponse.empty({ status: 400 })))
)

const pageRoute = Effect.fnUntraced(function* (path: "/" | `/${string}`, file: string, contentType: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(pageFile(file))
  return HttpRouter.route("GET", path, HttpServerResponse.text(text, { contentType, headers: forPage }))
})

/** Read once, when the catcher starts. */
export const mailPageRoutes = Effect.fnUntraced(function* (store: MailStore["Service"]) {
  return [
    yield* pageRoute("/", "index.html", "text/html; charset=utf-8"),
    yield* pageRoute("/page.css", "page.css", "text/css; charset=utf-8"),
    yield* pageRoute("/page.js", "page.js", "text/javascript; charset=utf-8"),
    HttpRouter.route("GET", "/view/:id", view(store))
  ]
})
