/** What an author may write as a template, and what becomes of it. */

import { Option, Result } from "effect"

import { type Channel } from "#schemas/Channel.ts"
import {
  FlatTemplateBody,
  FlatTemplatePatch,
  type Template,
  TemplateBody,
  TemplatePatch
} from "#schemas/Template.ts"

import { parseAddress } from "./address.ts"
import { canonicalJson } from "./canonicalJson.ts"
import { admits } from "./ifMatch.ts"
import { conflict, invalid, missing, type Rejected, type ResourceProblem, stale } from "./Rejected.ts"
import { compileTemplate } from "./render.ts"
import { decodeStrict } from "./strictBody.ts"
import { type Content, flatNames, readContent, textsOf } from "./templateContent.ts"
import { canonicalLocale } from "./templateLookup.ts"

/** What a template is found by; it never changes. */
export type TemplateIdentity = Pick<Template, "template_code" | "channel" | "locale">

/** What a version holds. */
export type Draft = Pick<Template, "description" | "syntax" | "content">

type Problems = ReadonlyArray<ResourceProblem>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The original callers' form: no `content`, but its members beside the code. */
const isFlat = (body: unknown): boolean =>
  isRecord(body) &&
  !Object.hasOwn(body, "content") &&
  (Object.hasOwn(body, "body") || Object.hasOwn(body, "subject"))

/** Problems of the content, in the names that the caller wrote. */
const renamed = (problems: Problems, channel: Channel): Problems => {
  const names = flatNames[channel]
  const written = new Map([[`content.${names.body}`, "body"]])
  if (Option.isSome(names.subject)) written.set(`content.${names.subject.value}`, "subject")
  return problems.map((problem) => ({ ...problem, path: written.get(problem.path) ?? problem.path }))
}

interface Flat {
  readonly subject?: string | null
  readonly body?: string
}

/** The content that a flat body speaks of; `subject` is refused where the channel has none. */
const contentOf = (channel: Channel, { body, subject }: Flat): Result.Result<Content, Problems> => {
  const names = flatNames[channel]
  const text = body === undefined ? {} : { [names.body]: body }
  const title = subject ?? ""
  if (Option.isNone(names.subject))
    return title === ""
      ? Result.succeed(text)
      : Result.fail([{ path: "subject", message: "expected no member of this name", got: "string" }])
  return subject === undefined || subject === null
    ? Result.succeed(text)
    : Result.succeed({ ...text, [names.subject.value]: subject })
}

/** A title may be left out of a flat body, an e-mail's subject may not. */
const untitled = (channel: Channel): Content =>
  Option.contains(flatNames[channel].subject, "title") ? { title: "" } : {}

const compileProblems = (channel: Channel, { content, syntax }: Draft): Problems =>
  Result.match(compileTemplate({ channel, syntax, content: textsOf(content) }), {
    onSuccess: () => [],
    onFailure: (problems) =>
      problems.map(({ column, field, line, message }) => ({
        path: field === "content" ? field : `content.${field}`,
        message,
        got: "string",
        line,
        column
      }))
  })

const addressMembers = ["from_address", "reply_to"]

/** What is written out can be judged now; what has placeholders, when it is sent. */
const addressProblems = ({ content }: Draft): Problems =>
  addressMembers.flatMap((name) => {
    const text = textsOf(content)[name] ?? ""
    const isFixed = text !== "" && !text.includes("{")
    return isFixed && Result.isFailure(parseAddress(text))
      ? [
          {
            path: `content.${name}`,
            message: "expected an e-mail address like no-reply@shop.example",
            got: "string"
          }
        ]
      : []
  })

/** Content of the right shape whose texts compile. */
const checked = (
  channel: Channel,
  settings: Omit<Draft, "content">,
  content: unknown
): Result.Result<Draft, Problems> =>
  Result.flatMap(readContent(channel, content), (read) => {
    const draft = { ...settings, content: read }
    const problems = [...compileProblems(channel, draft), ...addressProblems(draft)]
    return problems.length > 0 ? Result.fail(problems) : Result.succeed(draft)
  })

const decodeBody = decodeStrict(TemplateBody)
const decodeFlatBody = decodeStrict(FlatTemplateBody)
const decodePatch = decodeStrict(TemplatePatch)
const decodeFlatPatch = decodeStrict(FlatTemplatePatch)

