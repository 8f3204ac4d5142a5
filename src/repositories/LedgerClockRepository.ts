/** The clock of the ledger: one row. */

import { Context, Effect, Layer } from "effect"

import { type LedgerClock } from "#schemas/LedgerClock.ts"
import { Postgres, type Sql } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import { statementsOn } from "./statements.ts"

const readClock = (sql: Sql) => sql<Array<LedgerClock>>`select ledger_id, seq from ledger_clock`

const setClock = (sql: Sql, seq: number) => sql<Array<LedgerClock>>`
  update ledger_clock set seq = greatest(seq, ${seq}), raised_at = now() returning ledger_id, seq`

export class LedgerClockRepository extends Context.Service<
  LedgerClockRepository,
  {
    readonly read: Effect.Effect<LedgerClock, LedgerUnreachable>
    /** Never back; answers what it is now. */
    readonly set: (seq: number) => Effect.Effect<LedgerClock, LedgerUnreachable>
  }
>()("carillon/repositories/LedgerClockRepository") {
  static readonly layer = Layer.effect(
    LedgerClockRepository,
    Effect.gen(function* () {
      const { first } = statementsOn(yield* Postgres)
      const theRow = (statement: (sql: Sql) => PromiseLike<ReadonlyArray<LedgerClock>>) =>
        Effect.flatMap(first(statement), (row) =>
          Effect.orDie(
            Effect.mapError(Effect.fromOption(row), () => "the ledger has no clock: its row was deleted")
          )
        )
      return LedgerClockRepository.of({
        read: theRow(readClock),
        set: (seq) => theRow((sql) => setClock(sql, seq))
      })
    })
  )
}
