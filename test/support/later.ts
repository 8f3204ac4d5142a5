/** Instants around now, as events name them. */

import { DateTime } from "effect"

/** Negative: in the past. */
export const inSeconds = (seconds: number): string =>
  DateTime.formatIso(DateTime.add(DateTime.nowUnsafe(), { seconds }))
