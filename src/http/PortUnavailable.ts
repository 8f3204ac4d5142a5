/** A port that we cannot have, with the variable that names another. */

import { Schema } from "effect"

export class PortUnavailable extends Schema.TaggedError<PortUnavailable>()("PortUnavailable", {
  host: Schema.String,
  port: Schema.Int,
  variable: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `cannot listen on ${this.host}:${this.port}; set ${this.variable} to another port (0: any free one)`
  }
}
