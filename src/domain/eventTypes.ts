/** What an operator may write as an event type, and what becomes of it. */

import { Option, Result } from "effect"

import { Channel, normalizeChannel } from "#schemas/Channel.ts"
import { type EventDefinition, EventTypeBody, type NotificationRule } from "#schemas/EventDefinition.ts"
import { type EventType } from "#schemas/Ids.ts"

import { canonicalJson } from "./canonicalJson.ts"
import { directEventType } from "./directNotification.ts"
import { admits } from "./ifMatch.ts"
import { compilePayloadSchema } from "./payloadSchema.ts"
import { type FieldProblem } from "./Refusal.ts"
import { conflict, invalid, missing, type Rejected, stale } from "./Rejected.ts"
import { decodeStrict } from "./strictBody.ts"
import { kindOf } from "./valueKind.ts"

/** Names of the original contract whose behaviour is still to come: their events are refused, and no one else may take them. */
export const notBuilt: ReadonlySet<string> = new Set(["new_film_released", "campaign_triggered"])

export interface WantedEventType {
  readonly eventType: EventType
  readonly definition: EventDefinition
}

export interface VersionedDefinition extends EventDefinition {
  readonly version: number
}

/** A message is told apart by event, recipient, template and channel: the same twice would be one. */
const repetitions = (rules: ReadonlyArray<NotificationRule>): ReadonlyArray<FieldProblem> => {
  const seen = new Set<string>()
  return rules.flatMap(({ channels, template_code }, rule) =>
    channels.flatMap((channel, position) => {
      const key = `${template_code} ${channel}`
      if (!seen.has(key)) {
        seen.add(key)
        return []
      }
      const path = `notifications.${rule}.channels.${position}`
      return [{ path, message: `expected each channel of the template ${template_code} once`, got: "string" }]
    })
  )
}

const isChannel = (name: string): name is Channel => Channel.literals.some((channel) => channel === name)

const contactProblems = ({ contacts }: NotificationRule, path: string): ReadonlyArray<FieldProblem> =>
  Object.keys(contacts ?? {})
    .filter((name) => !isChannel(normalizeChannel(name)))
    .map((name) => ({
      path: `${path}.contacts.${name}`,
      message: `expected one of ${Channel.literals.join(", ")}`,
      got: "string"
    }))

/** A segment is named either here or by the event. */
const recipientProblems = ({ recipients }: NotificationRule, path: string): ReadonlyArray<FieldProblem> => {
  if (recipients.from !== "segment") return []
  const isNamedOnce = (recipients.segment_id === undefined) !== (recipients.path === undefined)
  return isNamedOnce
    ? []
    : [{ path: `${path}.recipients`, message: "expected either segment_id or path", got: "object" }]
}

const schemaProblems = (schema: EventDefinition["payload_schema"]): ReadonlyArray<FieldProblem> =>
  schema === null
    ? []
    : Result.match(compilePayloadSchema(schema), { onFailure: (all) => all, onSuccess: () => [] })

const problemsOf = ({ notifications, payload_schema }: EventDefinition): ReadonlyArray<FieldProblem> => [
  ...schemaProblems(payload_schema),
  ...notifications.flatMap((rule, index) => [
    ...recipientProblems(rule, `notifications.${index}`),
    ...contactProblems(rule, `notifications.${index}`)
  ]),
  ...repetitions(notifications)
]

/** Channels in the names that everything else uses. */
const normalized = (rule: NotificationRule): NotificationRule => {
  const { contacts } = rule
  if (contacts === undefined || contacts === null) return rule
  const renamed = Object.entries(contacts).map(([name, path]) => [normalizeChannel(name), path] as const)
  return { ...rule, contacts: Object.fromEntries(renamed) }
}

const decode = decodeStrict(EventTypeBody)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The body need not repeat what the path says, but may not contradict it. */
const named = (body: unknown, name: string | undefined): unknown =>
  name !== undefined && isRecord(body) && !Object.hasOwn(body, "event_type")
    ? { ...body, event_type: name }
    : body

/**
 * Reads the body of a POST, or of a PUT where `name` is that of the path. Refuses whatever is wrong with it, all at once
 * for each step: form, then schema and rules.
 */
export const readEventType = (body: unknown, name?: string): Result.Result<WantedEventType, Rejected> =>
  Result.gen(function* () {
    const decoded = yield* Result.mapError(decode(named(body, name)), (errors) =>
      invalid("invalid_event_type", errors)
    )
    const { event_type, notifications, payload_schema = null } = decoded
    if (name !== undefined && event_type !== name) {
      const message = `expected ${name}, as the path says`
      return yield* Result.fail(
        invalid("invalid_event_type", [{ path: "event_type", message, got: kindOf(event_type) }])
      )
    }
    if (notBuilt.has(event_type) || event_type === directEventType)
      return yield* Result.fail(
        conflict("reserved_event_type", `${event_type} is the name of a built-in type and cannot be taken`)
      )
    const definition = { payload_schema, notifications: notifications.map(normalized) }
    const problems = problemsOf(definition)
    if (problems.length > 0) return yield* Result.fail(invalid("invalid_event_type", problems))
    return { eventType: event_type, definition }
  })

const contentOf = ({ notifications, payload_schema }: EventDefinition): string =>
  canonicalJson([payload_schema, notifications])

/** What a POST does where the name is taken. */
export const eventTypeExists = (eventType: string): Rejected =>
  conflict("event_type_exists", `there is an event type ${eventType} already; PUT changes it`, {
    event_type: eventType
  })

/** What a PUT does with what is there: a definition to write, or none where nothing changes. */
export const decidePut = (
  current: Option.Option<VersionedDefinition>,
  wanted: EventDefinition,
  ifMatch: string | undefined
): Result.Result<Option.Option<EventDefinition>, Rejected> => {
  if (Option.isNone(current))
    return ifMatch === undefined ? Result.succeed(Option.some(wanted)) : Result.fail(stale(0))
  const { value } = current
  if (!admits(ifMatch, value.version)) return Result.fail(stale(value.version))
  return Result.succeed(Option.liftPredicate(wanted, (next) => contentOf(next) !== contentOf(value)))
}

export const unknownEventType = (eventType: string): Rejected =>
  missing(`there is no event type ${eventType}`)

export const decideDelete = (
  current: Option.Option<VersionedDefinition>,
  eventType: string,
  ifMatch: string | undefined
): Result.Result<void, Rejected> => {
  if (Option.isNone(current)) return Result.fail(unknownEventType(eventType))
  const { version } = current.value
  return admits(ifMatch, version) ? Result.void : Result.fail(stale(version))
}
