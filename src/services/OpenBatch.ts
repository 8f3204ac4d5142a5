/** The batch that a handler works on, as far as the handler needs to know it. */

import { type Verdict } from "#src/domain/Verdict.ts"

export interface OpenBatch {
  /** Position of the message, 0 for the first, and its verdict; only the first one counts. */
  readonly answer: (position: number, verdict: Verdict) => void
  /** Whether others wait behind this batch. */
  readonly isCrowded: () => boolean
}
