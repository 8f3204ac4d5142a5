/** What a template's content says, channel by channel: its shape, and the texts in it that are templates. */

import { Option, Result } from "effect"

import { type Channel } from "#schemas/Channel.ts"
import { contentByChannel } from "#schemas/Template.ts"

import { joinPath } from "./fieldPath.ts"
import { type FieldProblem } from "./Refusal.ts"
import { decodeStrict } from "./strictBody.ts"

export type Content = Readonly<Record<string, unknown>>

const readers: Record<Channel, (body: unknown) => Result.Result<Content, ReadonlyArray<FieldProblem>>> = {
  email: decodeStrict(contentByChannel.email, "content"),
  sms: decodeStrict(contentByChannel.sms, "content"),
  whatsapp: decodeStrict(contentByChannel.whatsapp, "content"),
  push: decodeStrict(contentByChannel.push, "content"),
  ws: decodeStrict(contentByChannel.ws, "content"),
  in_app: decodeStrict(contentByChannel.in_app, "content"),
  webhook: decodeStrict(contentByChannel.webhook, "content")
}

/** Of these members one must be given. */
const alternatives: Partial<Record<Channel, readonly [string, string]>> = {
  email: ["html", "text"],
  whatsapp: ["body", "provider_template_id"]
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === ""

const alternativeProblems = (channel: Channel, content: Content): ReadonlyArray<FieldProblem> => {
  const names = alternatives[channel]
  return names === undefined || names.some((name) => !isBlank(content[name]))
    ? []
    : [{ path: "content", message: `expected ${names.join(" or ")}`, got: "nothing" }]
}

/** Every member that the channel knows, null for what was left out; of those that are no text too. */
export const readContent = (
  channel: Channel,
  body: unknown
): Result.Result<Content, ReadonlyArray<FieldProblem>> =>
  Result.flatMap(readers[channel](body), (content) => {
    const problems = alternativeProblems(channel, content)
    const names = Object.keys(contentByChannel[channel].fields)
    const isLeftOut = (name: string) =>
      alternatives[channel]?.includes(name) === true && isBlank(content[name])
    return problems.length > 0
      ? Result.fail(problems)
      : Result.succeed(
          Object.fromEntries(names.map((name) => [name, isLeftOut(name) ? null : (content[name] ?? null)]))
        )
  })

const textsAt = (value: unknown, path: string): ReadonlyArray<readonly [string, string]> => {
  if (typeof value === "string") return [[path, value]]
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => textsAt(member, joinPath(path, name)))
}

/** Words of a contract, not texts for a reader. */
const fixed: ReadonlySet<string> = new Set(["method", "provider_template_id"])

/** The texts by their dotted paths, e.g. `subject`, `headers.authorization`, `data.items.0`. At most 64 deep. */
export const textsOf = (content: Content): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(content).flatMap(([name, value]) => (fixed.has(name) ? [] : textsAt(value, name)))
  )

/** What the original callers' `subject` and `body` are called here; none where the channel has no such thing. */
export interface FlatNames {
  readonly subject: Option.Option<string>
  readonly body: string
}

const titled: FlatNames = { subject: Option.some("title"), body: "body" }
const bare: FlatNames = { subject: Option.none(), body: "body" }

export const flatNames: Record<Channel, FlatNames> = {
  email: { subject: Option.some("subject"), body: "html" },
  sms: bare,
  whatsapp: bare,
  push: titled,
  ws: titled,
  in_app: titled,
  webhook: { subject: Option.none(), body: "payload_template" }
}
