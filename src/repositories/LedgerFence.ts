/** What this process knows of how far the ledger has come: statements that an older one must not carry out say so in it. */

import { Context, Layer } from "effect"

import { type LedgerClock } from "#schemas/LedgerClock.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

const reachesKnown = (sql: Sql, known: LedgerClock | null) =>
  sql`(select ledger_reaches(${known?.ledger_id ?? null}::uuid, ${known?.seq ?? null}::bigint))`

/** A condition of SQL, true or failing with `LedgerUnreachable`; looked at once a statement that has any input. */
export type Fence = (sql: Sql) => ReturnType<typeof reachesKnown>

export class LedgerFence extends Context.Service<
  LedgerFence,
  {
    /** What NATS was last known to remember; null where it remembers nothing, or was never reached. */
    readonly known: () => LedgerClock | null
    /** What is older of the same ledger was read late, and is ignored. */
    readonly learn: (clock: LedgerClock) => void
    /** Of a statement that is written now. */
    readonly reaches: Fence
  }
>()("carillon/repositories/LedgerFence") {
  static readonly layer = Layer.sync(LedgerFence, () => {
    let known: LedgerClock | null = null
    return LedgerFence.of({
      known: () => known,
      learn: (clock) => {
        if (known?.ledger_id !== clock.ledger_id || known.seq < clock.seq) known = clock
      },
      reaches: (sql) => reachesKnown(sql, known)
    })
  })
}
