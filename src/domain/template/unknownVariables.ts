/** Which variables of a template nothing will fill in, as far as the event type's JSON Schema can tell. */

import { follow } from "./values.ts"

/** What every profile has; `attributes` has whatever the operator keeps there. */
const profileFields = new Set(["user_id", "email", "phone", "first_name", "last_name", "locale", "timezone"])

const isOfProfile = (variable: string): boolean =>
  profileFields.has(variable) || /^attributes(?:\.|\[\]|$)/.test(variable)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** `$ref` chains and `allOf` within `allOf`: what goes deeper is not looked at. */
const maxDepth = 16

/** A local reference, as a JSON Pointer in a fragment (RFC 6901). */
const pointerSegments = (reference: string): ReadonlyArray<string> =>
  reference
    .slice(2)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))

/** The schema and whatever it is composed of: each may say something about the same value. */
const parts = (schema: unknown, root: unknown, depth = 0): ReadonlyArray<unknown> => {
  if (!isRecord(schema) || depth > maxDepth) return [schema]
  const reference = schema["$ref"]
  const referred =
    typeof reference === "string" && reference.startsWith("#/")
      ? [follow(root, pointerSegments(reference))]
      : []
  const composed = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => listOf(schema[keyword]))
  const conditional = ["if", "then", "else"].flatMap((keyword) =>
    keyword in schema ? [schema[keyword]] : []
  )
  return [
    schema,
    ...[...referred, ...composed, ...conditional].flatMap((part) => parts(part, root, depth + 1))
  ]
}

const itemSchemas = (schema: Readonly<Record<string, unknown>>): ReadonlyArray<unknown> =>
  [schema["items"], ...listOf(schema["prefixItems"])].filter((items) => items !== undefined)

/** The schemas that say something about this member; none where nothing does. */
const memberSchemas = (schema: Readonly<Record<string, unknown>>, name: string): ReadonlyArray<unknown> => {
  const declared = follow(schema["properties"], [name])
  if (declared !== undefined) return [declared]
  const patterns = Object.entries(isRecord(schema["patternProperties"]) ? schema["patternProperties"] : {})
  const additional = schema["additionalProperties"]
  return [...patterns.map(([, pattern]) => pattern), ...(isRecord(additional) ? [additional] : [])]
}

const isIndex = (segment: string): boolean => segment === "[]" || /^\d+$/.test(segment)

const describing = ["properties", "patternProperties", "additionalProperties", "items", "prefixItems"]

/** Says nothing about members or items, and admits some: anything may be there. */
const isOpen = (schema: unknown): boolean => {
  if (!isRecord(schema)) return schema !== false
  const { type } = schema
  const types = type === undefined ? ["object"] : [type].flat()
  const admits = types.includes("object") || types.includes("array")
  const isComposed = parts(schema, undefined).length > 1 || "$ref" in schema
  return admits && !isComposed && !describing.some((keyword) => keyword in schema)
}

const isDeclared = (
  schemas: ReadonlyArray<unknown>,
  segments: ReadonlyArray<string>,
  root: unknown
): boolean => {
  const [segment, ...rest] = segments
  if (segment === undefined) return schemas.length > 0
  const all = schemas.flatMap((schema) => parts(schema, root))
  if (all.some(isOpen)) return true
  const next = all
    .filter(isRecord)
    .flatMap((schema) => (isIndex(segment) ? itemSchemas(schema) : memberSchemas(schema, segment)))
  return isDeclared(next, rest, root)
}

/**
 * The variables that neither the payload's schema (JSON Schema 2020-12) nor the profile knows. They
 * are empty unless a publisher sends more than the schema declares, so they are a warning and no
 * mistake. None where there is no schema.
 */
export const unknownVariables = (
  variables: ReadonlyArray<string>,
  payloadSchema: unknown
): ReadonlyArray<string> => {
  if (payloadSchema === undefined) return []
  return variables.filter((variable) => {
    const segments = variable.replaceAll("[]", ".[]").split(".")
    return !isOfProfile(variable) && !isDeclared([payloadSchema], segments, payloadSchema)
  })
}
