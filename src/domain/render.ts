/** Templates from the author's text to the recipient's message: compiled once a version, rendered for each. */

import { Array, Option, Result } from "effect"

import { type Channel } from "#schemas/Channel.ts"

import { type RenderedEmail } from "./RenderedEmail.ts"
import { type Token } from "./template/Ast.ts"
import { compile, type Render } from "./template/compile.ts"
import { type Mode } from "./template/escape.ts"
import { scanFormat } from "./template/format.ts"
import { type RenderContext } from "./template/Frame.ts"
import { maxSourceBytes, RenderFailed } from "./template/limits.ts"
import { parse } from "./template/parse.ts"
import { locate, maxProblems, type Problem, type TemplateProblem } from "./template/problems.ts"
import { textOfHtml, textTokens } from "./template/textPart.ts"
import { scan } from "./template/tokens.ts"
import { variablesOf } from "./template/variables.ts"

export interface TemplateSource {
  readonly channel: Channel
  /** `format`: the original callers' `{name}`. */
  readonly syntax: "carillon" | "format"
  /** By the names of the channel's content, e.g. `subject`; null for what the author left out. */
  readonly content: Readonly<Record<string, string | null>>
}

/** A template version, ready for any number of recipients. */
export interface CompiledTemplate {
  readonly fields: ReadonlyMap<string, Render>
  /** What the author's text reads, e.g. `first_name` and `items[].title`; each once. */
  readonly variables: ReadonlyArray<string>
}

const headers = new Set([
  "subject",
  "from_name",
  "from_address",
  "reply_to",
  "title",
  "url",
  "action_url",
  "icon"
])

const modeOf = (channel: Channel, field: string): Mode => {
  if (channel === "email" && field === "html") return "html"
  return headers.has(field) ? "header" : "text"
}

/** One field, read. */
interface Field {
  readonly name: string
  readonly render: Render
  readonly tokens: ReadonlyArray<Token>
  readonly variables: ReadonlyArray<string>
}

const compileField = (
  { channel, syntax }: TemplateSource,
  name: string,
  text: string
): Result.Result<Field, ReadonlyArray<TemplateProblem>> => {
  const { problems, tokens } = syntax === "format" ? scanFormat(text) : scan(text)
  const parsed = parse(tokens)
  const refuse = (found: ReadonlyArray<Problem>) =>
    found
      .toSorted((one, other) => one.offset - other.offset)
      .slice(0, maxProblems)
      .map((problem) => locate(name, text, problem))
  // A tag that could not be read may be the end of a block: blocks are judged when all can be read.
  if (problems.length > 0) return Result.fail(refuse(problems))
  return Result.mapBoth(parsed, {
    onFailure: refuse,
    onSuccess: (nodes) => ({
      name,
      tokens,
      render: compile(nodes, modeOf(channel, name)),
      variables: variablesOf(nodes)
    })
  })
}

/**
 * The text part that belongs to the HTML. Converted here, once; per message (90 µs) only where the
 * HTML's blocks do not survive the conversion.
 */
const deriveText = (html: Field): Render =>
  Option.match(
    Option.flatMap(textTokens(html.tokens), (tokens) => Result.getSuccess(parse(tokens))),
    {
      onSome: (nodes) => compile(nodes, "text"),
      onNone: () => (context) => Result.map(html.render(context), textOfHtml)
    }
  )

const utf8 = new TextEncoder()

const tooLarge: TemplateProblem = {
  field: "content",
  line: 1,
  column: 1,
  message: `the template is larger than ${maxSourceBytes / 1024} KiB`
}

/** Fails with all that is wrong, by field, line and column; at most 100 problems a field. */
export const compileTemplate = (
  source: TemplateSource
): Result.Result<CompiledTemplate, ReadonlyArray<TemplateProblem>> => {
  const texts = Object.entries(source.content).flatMap(([name, text]) =>
    text === null ? [] : [{ name, text }]
  )
  const bytes = texts.reduce((sum, { text }) => sum + utf8.encode(text).length, 0)
  if (bytes > maxSourceBytes) return Result.fail([tooLarge])
  const [fields, problems] = Array.partition(texts, ({ name, text }) => compileField(source, name, text))
  if (problems.length > 0) return Result.fail(problems.flat())
  const renders = new Map(fields.map(({ name, render }) => [name, render]))
  const html = fields.find(({ name }) => name === "html")
  const hasText = (source.content["text"] ?? "").trim() !== ""
  if (source.channel === "email" && html !== undefined && !hasText) renders.set("text", deriveText(html))
  return Result.succeed({
    fields: renders,
    variables: [...new Set(fields.flatMap(({ variables }) => variables))]
  })
}

/** Each field of the content by its name; an e-mail's derived `text` included. */
export const renderFields = (
  template: CompiledTemplate,
  context: RenderContext
): Result.Result<Readonly<Record<string, string>>, RenderFailed> => {
  const texts: Record<string, string> = {}
  for (const [field, render] of template.fields) {
    const rendered = render(context)
    if (Result.isFailure(rendered)) return Result.fail(new RenderFailed({ field, reason: rendered.failure }))
    texts[field] = rendered.success
  }
  return Result.succeed(texts)
}

/** A sender's name or address that is empty once it is filled in counts as none. */
export const renderEmail = (
  template: CompiledTemplate,
  context: RenderContext
): Result.Result<RenderedEmail, RenderFailed> =>
  Result.map(renderFields(template, context), (fields) => {
    const filled = (name: string) =>
      Option.getOrNull(Option.liftPredicate(fields[name] ?? "", (text) => text !== ""))
    return {
      subject: fields["subject"] ?? "",
      html: filled("html"),
      text: fields["text"] ?? "",
      fromName: filled("from_name"),
      fromAddress: filled("from_address"),
      replyTo: filled("reply_to")
    }
  })
