/** Whether the ledger answers. */

import { Context, Effect, Layer } from "effect"

import { Postgres } from "#src/postgres/Postgres.ts"

import { type LedgerUnreachable, orUnreachable } from "./LedgerUnreachable.ts"

export class Reachability extends Context.Service<
  Reachability,
  { readonly ping: Effect.Effect<void, LedgerUnreachable> }
>()("carillon/repositories/Reachability") {
  static readonly layer = Layer.effect(
    Reachability,
    Effect.map(Postgres, ({ query }) =>
      Reachability.of({ ping: orUnreachable(Effect.asVoid(query((sql) => sql`select 1`))) })
    )
  )
}
