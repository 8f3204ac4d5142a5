/** What a template says to one reader, before anything is sent. */

import { Result } from "effect"

import { type Preview, type Template } from "#schemas/Template.ts"

import { emptyVariables } from "./emptyVariables.ts"
import { invalid, type Rejected } from "./Rejected.ts"
import { compileTemplate, renderFields } from "./render.ts"
import { textsOf } from "./templateContent.ts"

export interface PreviewRequest {
  readonly data?: Readonly<Record<string, unknown>>
  /** Empty for no one in particular. */
  readonly profile: { readonly timezone?: string | null }
  /** Absent: the template's. */
  readonly locale?: string
}

const refuse = (path: string, message: string): Rejected =>
  invalid("invalid_template", [{ path, message, got: "string" }])

/** Fails where the data makes the template meet a limit, or its language is no longer read. */
export const previewOf = (
  { channel, content, locale, syntax, template_id, version }: Template,
  asked: PreviewRequest
): Result.Result<Preview, Rejected> =>
  Result.gen(function* () {
    const compiled = yield* Result.mapError(
      compileTemplate({ channel, syntax, content: textsOf(content) }),
      (problems) => refuse("content", problems.map(({ message }) => message).join("; "))
    )
    const { data = {}, profile } = asked
    const context = {
      data,
      profile: { ...profile },
      locale: asked.locale ?? locale,
      timezone: profile.timezone ?? "UTC"
    }
    const rendered = yield* Result.mapError(renderFields(compiled, context), ({ field, reason }) =>
      refuse(`content.${field}`, reason)
    )
    const missing = emptyVariables(compiled.variables, { data, profile })
    return { template_id, version, channel, locale: context.locale, rendered, missing }
  })
