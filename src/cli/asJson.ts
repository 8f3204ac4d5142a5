/** `--json`: the same answer for programs. */

import * as Flag from "effect/cli/Flag"

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON, for programs"),
  Flag.withDefault(false)
)

export const asJson = (value: unknown): string => JSON.stringify(value, undefined, 2)
