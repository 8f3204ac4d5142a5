/** From the document that the server serves at `/openapi.json` to requests of every endpoint in it. */

import { Effect, Schema } from "effect"
import * as fc from "fast-check"

import { type JsonSchema, valueFor } from "./fromJsonSchema.ts"
import { bodyTextOf, hostileText } from "./hostile.ts"

const decodeDocument = Schema.decodeUnknownEffect(
  Schema.Struct({
    paths: Schema.Record(
      Schema.String,
      Schema.Record(
        Schema.String,
        Schema.Struct({
          parameters: Schema.optionalKey(
            Schema.Array(Schema.Struct({ name: Schema.String, in: Schema.String, schema: Schema.Unknown }))
          ),
          requestBody: Schema.optionalKey(
            Schema.Struct({
              content: Schema.Record(Schema.String, Schema.Struct({ schema: Schema.Unknown }))
            })
          )
        })
      )
    )
  })
)

export interface FuzzedRequest {
  readonly operation: string
  readonly method: string
  /** With what is in braces to be filled by ids that the server has given out, where there are any. */
  readonly path: string
  /** Which of the known ids. */
  readonly pick: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** The document's own JSON; what a fuzzer cannot read of it, it takes for any value. */
const isSchema = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null
export const schemaOf = (value: unknown): JsonSchema => (isSchema(value) ? value : {})

/** Half a surrogate pair has no encoding. */
const encode = (value: unknown): string =>
  encodeURIComponent((typeof value === "string" ? value : JSON.stringify(value)).toWellFormed()).slice(
    0,
    4000
  )

const pathValue = (name: string) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(`{${name}}`) },
    { weight: 3, arbitrary: valueFor({ type: "string" }, name).map(encode) },
    { weight: 1, arbitrary: hostileText.map(encode) },
    { weight: 1, arbitrary: fc.constantFrom("%00", "%ff", "%zz", "%", "%2e%2e%2f", "..", "%C0%80", "") }
  )

const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant("application/json") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "text/plain",
      "application/json; charset=utf-16",
      "application/x+json",
      "",
      "multipart/form-data"
    )
  }
)

const latin = fc.string({
  unit: fc
    .integer({ min: 0x21, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60
})

const headers = fc.record(
  {
    "idempotency-key": fc.oneof(fc.constantFrom("key-1", "key-2"), latin),
    "if-match": fc.oneof(fc.constantFrom('"1"', "*", 'W/"1"', '"1", "2"'), latin),
    "x-request-id": latin,
    traceparent: fc.oneof(fc.constant("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), latin),
    "carillon-organization": fc.oneof(fc.constantFrom("default", "other"), latin),
    accept: latin,
    "content-encoding": fc.constantFrom("gzip", "identity")
  },
  { requiredKeys: [] }
)

const rarely = <A>(arbitrary: fc.Arbitrary<A>, none: A) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(none) }, { weight: 1, arbitrary })

interface Parameter {
  readonly name: string
  readonly in: string
  readonly schema: unknown
}

const pathOf = (path: string) => {
  const names = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name = ""]) => name)
  return fc
    .tuple(...names.map(pathValue))
    .map((values) =>
      names.reduce((whole, name, index) => whole.replace(`{${name}}`, () => values[index] ?? ""), path)
    )
}

const queryOf = (parameters: ReadonlyArray<Parameter>) => {
  const named = parameters.filter((parameter) => parameter.in === "query")
  const each = named.map(({ name, schema }) =>
    rarely(
      valueFor(schemaOf(schema), name).map((value) => `${name}=${encode(value)}`),
      ""
    )
  )
  return fc
    .tuple(
      fc.tuple(...each),
      fc.constantFrom("", "", "", "limit=1&limit=2", "__proto__=1", "&&=", "%zz=%zz", "a[b]=c")
    )
    .map(([parts, more]) => [...parts, more].filter((part) => part !== "").join("&"))
}

/** Every endpoint of the document, each as likely as the other. */
export const requestsOf = Effect.fnUntraced(function* (document: unknown) {
  const { paths } = yield* decodeDocument(document)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const schema = requestBody?.content["application/json"]?.schema
      const body = schema === undefined ? fc.constant(undefined) : bodyTextOf(valueFor(schemaOf(schema), ""))
      return fc
        .tuple(
          pathOf(path),
          queryOf(parameters),
          fc.nat({ max: 1000 }),
          rarely(headers, {}),
          contentType,
          body
        )
        .map(([filled, query, pick, sent, type, body]): FuzzedRequest => {
          const request = {
            operation: `${method.toUpperCase()} ${path}`,
            method: method.toUpperCase(),
            path: query === "" ? filled : `${filled}?${query}`,
            pick,
            headers: sent
          }
          return body === undefined
            ? request
            : Object.assign(request, { headers: Object.assign({ "content-type": type }, sent), body })
        })
    })
  )
  return { arbitrary: fc.oneof(...operations), count: operations.length }
})
