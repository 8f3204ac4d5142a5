/** Where the start of one machine says what it is doing, a line at a time. */

import { Context, Effect } from "effect"

export const Say = Context.Reference<(line: string) => Effect.Effect<void>>("carillon/embedded/Say", {
  defaultValue: () => Effect.logInfo
})

export const say = (line: string) => Effect.flatMap(Say, (tell) => tell(line))
