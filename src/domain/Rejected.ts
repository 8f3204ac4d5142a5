/** Why a resource is not written or not found: what HTTP answers as a problem. */

import { Schema } from "effect"

import { sentenceOf } from "./fieldProblems.ts"
import { FieldProblem, type Refusal } from "./Refusal.ts"

/** One wrong member; in the text of a template also where. */
export const ResourceProblem = Schema.Struct({
  ...FieldProblem.fields,
  /** 1 for the first. */
  line: Schema.optionalKey(Schema.Int),
  /** 1 for the first; in UTF-16 code units. */
  column: Schema.optionalKey(Schema.Int)
})
export type ResourceProblem = typeof ResourceProblem.Type

export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  /** `invalid`: 422. `missing`: 404. `conflict`: 409. `stale`: 412, another version than `If-Match` names. */
  reason: Schema.Literals(["invalid", "missing", "conflict", "stale"]),
  /** Stable, for programs, e.g. `template_exists`. */
  code: Schema.NonEmptyString,
  /** One sentence for a person. */
  detail: Schema.String,
  errors: Schema.Array(ResourceProblem),
  /** Members that the problem has besides, e.g. the `template_id` that is in the way. */
  extra: Schema.Record(Schema.String, Schema.String)
}) {
  override get message(): string {
    return this.detail
  }
}

/** 422; what is wrong is told member by member. */
export const invalid = (code: string, errors: ReadonlyArray<ResourceProblem>): Rejected =>
  new Rejected({
    reason: "invalid",
    code,
    detail: sentenceOf(errors),
    errors,
    extra: {}
  })

const plain = (reason: "missing" | "conflict" | "stale", code: string, detail: string): Rejected =>
  new Rejected({ reason, code, detail, errors: [], extra: {} })

/** 404; also for another organization's. */
export const missing = (detail: string): Rejected => plain("missing", "not_found", detail)

/** 409; `extra` names what is in the way. */
export const conflict = (
  code: string,
  detail: string,
  extra: Readonly<Record<string, string>> = {}
): Rejected => new Rejected({ reason: "conflict", code, detail, errors: [], extra })

/** 409: what an operator wants done again would be refused as it was before. */
export const refusedAgain = ({ detail, errors, reason }: Refusal): Rejected =>
  new Rejected({
    reason: "conflict",
    code: "refused_again",
    detail: `it would be refused again: ${reason}: ${detail}`,
    errors,
    extra: { refusal: reason }
  })

/** 412. */
export const stale = (version: number): Rejected =>
  plain("stale", "precondition_failed", `the version is ${version} by now; read it again, then change it`)
