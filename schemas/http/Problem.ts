/** Every error over HTTP: RFC 9457 problem details with a stable `code`. */

import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"

/** One wrong member. */
export const FieldError = Schema.Struct({
  /** Dotted, from the root of the body or `query`, e.g. `payload.user_id`; empty for the body itself. */
  path: Schema.String,
  /** What would be right, e.g. `expected a string`. */
  message: Schema.String,
  /** The kind of value that came, e.g. `number`; `nothing` where it is missing. */
  got: Schema.String,
  /** In the text of a template: where; 1 for the first. */
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int)
})

/** Stable: programs tell errors apart by it. Each has one HTTP status and one title. */
export const problems = {
  invalid_json: { status: 400, title: "The body is not JSON" },
  unauthorized: { status: 401, title: "Credentials are missing or wrong" },
  forbidden: { status: 403, title: "The caller's role does not permit this" },
  cross_site: { status: 403, title: "The request comes from another site" },
  organization_mismatch: { status: 403, title: "The organization is not the caller's" },
  not_found: { status: 404, title: "There is nothing of this name" },
  method_not_allowed: { status: 405, title: "This resource does not know the method" },
  conflict: { status: 409, title: "The resource is in another state" },
  event_conflict: { status: 409, title: "Another event has this id" },
  idempotency_conflict: { status: 409, title: "Another request has this idempotency key" },
  precondition_failed: { status: 412, title: "The resource has changed" },
  too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body is not declared as JSON" },
  invalid_event: { status: 422, title: "The event is wrong" },
  invalid_payload: { status: 422, title: "The payload is wrong" },
  unknown_event_type: { status: 422, title: "The event type is unknown" },
  invalid_body: { status: 422, title: "The body is wrong" },
  invalid_query: { status: 422, title: "The query is wrong" },
  invalid_header: { status: 422, title: "A header is wrong" },
  internal: { status: 500, title: "We have made a mistake" },
  not_implemented: { status: 501, title: "Not built yet" },
  ledger_behind: { status: 503, title: "The ledger is older than the world" },
  unavailable: { status: 503, title: "The ledger cannot be reached" },
  overloaded: { status: 503, title: "Too many requests are waiting" }
} as const

export type ProblemCode = keyof typeof problems

export const Problem = Schema.StructWithRest(
  Schema.Struct({
    type: Schema.String,
    title: Schema.String,
    status: Schema.Int,
    /** Stable: programs tell errors apart by it. */
    code: Schema.String,
    /** One sentence for a person. */
    detail: Schema.String,
    /** The path that was asked for. */
    instance: Schema.optionalKey(Schema.String),
    errors: Schema.optionalKey(Schema.Array(FieldError))
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
export type Problem = typeof Problem.Type

/** A name before all, which never changes. */
const typeOf = (code: string): string => `https://carillon.example/problems/${code.replaceAll("_", "-")}`

interface Details {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors?: ReadonlyArray<typeof FieldError.Type>
  /** Members besides. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export const problemOf = ({ code, detail, errors = [], extra, status, title }: Details): Problem => ({
  ...extra,
  type: typeOf(code),
  title,
  status,
  code,
  detail,
  ...(errors.length > 0 ? { errors } : {})
})

export const makeProblem = (
  code: ProblemCode,
  detail: string,
  errors: ReadonlyArray<typeof FieldError.Type> = []
): Problem => problemOf({ ...problems[code], code, detail, errors })

const answeredWith = (status: number) =>
  Problem.annotate({ httpApiStatus: status }).pipe(
    HttpApiSchema.asJson({ contentType: "application/problem+json" })
  )

/** What any request may be answered with. */
export const AnyProblem = [...new Set(Object.values(problems).map(({ status }) => status))].map(answeredWith)
