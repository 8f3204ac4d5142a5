/** Requests as a caller of any language makes them: the status, the headers and the JSON that came back. */

import { request } from "node:http"

import { Effect, Option, Schema } from "effect"

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

/** `content-type` is JSON where there is a body and the call says nothing else. */
export const callAt = (url: string, { body, headers = {}, method, path }: Call): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const sent = body === undefined ? undefined : toText(body)
    const outgoing = request(`${url}${path}`, {
      method: method ?? (sent === undefined ? "GET" : "POST"),
      headers: { ...(sent === undefined ? {} : { "content-type": "application/json" }), ...headers }
    })
    outgoing.on("error", reject)
    outgoing.on("response", (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) })
      })
    })
    outgoing.end(sent)
  })

export const call = (what: Call) =>
  Effect.flatMap(serverUrl, (url) => Effect.promise(() => callAt(url, what)))
