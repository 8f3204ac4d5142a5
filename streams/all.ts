/** Every stream of Carillon, in the order in which they are made. */

import { advisories } from "./advisories.ts"
import { deadLetters } from "./deadLetters.ts"
import { events } from "./events.ts"
import { jobs } from "./jobs.ts"
import { ledgerClock } from "./ledgerClock.ts"
import { outcomes } from "./outcomes.ts"
import { type StreamDefinition } from "./StreamDefinition.ts"

export const allStreams: ReadonlyArray<StreamDefinition> = [
  events,
  jobs("email"),
  outcomes,
  advisories,
  deadLetters,
  ledgerClock
]
