/** `/api/v1/dead-letters`: what died, and why; replayed or discarded, singly and by filter. */

import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"

import { Api } from "#schemas/http/Api.ts"
import { Caller } from "#schemas/http/Authenticated.ts"
import { DecideMany, type DeadLetterFilter } from "#schemas/http/deadLetters.ts"
import { defaultLimit } from "#schemas/http/Page.ts"
import { type DeadLetterId } from "#schemas/Ids.ts"
import { decodeStrict } from "#src/domain/strictBody.ts"
import { DeadLetterArchive } from "#src/services/DeadLetterArchive.ts"
import { LetterDecisions } from "#src/services/LetterDecisions.ts"

import { invalidBody, respond } from "./problem.ts"
import { limits_bytes, readJson } from "./readBody.ts"

const filterOf = ({ event_type, job_id, reason, stream }: DeadLetterFilter) => ({
  ...(stream === undefined ? {} : { stream }),
  ...(reason === undefined ? {} : { reason }),
  ...(event_type === undefined ? {} : { eventType: event_type }),
  ...(job_id === undefined ? {} : { jobId: job_id })
})

const decode = decodeStrict(DecideMany)

const readOrder = Effect.gen(function* () {
  const { value } = yield* readJson(limits_bytes.resource)
  const { dry_run = false, filter } = yield* Effect.mapError(Effect.fromResult(decode(value)), invalidBody)
  return { isDry: dry_run, filter: filterOf(filter) }
})

const replayMany = Effect.gen(function* () {
  const decisions = yield* LetterDecisions
  const { filter, isDry } = yield* readOrder
  const caller = yield* Caller
  const answer = isDry
    ? { matched: yield* decisions.count(caller, filter), replayed: 0, refused: 0 }
    : yield* decisions.replayAll(caller, filter)
  return HttpServerResponse.jsonUnsafe(answer, { status: 202 })
})

const discardMany = Effect.gen(function* () {
  const decisions = yield* LetterDecisions
  const { filter, isDry } = yield* readOrder
  const caller = yield* Caller
  return isDry
    ? { matched: yield* decisions.count(caller, filter), discarded: 0 }
    : yield* decisions.discardAll(caller, filter)
})

const replay = Effect.fnUntraced(function* (id: DeadLetterId) {
  const decisions = yield* LetterDecisions
  const isReplayed = yield* decisions.replay(yield* Caller, id)
  return { replayed: isReplayed ? (1 as const) : (0 as const) }
})

const discard = Effect.fnUntraced(function* (id: DeadLetterId) {
  const decisions = yield* LetterDecisions
  yield* decisions.discard(yield* Caller, id)
})

interface ListQuery extends DeadLetterFilter {
  readonly state?: "open" | "replayed" | "discarded"
  readonly limit?: number
  readonly offset?: number
  readonly cursor?: string
}

const list = Effect.fnUntraced(function* (query: ListQuery) {
  const archive = yield* DeadLetterArchive
  const { organizationId } = yield* Caller
  const { cursor, limit = defaultLimit, offset = 0, state } = query
  const page = yield* archive.list({
    organizationId,
    filter: { ...filterOf(query), ...(state === undefined ? {} : { state }) },
    limit,
    offset,
    ...(cursor === undefined ? {} : { cursor })
  })
  return { dead_letters: page.items, ...page.members }
})

const get = Effect.fnUntraced(function* (id: DeadLetterId) {
  const archive = yield* DeadLetterArchive
  const { organizationId } = yield* Caller
  return yield* archive.get(organizationId, id)
})

export const DeadLettersHandlers = HttpApiBuilder.group(
  Api,
  "deadLetters",
  Effect.fnUntraced(function* (handlers) {
    const context = yield* Effect.context<DeadLetterArchive | LetterDecisions>()
    const provide = Effect.provideContext(context)
    return handlers
      .handle("list", ({ query }) => respond(provide(list(query))))
      .handle("get", ({ params }) => respond(provide(get(params.dead_letter_id))))
      .handleRaw("replayMany", () => respond(provide(replayMany)))
      .handleRaw("discardMany", () => respond(provide(discardMany)))
      .handle("replay", ({ params }) => respond(provide(replay(params.dead_letter_id))))
      .handle("discard", ({ params }) => respond(provide(discard(params.dead_letter_id))))
  })
)