export interface WantedTemplate {
  readonly identity: TemplateIdentity
  readonly draft: Draft
}

const readAny = (body: unknown): Result.Result<WantedTemplate, Problems> =>
  Result.gen(function* () {
    const decoded = isFlat(body) ? yield* decodeFlatBody(body) : yield* decodeBody(body)
    const { channel, description = null, locale, syntax = "carillon", template_code } = decoded
    const settings = { description, syntax }
    const draft =
      "content" in decoded
        ? yield* checked(channel, settings, decoded.content)
        : yield* Result.mapError(
            Result.flatMap(contentOf(channel, decoded), (content) =>
              checked(channel, settings, { ...untitled(channel), ...content })
            ),
            (problems) => renamed(problems, channel)
          )
    return { identity: { template_code, channel, locale: canonicalLocale(locale) }, draft }
  })

const refused = <A>(result: Result.Result<A, Problems>): Result.Result<A, Rejected> =>
  Result.mapError(result, (problems) => invalid("invalid_template", problems))

/** Reads the body of a POST, in either form: shape first, then the language of its texts. */
export const readTemplate = (body: unknown): Result.Result<WantedTemplate, Rejected> => refused(readAny(body))

const identityNames = ["template_code", "channel", "locale"] as const

const identityProblems = (wanted: TemplateIdentity, current: TemplateIdentity): Problems =>
  identityNames
    .filter((name) => wanted[name] !== current[name])
    .map((name) => ({
      path: name,
      message: `expected ${current[name]}: it tells templates apart, so another one is another template`,
      got: "string"
    }))

/** The body of a PUT to a template; it need not repeat what never changes. */
const readPut = (body: unknown, current: Template): Result.Result<Draft, Problems> =>
  Result.gen(function* () {
    const { channel, locale, template_code } = current
    const whole = isRecord(body) ? { template_code, channel, locale, ...body } : body
    const { draft, identity } = yield* readAny(whole)
    const problems = identityProblems(identity, current)
    return problems.length > 0 ? yield* Result.fail(problems) : draft
  })

const readPatch = (body: unknown, current: Template): Result.Result<Draft, Problems> =>
  Result.gen(function* () {
    const decoded = isFlat(body) ? yield* decodeFlatPatch(body) : yield* decodePatch(body)
    const { channel } = current
    const { description = current.description, syntax = current.syntax } = decoded
    const flat = "subject" in decoded || "body" in decoded
    const changes = flat ? yield* contentOf(channel, decoded) : "content" in decoded ? decoded.content : {}
    const merged = checked(channel, { description, syntax }, { ...current.content, ...changes })
    return yield* flat ? Result.mapError(merged, (problems) => renamed(problems, channel)) : merged
  })

const versionOf = ({ content, description, syntax }: Draft): string =>
  canonicalJson([description, syntax, content])

export interface TemplateChange {
  /** `put` replaces, `patch` merges. */
  readonly by: "put" | "patch"
  readonly body: unknown
  /** The header, as it came. */
  readonly ifMatch?: string
}

export const unknownTemplate = (templateId: string): Rejected => missing(`there is no template ${templateId}`)

export const templateExists = (
  { channel, locale, template_code }: TemplateIdentity,
  templateId: string
): Rejected =>
  conflict(
    "template_exists",
    `${template_code} for ${channel} in ${locale} is there already: ${templateId}`,
    {
      template_id: templateId
    }
  )

/** The next version, or none where nothing changes. */
export const decideChange = (
  current: Template,
  { body, by, ifMatch }: TemplateChange
): Result.Result<Option.Option<Draft>, Rejected> => {
  if (!admits(ifMatch, current.version)) return Result.fail(stale(current.version))
  const draft = refused(by === "put" ? readPut(body, current) : readPatch(body, current))
  return Result.map(
    draft,
    Option.liftPredicate((next) => versionOf(next) !== versionOf(current))
  )
}

export const decideRemoval = (
  current: Template,
  ifMatch: string | undefined
): Result.Result<void, Rejected> =>
  admits(ifMatch, current.version) ? Result.void : Result.fail(stale(current.version))
