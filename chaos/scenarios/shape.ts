/** What scenarios are put together from. */

import { type Fault, type TimedFault } from "../Fault.ts"
import { type LoadShape } from "../Load.ts"
import { type Random } from "../random.ts"

export const usualLoad: LoadShape = { messages: 500, over_ms: 8000 }

export const at = (at_ms: number, fault: Fault): TimedFault => ({ at_ms, fault })

/** Inside the usual load, with work before and after it. */
export const midway = (random: Random): number => random.between(2000, 6000)
