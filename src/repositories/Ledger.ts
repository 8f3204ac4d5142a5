/**
 * The record of every message. Each method is one statement for all; every write is a compare-and-set. Load, start and
 * settle are refused where this ledger is older than the world.
 */

import { Context, Effect, Layer, Option } from "effect"

import { type Channel } from "#schemas/Channel.ts"
import { type JobId, type WorkerId } from "#schemas/Ids.ts"
import { type Instant } from "#schemas/Instant.ts"
import { type Judgement, type MessageRow, type ProfileRow } from "#schemas/rows/MessageRow.ts"
import { type FoundRow } from "#src/domain/decide.ts"
import { type Decision } from "#src/domain/Decision.ts"
import { type NextStatus, type Settlement } from "#src/domain/Settlement.ts"
import { Postgres } from "#src/postgres/Postgres.ts"

import { decideRows } from "./decideRows.ts"
import { LedgerFence } from "./LedgerFence.ts"
import { type LedgerUnreachable } from "./LedgerUnreachable.ts"
import {
  countExhaustion,
  findRows,
  giveBack,
  loadRows,
  lostRows,
  openRows,
  sendingRows,
  startRows,
  toLoaded
} from "./messageQueries.ts"
import { settleRows } from "./settleRows.ts"
import { statementsOn } from "./statements.ts"

/** A hint, with what the ledger says of it; `row` is null where there is none. */
export interface LoadedJob {
  readonly message_id: JobId
  readonly judgement: Judgement
  readonly row: MessageRow | null
  readonly profile: ProfileRow | null
}

/** What the attempt will use; recorded with the start. */
export interface ReadyJob {
  readonly message_id: JobId
  /** Attempts so far, as loaded. */
  readonly attempt: number
  /** As loaded. */
  readonly generation: number
  readonly address: string
  /** sha256 of channel and address, hex: what suppressions are kept by. */
  readonly address_hash: string
  readonly contact_source: "profile" | "auth" | "fallback" | "event"
  readonly template_version: number | null
  readonly locale: string
  /** The subject, for the user's own list of notifications. */
  readonly title: string | null
}

export interface StartedJob {
  readonly message_id: JobId
  readonly judgement: Judgement
  /** The attempt that was started, or those so far. */
  readonly attempt: number
  /** When it may start, where it is `later`. */
  readonly due_at: Instant | null
}

/** What a settle wrote; a settlement without one found its row taken or already settled. */
export interface SettledRow {
  readonly message_id: JobId
  readonly status: NextStatus
  readonly channel: Channel
}

export class Ledger extends Context.Service<
  Ledger,
  {
    /** One answer for each id, in any order. Writes nothing. */
    readonly load: (ids: ReadonlyArray<JobId>) => Effect.Effect<ReadonlyArray<LoadedJob>, LedgerUnreachable>
    /**
     * `queued | retrying → sending`, attempt + 1, committed on return, for those that may be sent now. One answer for
     * each; a row that someone else has taken since is a `skip`.
     */
    readonly start: (
      jobs: ReadonlyArray<ReadyJob>,
      worker: WorkerId
    ) => Effect.Effect<ReadonlyArray<StartedJob>, LedgerUnreachable>
    /** All of it in one commit. */
    readonly atomically: <A, R>(
      effect: Effect.Effect<A, LedgerUnreachable, R>
    ) => Effect.Effect<A, LedgerUnreachable, R>
    /** Takes back starts whose answer was lost: nothing of them was opened. Answers which had been started. */
    readonly giveBack: (
      jobs: ReadonlyArray<ReadyJob>,
      worker: WorkerId
    ) => Effect.Effect<ReadonlySet<JobId>, LedgerUnreachable>
    /**
     * Statuses, attempts, counters, dead letters and the register of open work in one commit. Answers what it wrote;
     * ignores rows that have moved on.
     */
    readonly settle: (
      settlements: ReadonlyArray<Settlement>
    ) => Effect.Effect<ReadonlyArray<SettledRow>, LedgerUnreachable>
    /** What operators decide, likewise. */
    readonly decide: (
      decisions: ReadonlyArray<Decision>
    ) => Effect.Effect<ReadonlyArray<SettledRow>, LedgerUnreachable>
    /** Rows that are being sent by workers that are dead or absent; at most `limit`. */
    readonly lost: (limit: number) => Effect.Effect<ReadonlyArray<MessageRow>, LedgerUnreachable>
    /** Rows that this worker is sending, as the ledger has it; at most `limit`. */
    readonly sendingBy: (
      worker: WorkerId,
      limit: number
    ) => Effect.Effect<ReadonlyArray<MessageRow>, LedgerUnreachable>
    /** Counts that JetStream gave up on the hint of this job; answers how often it has, 0 where there is no row. */
    readonly countExhaustion: (id: JobId, sequence: number) => Effect.Effect<number, LedgerUnreachable>
    /** Those of the ids that have rows, in any order. */
    readonly find: (ids: ReadonlyArray<JobId>) => Effect.Effect<ReadonlyArray<FoundRow>, LedgerUnreachable>
    /** Those of the ids that still wait to be sent. */
    readonly open: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<MessageRow>, LedgerUnreachable>
  }
>()("carillon/repositories/Ledger") {
  static readonly layer = Layer.effect(
    Ledger,
    Effect.gen(function* () {
      const { commit, first, rows } = statementsOn(yield* Postgres)
      const { reaches } = yield* LedgerFence
      return Ledger.of({
        load: (ids) =>
          Effect.map(
            rows((sql) => loadRows(sql, ids, reaches)),
            (loaded) => loaded.map(toLoaded)
          ),
        start: (jobs, worker) => rows((sql) => startRows(sql, jobs, { worker, reaches })),
        atomically: commit,
        giveBack: (jobs, worker) =>
          Effect.map(
            rows((sql) => giveBack(sql, jobs, worker)),
            (given) => new Set(given.map(({ message_id }) => message_id))
          ),
        settle: (settlements) => rows((sql) => settleRows(sql, settlements, reaches)),
        decide: (decisions) => rows((sql) => decideRows(sql, decisions, reaches)),
        sendingBy: (worker, limit) => rows((sql) => sendingRows(sql, worker, limit)),
        lost: (limit) => rows((sql) => lostRows(sql, limit)),
        countExhaustion: (id, sequence) =>
          Effect.map(
            first((sql) => countExhaustion(sql, id, sequence)),
            Option.match({ onNone: () => 0, onSome: ({ exhaustions }) => exhaustions })
          ),
        find: (ids) => rows((sql) => findRows(sql, ids)),
        open: (ids) => rows((sql) => openRows(sql, ids))
      })
    })
  )
}
