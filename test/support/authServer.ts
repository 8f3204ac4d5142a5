/** An Auth service for tests: it knows whom it is told to know, and misbehaves as it is told to. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { type AddressInfo } from "node:net"

import { Effect, Schema } from "effect"

/**
 * `hang` never answers, `hang_in_body` stops in the middle of the answer, `reset` cuts the connection without a word;
 * `reply` says this with the status.
 */
export type AuthFault =
  | "hang"
  | "hang_in_body"
  | "reset"
  | { readonly status: number; readonly reply?: string }

/** Where a fault strikes: at the batch, or at the request about one person. */
export type AuthPlace = "batch" | `user ${string}`

interface Question {
  readonly place: AuthPlace
  readonly users: ReadonlyArray<string>
}

const single = /^\/base\/api\/v1\/users\/([^/]+)\/profile$/

const readBody = (request: IncomingMessage): Promise<string> =>
  request.toArray().then((chunks) => Buffer.concat(chunks).toString("utf8"))

const Batch = Schema.fromJsonString(Schema.Struct({ user_ids: Schema.Array(Schema.String) }))
const userIdsOf = (body: string): ReadonlyArray<string> => Schema.decodeSync(Batch)(body).user_ids

const questionOf = (request: IncomingMessage, body: string): Question | undefined => {
  const [, user] = single.exec(request.url ?? "") ?? []
  if (request.method === "GET" && user !== undefined) {
    const decoded = decodeURIComponent(user)
    return { place: `user ${decoded}`, users: [decoded] }
  }
  return request.method === "POST" && request.url === "/base/api/v1/users/profiles/batch"
    ? { place: "batch", users: userIdsOf(body) }
    : undefined
}

const say = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(text)
}

const misbehave = (response: ServerResponse, fault: AuthFault): void => {
  if (fault === "hang") return
  if (fault === "reset") response.socket?.resetAndDestroy()
  else if (fault === "hang_in_body") response.writeHead(200, { "content-length": 100 }).write("{")
  else say(response, fault.status, fault.reply ?? "")
}

export class AuthServer {
  /** Profiles by user id. */
  readonly people = new Map<string, unknown>()
  /** Every question that came, in order. */
  readonly questions: Array<Question> = []
  readonly server: Server
  readonly #faults = new Map<AuthPlace, { fault: AuthFault; times: number }>()
  readonly #waiting = new Set<() => void>()

  constructor() {
    this.server = createServer((request, response) => {
      void readBody(request).then((body) => this.#receive(questionOf(request, body), response))
    })
  }

  /** With a path of its own, and a slash at the end. */
  get url(): string {
    const address: AddressInfo | string | null = this.server.address()
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/base/`
  }

  /** How many people each request asked about. */
  get sizes(): ReadonlyArray<number> {
    return this.questions.map(({ users }) => users.length)
  }

  get places(): ReadonlyArray<AuthPlace> {
    return this.questions.map(({ place }) => place)
  }

  know(user: string, profile: Readonly<Record<string, unknown>>): void {
    this.people.set(user, { user_id: user, ...profile })
  }

  /** The next `times` requests there fail so. */
  fail(place: AuthPlace, fault: AuthFault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.set(place, { fault, times })
  }

  heal(): void {
    this.#faults.clear()
  }

  /** Done when at least `count` questions have come. */
  waitFor(count: number): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const look = () => {
        if (this.questions.length < count) return
        this.#waiting.delete(look)
        resume(Effect.void)
      }
      this.#waiting.add(look)
      look()
      return Effect.sync(() => this.#waiting.delete(look))
    })
  }

  stop(): void {
    this.server.close()
    this.server.closeAllConnections()
  }

  #receive(question: Question | undefined, response: ServerResponse): void {
    if (question === undefined) return say(response, 400, "no such question")
    const planned = this.#faults.get(question.place)
    this.questions.push(question)
    if (planned !== undefined && planned.times-- > 0) misbehave(response, planned.fault)
    else this.#answer(question, response)
    for (const look of this.#waiting) look()
  }

  #answer({ place, users }: Question, response: ServerResponse): void {
    const profiles = users.flatMap((user) => (this.people.has(user) ? [this.people.get(user)] : []))
    if (place === "batch") say(response, 200, JSON.stringify({ profiles }))
    else if (profiles.length === 0) say(response, 404, '{"error":"not_found"}')
    else say(response, 200, JSON.stringify(profiles[0]))
  }
}

const started = (auth: AuthServer): Effect.Effect<AuthServer> =>
  Effect.callback((resume) => {
    auth.server.listen(0, "127.0.0.1", () => resume(Effect.succeed(auth)))
  })

/** Lives as long as the scope, on a free port of 127.0.0.1. */
export const authServer = Effect.acquireRelease(
  Effect.suspend(() => started(new AuthServer())),
  (auth) => Effect.sync(() => auth.stop())
)
