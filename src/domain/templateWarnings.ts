/** Variables of a template that no event type which uses it will fill in. */

import { Result } from "effect"

import { type EventTypeAnswer } from "#schemas/EventDefinition.ts"
import { type Template, type TemplateWarning } from "#schemas/Template.ts"

import { compileTemplate } from "./render.ts"
import { unknownVariables } from "./template/unknownVariables.ts"
import { textsOf } from "./templateContent.ts"

/** Those who send it and whose payload is known. */
export type TemplateUser = Pick<EventTypeAnswer, "event_type" | "payload_schema">

/** A list of names ends here, so that a page of mistakes stays a page. */
const mostWarnings = 100

/** One warning for each unknown variable of each text and each type; none where no type is known. */
export const templateWarnings = (
  { channel, content, syntax }: Pick<Template, "channel" | "content" | "syntax">,
  users: ReadonlyArray<TemplateUser>
): ReadonlyArray<TemplateWarning> =>
  Object.entries(textsOf(content))
    .flatMap(([name, text]) => {
      const compiled = compileTemplate({ channel, syntax, content: { [name]: text } })
      const variables = Result.isSuccess(compiled) ? compiled.success.variables : []
      return users.flatMap(({ event_type, payload_schema }) =>
        unknownVariables(variables, payload_schema ?? undefined).map((variable) => ({
          path: `content.${name}`,
          message: `${variable} is in no payload of ${event_type}: it will be empty`
        }))
      )
    })
    .slice(0, mostWarnings)
