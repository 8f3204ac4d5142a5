/** What bounds a template in size and time, so that no author can hold up the others. */

import { Schema } from "effect"

/** In UTF-8, all fields together. */
export const maxSourceBytes = 256 * 1024

/** Blocks within blocks, and parentheses and `not` within a condition. */
export const maxNesting = 32

/** JSON itself goes no deeper than 64. */
export const maxPathSegments = 64

/** Of one field, in UTF-16 code units. */
export const maxOutputLength = 2 * 1024 * 1024

/** Of all `{{#each}}` of one field together. */
export const maxIterations = 10_000

/** One node of a template, in units of work; a character handled is one unit. */
export const nodeWork = 16

/** A filter may ask ICU, which takes up to 3 µs. */
export const filterWork = 256

/** Of one field: at most about 200 ms on a slow core, whatever the template. */
export const maxWork = 16 * 1024 * 1024

const Reason = Schema.Literals([
  "the output is larger than 2 MiB",
  "{{#each}} repeats more than 10000 times",
  "the template takes too much work"
])
export type Reason = typeof Reason.Type

/** A limit was met while filling in a field; the same template may do with other data. */
export class RenderFailed extends Schema.TaggedError<RenderFailed>()("RenderFailed", {
  field: Schema.String,
  reason: Reason
}) {
  override get message(): string {
    return `${this.field}: ${this.reason}`
  }
}
