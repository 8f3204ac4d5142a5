/** What the command line says itself; what others say is in their own errors. */

import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

/** No address is known of the system that the command is about. */
export class NothingRuns extends Schema.TaggedError<NothingRuns>()("NothingRuns", {
  home: Schema.String,
  /** What names it from outside. */
  variable: Schema.String
}) {
  override get message(): string {
    return `Nothing runs in ${this.home}. Start it (carillon up), or name another one by ${this.variable}.`
  }
}

/** An address is known, and nobody answers there. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {
  what: Schema.String,
  /** Without credentials. */
  address: Schema.String,
  why: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const why = this.why === undefined ? "" : ` (${this.why})`
    return `${this.what} does not answer at ${this.address}${why}. Is it running?`
  }
}

/** The API answered that it would not. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Int,
  detail: Schema.String,
  /** The wrong members, a line each. */
  errors: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return [`${this.detail} (HTTP ${this.status})`, ...this.errors.map((error) => `  ${error}`)].join("\n")
  }
}

export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", { what: Schema.String }) {
  override get message(): string {
    return `There is no ${this.what}.`
  }
}

/** The streams or durables are not as defined; the table has said so. */
export class StreamsDiffer extends Schema.TaggedError<StreamsDiffer>()("StreamsDiffer", {
  names: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `Not as defined: ${this.names.join(", ")}. To change that: carillon streams apply`
  }
}

/** The caller's mistake, which the parser of the command line cannot see. */
export class WrongUse extends Schema.TaggedError<WrongUse>()("WrongUse", { reason: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 2
  override get message(): string {
    return this.reason
  }
}

/** Some of the letters that were meant stay as they are. */
export class NotAllReplayed extends Schema.TaggedError<NotAllReplayed>()("NotAllReplayed", {
  refused: Schema.Int
}) {
  override get message(): string {
    return `${this.refused} cannot be replayed and stay open. To see why: carillon dlq replay <dead_letter_id>`
  }
}

/** The findings have said what. */
export class ProblemsFound extends Schema.TaggedError<ProblemsFound>()("ProblemsFound", {
  subjects: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `Something is wrong: ${[...new Set(this.subjects)].join(", ")}.`
  }
}

/** What was planned is not what became of it: our own mistake. */
export class NotBalanced extends Schema.TaggedError<NotBalanced>()("NotBalanced", {}) {
  override get message(): string {
    return "The ledger does not balance: what was planned is not the sum of what became of it."
  }
}
