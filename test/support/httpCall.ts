/** Requests as a caller of any language makes them: the status, the headers and the JSON that came back. */

import { randomUUID } from "node:crypto"
import { request } from "node:http"

import { DateTime, Effect, Option, Schema } from "effect"

import { memberAt } from "#src/domain/payload.ts"
import { serverUrl } from "#test/support/httpServer.ts"

export interface Call {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is where it is text or bytes, else as JSON. */
  readonly body?: unknown
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** Of a body that is a JSON object, else empty. */
  readonly json: Readonly<Record<string, unknown>>
}

const toText = (body: unknown): string | Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body)

const readObject = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
)

const parse = (text: string) => Option.getOrElse(readObject(text), () => ({}))

/** What is at the dotted path of an answer, e.g. `jobs.0.job_id`. */
export const at = ({ json }: Reply, path: string): unknown => memberAt(json, path)

/** One member of each item of a list. */
export const each = ({ json }: Reply, list: string, member: string): ReadonlyArray<unknown> => {
  const items = json[list]
  return Array.isArray(items) ? items.map((item) => memberAt(item, member)) : []
}

/** No answer came. */
export class CallFailed extends Schema.TaggedError<CallFailed>()("CallFailed", { cause: Schema.Defect() }) {}

/** `content-type` is JSON where there is a body and the call says nothing else. */
export const callAt = (url: string, { body, headers = {}, method, path }: Call) =>
  Effect.callback<Reply, CallFailed>((resume) => {
    const fail = (cause: unknown) => resume(Effect.fail(new CallFailed({ cause })))
    const sent = body === undefined ? undefined : toText(body)
    const outgoing = request(`${url}${path}`, {
      method: method ?? (sent === undefined ? "GET" : "POST"),
      headers: { ...(sent === undefined ? {} : { "content-type": "application/json" }), ...headers }
    })
    outgoing.on("error", fail)
    outgoing.on("response", (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", fail)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const { headers, statusCode = 0 } = response
        resume(Effect.succeed({ status: statusCode, headers, text, json: parse(text) }))
      })
    })
    outgoing.end(sent)
  })

export const call = (what: Call) => Effect.flatMap(serverUrl, (url) => callAt(url, what))

/** What a publisher sends when somebody registers now. */
export const registration = (rest: Readonly<Record<string, unknown>> = {}) => ({
  event_id: randomUUID(),
  event_type: "user_registered",
  source: "auth",
  occurred_at: DateTime.formatIso(DateTime.nowUnsafe()),
  payload: { user_id: `u-${randomUUID()}`, email: "ada@example.org", first_name: "Ada" },
  ...rest
})
