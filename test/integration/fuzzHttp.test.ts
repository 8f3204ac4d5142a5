/** Every endpoint against what strangers send, generated from the document that the server serves. */

import { connect } from "node:net"

import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"

import { Problem } from "#schemas/http/Problem.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import { asOperatorOf, bearer } from "#test/support/apiKeys.ts"
import { halves } from "#test/support/fuzz/halves.ts"
import { type FuzzedRequest, requestsOf } from "#test/support/fuzz/requests.ts"
import { fuzzRuns } from "#test/support/fuzz/runs.ts"
import { call, registration, type Reply } from "#test/support/httpCall.ts"
import { httpServer, operatorKey, serverUrl } from "#test/support/httpServer.ts"

const isProblem = Schema.is(Problem)

/** What the contract promises of any answer. */
const checkReply = (reply: Reply) => {
  const where = reply.text.slice(0, 2000)
  assert.match(String(reply.headers["x-request-id"]), /^[A-Za-z0-9._:-]{1,100}$/)
  if (reply.status < 400) return
  assert.isTrue(isProblem(reply.json), where)
  assert.strictEqual(reply.headers["content-type"], "application/problem+json")
  assert.strictEqual(reply.json["status"], reply.status)
  assert.isTrue(reply.status < 500 || reply.json["code"] === "not_implemented", where)
}

/** Ids that the server has given out, by the names of the parameters that take them. */
const makeKnownIds = () => {
  const forms = {
    template_id: /"template_id":"(tpl_\w+)"/g,
    api_key_id: /"api_key_id":"(key_\w+)"/g,
    job_id: /"(?:job_id|notification_id)":"([0-9a-f-]{36})"/g
  }
  const known = new Map<string, Array<string>>()
  return {
    learn: ({ text }: Reply) => {
      for (const [name, form] of Object.entries(forms))
        for (const [, id = ""] of text.matchAll(form))
          known.set(name, [...(known.get(name) ?? []), id].slice(-50))
    },
    fill: (path: string, pick: number) =>
      path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => {
        const ids = known.get(name) ?? []
        return ids[pick % Math.max(ids.length, 1)] ?? "ada"
      })
  }
}

const send = ({ body, headers, method, path }: FuzzedRequest, filled: string) =>
  call({
    method,
    path: filled,
    headers: { ...bearer(operatorKey), ...headers },
    ...(body === undefined ? {} : { body })
  }).pipe(Effect.tapError(() => Effect.logError("no answer", { method, path })))

const checkLedger = Effect.gen(function* () {
  for (const [what, statement] of Object.entries(halves)) {
    const found = yield* Postgres.use(({ query }) => query((sql) => sql.unsafe<Array<object>>(statement)))
    assert.deepStrictEqual([...found], [], what)
  }
  for (const organization of ["default", "other", "neighbour"]) {
    const { json } = yield* call({ path: "/api/v1/balance", headers: asOperatorOf(organization) })
    assert.strictEqual(json["balanced"], true, organization)
  }
})

/** Bytes that are no HTTP; returns when the server has closed the connection, or answered. */
const sendBytes = (url: URL, bytes: Uint8Array) =>
  Effect.callback<void>((resume) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.end(bytes))
    const done = () => resume(Effect.void)
    socket.on("error", done).on("close", done).resume()
  })

layer(httpServer({ embedded: false, nats: "none" }), { excludeTestServices: true })(
  "every endpoint",
  (it) => {
    it.effect(
      "answers whatever comes, harms no neighbour, and leaves nothing by halves",
      () =>
        Effect.gen(function* () {
          const { arbitrary, count } = yield* requestsOf((yield* call({ path: "/openapi.json" })).json)
          assert.isAbove(count, 20)
          const { fill, learn } = makeKnownIds()
          const seen = new Set<string>()
          const statuses = new Map<number, number>()
          const run = Effect.runPromiseWith(yield* Effect.context())
          const attempt = Effect.fnUntraced(function* (request: FuzzedRequest) {
            const neighbour = call({
              path: "/api/v1/events",
              headers: asOperatorOf("neighbour"),
              body: registration()
            })
            const [reply, good] = yield* Effect.all(
              [send(request, fill(request.path, request.pick)), neighbour],
              {
                concurrency: 2
              }
            )
            learn(reply)
            seen.add(request.operation)
            statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
            checkReply(reply)
            assert.strictEqual(good.status, 202, good.text)
          })
          const services = yield* Effect.context<Effect.Services<ReturnType<typeof attempt>>>()
          const settings = yield* fuzzRuns(400)
          yield* Effect.promise(() =>
            fc.assert(
              fc.asyncProperty(arbitrary, (request) =>
                run(Effect.provideContext(attempt(request), services))
              ),
              settings
            )
          )
          yield* checkLedger
          yield* Effect.logInfo("fuzzed", {
            ...settings,
            operations: seen.size,
            of: count,
            statuses: Object.fromEntries(statuses)
          })
        }),
      { timeout: 600_000 }
    )

    it.effect("outlives what is no HTTP", () =>
      Effect.gen(function* () {
        const url = new URL(yield* serverUrl)
        const texts = [
          "\0\0\0\0",
          "GET / HTTP/9.9\r\n\r\n",
          "POST /api/v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{",
          "POST /api/v1/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
          "POST /api/v1/events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n1\r\n{",
          "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99999999999\r\n\r\n{",
          `GET / HTTP/1.1\r\nhost: x\r\n${"a: b\r\n".repeat(5000)}\r\n`,
          `GET /${"a".repeat(100_000)} HTTP/1.1\r\n\r\n`,
          "GET http://[::1 HTTP/1.1\r\nhost: [::1\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
          "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n",
          "GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"
        ]
        yield* Effect.forEach(texts, (text) => sendBytes(url, new TextEncoder().encode(text)), {
          concurrency: "unbounded"
        })
        assert.strictEqual((yield* call({ path: "/health" })).status, 200)
      })
    )
  }
)
