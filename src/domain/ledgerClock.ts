/** Is this Postgres as far as the world that it belongs to? */

import { type LedgerClock } from "#schemas/LedgerClock.ts"

/** `behind`: restored from a backup, or a replica that had not everything. `other`: not the ledger of this NATS at all. */
export type LedgerAge = "current" | "behind" | "other"

/** @param known what NATS remembers; null where it remembers nothing: it is new, or has lost all */
export const ageOf = (ledger: LedgerClock, known: LedgerClock | null): LedgerAge => {
  if (known === null) return "current"
  if (known.ledger_id !== ledger.ledger_id) return "other"
  return ledger.seq < known.seq ? "behind" : "current"
}

/** For an operator: why nothing is done, and what to do. */
export const whySafe: Readonly<Record<Exclude<LedgerAge, "current">, string>> = {
  behind:
    "safe mode: this Postgres is older than what NATS knows of it; nothing is sent, planned or accepted. " +
    "Restored from a backup: run `carillon restore`. Known to be right: `carillon restore --confirm-failover`",
  other:
    "safe mode: this Postgres is not the one that this NATS belongs to; nothing is sent, planned or accepted. " +
    "Give each deployment a NATS account of its own; or, where this Postgres takes the other's place, " +
    "run `carillon restore --take-over`"
}

/** Beyond both, so that no process that remembers either takes this ledger for an older one. */
export const seqBeyond = (ledger: LedgerClock, known: LedgerClock | null): number =>
  Math.max(ledger.seq, known?.seq ?? 0) + 1
