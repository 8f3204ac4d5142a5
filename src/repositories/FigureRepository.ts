/**
 * What operators are shown of the whole ledger. However many processes ask, one of them counts, at most every five
 * seconds, and for a twentieth of the time at most, in vain or not; the others read what it has left.
 */

import { Clock, Context, Effect, Layer, Option, Schema } from "effect"

import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import {
  countBalance,
  countWork,
  figureAges,
  storedFigures,
  storeFailure,
  storeFigures,
  tryFigureLock
} from "./figureQueries.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

/** One number, e.g. `dead_letters` of the reason `no_contact`. */
const Figure = Schema.Struct({
  name: Schema.String,
  labels: Schema.Array(Schema.String),
  value: Schema.Finite
})
export type Figure = typeof Figure.Type

const readStored = Schema.decodeUnknownOption(Schema.Array(Figure))

type Count = (sql: Sql) => PromiseLike<ReadonlyArray<Figure>>

export class FigureRepository extends Context.Service<
  FigureRepository,
  {
    /** `outbox_rows`, `outbox_age_seconds`, `queued_age_seconds`, `dead_letters`, `workers`. */
    readonly work: Effect.Effect<ReadonlyArray<Figure>, LedgerUnreachable>
    /** `planned`, and `messages` by status. */
    readonly balance: Effect.Effect<ReadonlyArray<Figure>, LedgerUnreachable>
    /** `figures_age_seconds` of each of the two that was ever counted. */
    readonly ages: Effect.Effect<ReadonlyArray<Figure>, LedgerUnreachable>
  }
>()("carillon/repositories/FigureRepository") {
  static readonly layer = Layer.effect(
    FigureRepository,
    Effect.gen(function* () {
      const { commit, first, rows } = statementsOn((yield* Postgres).patient)

      const stored = (name: string) => first((sql) => storedFigures(sql, name))

      const recount = (name: string, count: Count) =>
        commit(
          Effect.gen(function* () {
            const lock = yield* first((sql) => tryFigureLock(sql, name))
            if (!Option.exists(lock, ({ mine }) => mine)) return Option.none<ReadonlyArray<Figure>>()
            const figures = yield* rows(count)
            yield* rows((sql) => storeFigures(sql, name, figures))
            return Option.some(figures)
          })
        )

      /** The failure stays one, whether or not it could be noted. */
      const noteFailure = Effect.fnUntraced(function* (name: string, begun_ms: number) {
        const took_seconds = ((yield* Clock.currentTimeMillis) - begun_ms) / 1000
        yield* Effect.ignore(rows((sql) => storeFailure(sql, name, took_seconds)))
      })

      /** Of another version's shape: as if there were none. */
      const figures = Effect.fn("FigureRepository.figures")(function* (name: string, count: Count) {
        const found = yield* stored(name)
        const known = Option.flatMap(found, ({ figures }) => readStored(figures))
        if (Option.isSome(known) && Option.exists(found, ({ isFresh }) => isFresh)) return known.value
        const begun_ms = yield* Clock.currentTimeMillis
        const counted = yield* Effect.tapError(recount(name, count), () => noteFailure(name, begun_ms))
        return Option.getOrElse(counted, () => Option.getOrElse(known, () => []))
      })

      return FigureRepository.of({
        work: figures("work", countWork),
        balance: figures("balance", countBalance),
        ages: rows(figureAges)
      })
    })
  )
}
