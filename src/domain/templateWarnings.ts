/** What an author should know of a template that is right: variables that stay empty, places where a value may do harm. */

import { Result } from "effect"

import { type EventTypeAnswer } from "#schemas/EventDefinition.ts"
import { type Template, type TemplateWarning } from "#schemas/Template.ts"

import { compileTemplate } from "./render.ts"
import { locate } from "./template/problems.ts"
import { unknownVariables } from "./template/unknownVariables.ts"
import { unsafePlaces } from "./template/unsafePlaces.ts"
import { textsOf } from "./templateContent.ts"

/** Those who send it and whose payload is known. */
export type TemplateUser = Pick<EventTypeAnswer, "event_type" | "payload_schema">

/** A list of names ends here, so that a page of mistakes stays a page. */
const mostWarnings = 100

type Written = Pick<Template, "channel" | "content" | "syntax">

const emptyVariables = (
  { channel, content, syntax }: Written,
  users: ReadonlyArray<TemplateUser>
): ReadonlyArray<TemplateWarning> =>
  Object.entries(textsOf(content)).flatMap(([name, text]) => {
    const compiled = compileTemplate({ channel, syntax, content: { [name]: text } })
    const variables = Result.isSuccess(compiled) ? compiled.success.variables : []
    return users.flatMap(({ event_type, payload_schema }) =>
      unknownVariables(variables, payload_schema ?? undefined).map((variable) => ({
        path: `content.${name}`,
        message: `${variable} is in no payload of ${event_type}: it will be empty`
      }))
    )
  })

/** E-mails are the channel that has HTML. */
const dangers = ({ channel, content }: Written): ReadonlyArray<TemplateWarning> => {
  const html = channel === "email" ? textsOf(content)["html"] : undefined
  if (html === undefined) return []
  return unsafePlaces(html).map((place) => {
    const { column, line, message } = locate("html", html, place)
    return { path: "content.html", message: `line ${line}, column ${column}: ${message}` }
  })
}

/** One warning for each unknown variable of each text and each type, and for each place in HTML that escaping does not cover. */
export const templateWarnings = (
  template: Written,
  users: ReadonlyArray<TemplateUser>
): ReadonlyArray<TemplateWarning> =>
  [...dangers(template), ...emptyVariables(template, users)].slice(0, mostWarnings)
