/** The register of open work: what is to be announced, and what was and may have to be again. */

import { Context, Effect, Layer } from "effect"

import { Postgres } from "#src/postgres/Postgres.ts"

import { LedgerFence } from "./LedgerFence.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import {
  forgetStreams,
  type Leased,
  leaseRows,
  markAnnounced,
  type OutboxKind,
  type OutboxRow,
  reconcileRows,
  releaseRows
} from "./outboxQueries.ts"
import { statementsOn } from "./statements.ts"

export class OutboxRepository extends Context.Service<
  OutboxRepository,
  {
    /** The oldest rows of the kind that no one has announced or is announcing; they are ours for 30 s, committed on return. */
    readonly lease: (
      kind: OutboxKind,
      limit: number
    ) => Effect.Effect<ReadonlyArray<OutboxRow>, LedgerUnreachable>
    /** They are in their streams; but for those whose lease is no longer ours, which are announced again. */
    readonly announced: (rows: ReadonlyArray<Leased>) => Effect.Effect<void, LedgerUnreachable>
    /** They are not: others may try at once. */
    readonly release: (rows: ReadonlyArray<Leased>) => Effect.Effect<void, LedgerUnreachable>
    /**
     * One step of reconciling announced rows whose time has come: what is settled is dropped from them, an empty row is
     * deleted, and the rest is to be announced again. Answers how many rows were looked at.
     */
    readonly reconcile: (limit: number) => Effect.Effect<number, LedgerUnreachable>
    /** The stream was lost or may have lost its tail: all that was announced there is to be announced again. */
    readonly forget: (streams: ReadonlyArray<string>) => Effect.Effect<void, LedgerUnreachable>
  }
>()("carillon/repositories/OutboxRepository") {
  static readonly layer = Layer.effect(
    OutboxRepository,
    Effect.gen(function* () {
      const { rows } = statementsOn(yield* Postgres)
      const { reaches } = yield* LedgerFence
      return OutboxRepository.of({
        lease: (kind, limit) => rows((sql) => leaseRows(sql, { kind, limit }, reaches)),
        announced: (leased) => Effect.asVoid(rows((sql) => markAnnounced(sql, leased))),
        release: (leased) => Effect.asVoid(rows((sql) => releaseRows(sql, leased))),
        reconcile: (limit) =>
          Effect.map(
            rows((sql) => reconcileRows(sql, limit)),
            ({ length }) => length
          ),
        forget: (streams) => Effect.asVoid(rows((sql) => forgetStreams(sql, streams)))
      })
    })
  )
}
