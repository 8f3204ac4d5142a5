/** How far a ledger has come: kept in Postgres, and copied to the KV bucket `ledger` under the key `clock`. */

import { Schema } from "effect"

export const LedgerClock = Schema.Struct({
  /** Of one ledger for its whole life, also where it is restored from a backup. */
  ledger_id: Schema.String.check(Schema.isUUID()),
  seq: Schema.Natural
})
export type LedgerClock = typeof LedgerClock.Type

/** As it lies in the bucket; members that we do not know are a later version's. */
export const decodeLedgerClock = Schema.decodeUnknownResult(Schema.fromJsonString(LedgerClock))
