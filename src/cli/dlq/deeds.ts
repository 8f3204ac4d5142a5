/** Dead letters from the command line: what the API does, for a person or a program. */

import { Console, Effect, Option } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import {
  DeadLetterList,
  DeadLetterWhole,
  DiscardedMany,
  Replayed,
  ReplayedMany
} from "#schemas/http/deadLetters.ts"

import { find, get, post, remove } from "../ApiClient.ts"
import { asJson } from "../asJson.ts"
import { NotAllReplayed, NotFound, WrongUse } from "../errors.ts"
import { letterTable, wholeLetter } from "./letterTable.ts"

export interface Filter {
  readonly stream: Option.Option<string>
  readonly reason: Option.Option<DeadLetterReason>
  readonly eventType: Option.Option<string>
  readonly job: Option.Option<string>
}

export interface Listed extends Filter {
  readonly state: "open" | "replayed" | "discarded" | "all"
  readonly limit: number
  readonly json: boolean
}

export interface Ordered extends Filter {
  readonly id: Option.Option<string>
  readonly all: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

const base = "/api/v1/dead-letters"

/** A hundred thousand take minutes. */
const timeout = "15 minutes"

const letterPath = (id: string): string => `${base}/${encodeURIComponent(id)}`

const filterOf = ({ eventType, job, reason, stream }: Filter): Readonly<Record<string, string>> => ({
  ...(Option.isSome(stream) && { stream: stream.value }),
  ...(Option.isSome(reason) && { reason: reason.value }),
  ...(Option.isSome(eventType) && { event_type: eventType.value }),
  ...(Option.isSome(job) && { job_id: job.value })
})

export const list = Effect.fnUntraced(function* ({ json, limit, state, ...filter }: Listed) {
  const query = new URLSearchParams({
    ...filterOf(filter),
    ...(state !== "all" && { state }),
    limit: String(limit)
  })
  const found = yield* get(`${base}?${query.toString()}`, DeadLetterList)
  yield* Console.log(json ? asJson(found) : letterTable(found.dead_letters, found.total).join("\n"))
})

export const show = Effect.fnUntraced(function* ({
  id,
  json
}: {
  readonly id: string
  readonly json: boolean
}) {
  const found = yield* find(letterPath(id), DeadLetterWhole)
  if (Option.isNone(found)) return yield* new NotFound({ what: `dead letter ${id}` })
  yield* Console.log(json ? asJson(found.value) : wholeLetter(found.value).join("\n"))
})

/** One letter or a filter, and everything only where that is said. */
const meant = Effect.fnUntraced(function* (ordered: Ordered) {
  const filter = filterOf(ordered)
  const isFiltered = Object.keys(filter).length > 0
  if (Option.isSome(ordered.id)) {
    if (isFiltered || ordered.all || ordered.dryRun)
      return yield* new WrongUse({ reason: "Give a dead_letter_id or a filter, not both." })
    return { id: ordered.id.value }
  }
  if (!isFiltered && !ordered.all)
    return yield* new WrongUse({ reason: "Give a dead_letter_id, a filter such as --reason, or --all." })
  return { filter, dry_run: ordered.dryRun }
})

export const replay = Effect.fnUntraced(function* (ordered: Ordered) {
  const what = yield* meant(ordered)
  if ("id" in what) {
    const answer = yield* post(`${letterPath(what.id)}/replay`, {}, { schema: Replayed })
    const words = answer.replayed === 1 ? "replayed" : "was replayed before"
    return yield* Console.log(ordered.json ? asJson(answer) : words)
  }
  const answer = yield* post(`${base}/replay`, what, { schema: ReplayedMany, timeout })
  const words = what.dry_run
    ? `${answer.matched} match; those that cannot be replayed would stay`
    : `replayed ${answer.replayed} of ${answer.matched}`
  yield* Console.log(ordered.json ? asJson(answer) : words)
  if (answer.refused > 0) return yield* new NotAllReplayed({ refused: answer.refused })
})

export const discard = Effect.fnUntraced(function* (ordered: Ordered) {
  const what = yield* meant(ordered)
  if ("id" in what) {
    yield* remove(letterPath(what.id))
    return yield* Console.log(ordered.json ? asJson({ discarded: 1 }) : "discarded")
  }
  const answer = yield* post(`${base}/discard`, what, { schema: DiscardedMany, timeout })
  const words = what.dry_run
    ? `${answer.matched} would be discarded`
    : `discarded ${answer.discarded} of ${answer.matched}`
  yield* Console.log(ordered.json ? asJson(answer) : words)
})
