/** From a row, a contact and a template to an e-mail that may be sent, or to the reason why it never can be. */

import { createHash } from "node:crypto"

import { Result, Schema } from "effect"

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { Locale } from "#schemas/Event.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"

import { parseAddress } from "./address.ts"
import { type Contact } from "./contact.ts"
import { directContent, directTemplateCode } from "./directNotification.ts"
import { type CompiledTemplate, renderEmail } from "./render.ts"
import { type RenderedEmail } from "./RenderedEmail.ts"

/** Where no one says another. */
export const defaultLocale = "en"
const defaultTimezone = "UTC"

/** Why a job can never be sent. */
export interface Unsendable {
  readonly reason: Extract<DeadLetterReason, "no_contact" | "no_template" | "render_failed">
  /** For a person; no address in it. */
  readonly detail: string
}

/** The version that was chosen for a job. */
export interface ChosenTemplate {
  readonly version: number
  readonly locale: string
  readonly compiled: CompiledTemplate
}

export interface ComposedEmail {
  readonly address: string
  /** sha256 of channel and address in lower case, hex: what suppressions are kept by. */
  readonly address_hash: string
  readonly content: RenderedEmail
  readonly template_version: number | null
  readonly locale: string
}

const isLocale = Schema.is(Locale)

/** The person's, as BCP 47 writes it; other services' profiles may say anything. */
const ownLocale = ({ profile }: Contact): string | undefined => {
  const said = profile?.locale?.replaceAll("_", "-")
  return isLocale(said) ? said : undefined
}

/** The locale asked for by the event, else the person's, else the default. */
export const localeOf = (row: MessageRow, contact: Contact): string =>
  row.locale ?? ownLocale(contact) ?? defaultLocale

const hashOf = (channel: string, address: string): string =>
  createHash("sha256").update(`${channel}\u0000${address.toLowerCase()}`).digest("hex")

const addressOf = ({ address, source }: Contact): Result.Result<string, Unsendable> => {
  if (address === null)
    return Result.fail({ reason: "no_contact", detail: `no e-mail address is known (asked: ${source})` })
  return Result.mapError(parseAddress(address), (why) => ({
    reason: "no_contact",
    detail: `the e-mail address is not one that mail can be sent to (${why})`
  }))
}

const render = (
  row: MessageRow,
  { profile }: Contact,
  template: ChosenTemplate
): Result.Result<RenderedEmail, Unsendable> =>
  Result.mapError(
    renderEmail(template.compiled, {
      data: row.data,
      profile: { ...profile, user_id: row.user_id },
      locale: template.locale,
      timezone: profile?.timezone ?? defaultTimezone
    }),
    (failed) => ({ reason: "render_failed", detail: failed.message })
  )

/** `template` is null where none was found. A direct notification brings its content itself. */
export const composeEmail = (
  row: MessageRow,
  contact: Contact,
  template: ChosenTemplate | null
): Result.Result<ComposedEmail, Unsendable> =>
  Result.gen(function* () {
    const address = yield* addressOf(contact)
    const shared = { address, address_hash: hashOf(row.channel_type, address) }
    if (row.template_code === directTemplateCode)
      return {
        ...shared,
        content: directContent(row.data),
        template_version: null,
        locale: localeOf(row, contact)
      }
    if (template === null)
      return yield* Result.fail<Unsendable>({
        reason: "no_template",
        detail: `no template ${row.template_code} for ${row.channel_type} in ${localeOf(row, contact)} or a locale it falls back to`
      })
    const content = yield* render(row, contact, template)
    return { ...shared, content, template_version: template.version, locale: template.locale }
  })
