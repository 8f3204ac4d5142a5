/** Bodies of resources: what is unknown is refused, so that a typo is not silence. */

import { Result, Schema } from "effect"

import { fieldProblems } from "./fieldProblems.ts"
import { jsonProblems } from "./jsonLimits.ts"
import { type FieldProblem } from "./Refusal.ts"

/** Containers inside one another, as in events. */
const maxDepth = 64

/**
 * Reads parsed JSON; fails with every wrong member. The body may be absent where no member is required.
 *
 * @param prefix the path of what is read in the body; empty where it is the body
 */
export const decodeStrict =
  <A, I>(schema: Schema.Codec<A, I>, prefix = "") =>
  (body: unknown): Result.Result<A, ReadonlyArray<FieldProblem>> => {
    const unfit = jsonProblems(body, { maxDepth })
    if (unfit.length > 0) return Result.fail(unfit)
    const decoded = Schema.decodeUnknownResult(schema)(body, { errors: "all", onExcessProperty: "error" })
    return Result.mapError(decoded, ({ issue }) => fieldProblems(issue, body, prefix))
  }
