/** Which stored templates cannot be sent, and which event types lead to none. */

import { Result } from "effect"

import { type NotificationRule } from "#schemas/EventDefinition.ts"
import { type Template } from "#schemas/Template.ts"

import { defaultLocale } from "../compose.ts"
import { previewOf } from "../templatePreview.ts"
import { counted, type Finding, ok, problem, warning } from "./Finding.ts"

export interface StoredTemplate extends Template {
  readonly organization_id: string
}

export interface StoredEventType {
  readonly organization_id: string
  readonly event_type: string
  readonly notifications: ReadonlyArray<Pick<NotificationRule, "channels" | "template_code">>
}

const wrongText = (template: StoredTemplate): ReadonlyArray<Finding> => {
  const rendered = previewOf(template, { profile: {} })
  if (Result.isSuccess(rendered)) return []
  const { channel, locale, organization_id, template_code, template_id } = template
  return [
    problem(
      `template ${template_code} (${channel}, ${locale}) of ${organization_id}`,
      `cannot be rendered: ${rendered.failure.detail}`,
      `Correct it: PUT /api/v1/templates/${template_id}; it says line and column of what is wrong.`
    )
  ]
}

const wrongType =
  (templates: ReadonlyArray<StoredTemplate>) =>
  ({ event_type, notifications, organization_id }: StoredEventType): ReadonlyArray<Finding> =>
    notifications.flatMap(({ channels, template_code }) =>
      channels.flatMap((channel) => {
        const locales = templates
          .filter((one) => one.organization_id === organization_id)
          .filter((one) => one.template_code === template_code && one.channel === channel)
          .map(({ locale }) => locale)
        const subject = `event type ${event_type} of ${organization_id}`
        const remedy = `Create it: POST /api/v1/templates, with the channel ${channel} and the locale ${defaultLocale}`
        if (locales.length === 0)
          return [problem(subject, `there is no template ${template_code} for ${channel}`, remedy)]
        return locales.includes(defaultLocale)
          ? []
          : [
              warning(
                subject,
                `${template_code} has no ${defaultLocale} for those who read none of ${locales.join(", ")}`,
                remedy
              )
            ]
      })
    )

/** Each template is filled in as for someone of whom nothing is known. */
export const diagnoseCatalogue = (
  templates: ReadonlyArray<StoredTemplate>,
  eventTypes: ReadonlyArray<StoredEventType>
): ReadonlyArray<Finding> => {
  const wrong = [...templates.flatMap(wrongText), ...eventTypes.flatMap(wrongType(templates))]
  return wrong.length > 0
    ? wrong
    : [
        ok(
          "templates",
          `${counted(templates.length, "template")} for ${counted(eventTypes.length, "event type")}`
        )
      ]
}
