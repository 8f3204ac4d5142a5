/** The one failure of asking Auth. Says nothing of whom it was about. */

import { Schema } from "effect"

export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {
  why: Schema.Literals(["unreachable", "too_late", "status", "unreadable"]),
  /** Of HTTP, where `why` is `status`. */
  status: Schema.optionalKey(Schema.Int)
}) {}
