/** An operator's word about one message, as the ledger is to record it. Written only where the row is still as it was found. */

import { type DeadLetterId } from "#schemas/Ids.ts"
import { type Status } from "#schemas/Status.ts"

import { type Settlement } from "./Settlement.ts"

export interface Decision {
  /** What the row becomes; `queued` where it is put back. Its attempt and generation are part of the fence. */
  readonly settlement: Settlement
  readonly act: "replayed" | "resolved"
  /** The status as found: the rest of the fence. */
  readonly from: Status
  /** The letter that it answers, which must be open; null: none. */
  readonly dead_letter_id: DeadLetterId | null
  /** From now on. */
  readonly max_attempts: number
  readonly by: string
  readonly note: string | null
}
