/** Templates: what a message says, by channel and locale. */

import { Schema } from "effect"

import { Channel, ChannelInput } from "./Channel.ts"
import { Locale } from "./Event.ts"
import { TemplateCode } from "./Ids.ts"

/** `format`: the original callers' `{name}`. */
export const TemplateSyntax = Schema.Literals(["carillon", "format"])

/** Null and absent are the same: the author left it out. */
const Optional = Schema.optionalKey(Schema.NullOr(Schema.String))

const longestSubject = 255

const Subject = Schema.String.check(
  Schema.isMaxLength(longestSubject, { message: `expected at most ${longestSubject} characters` })
)

/** One of `html` and `text` at least; without `text` it is made from the HTML. */
const EmailContent = Schema.Struct({
  subject: Subject,
  html: Optional,
  text: Optional,
  from_name: Optional,
  from_address: Optional,
  reply_to: Optional
})

const SmsContent = Schema.Struct({ body: Schema.String })

/** One of the two: a text of ours, or the name of one that the provider has approved. */
const WhatsAppContent = Schema.Struct({ body: Optional, provider_template_id: Optional })

const PushContent = Schema.Struct({
  title: Schema.String,
  body: Schema.String,
  url: Optional,
  icon: Optional
})

const WsContent = Schema.Struct({
  title: Schema.String,
  body: Schema.String,
  /** Any JSON for the page that listens; its texts are templates. */
  data: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)))
})

const InAppContent = Schema.Struct({
  title: Schema.String,
  body: Schema.String,
  action_url: Optional,
  icon: Optional
})

const WebhookContent = Schema.Struct({
  url: Schema.NonEmptyString,
  method: Schema.optionalKey(Schema.NullOr(Schema.Literals(["POST", "PUT", "PATCH", "GET", "DELETE"]))),
  headers: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.String))),
  payload_template: Optional
})

/** The members of each channel's content. */
export const contentByChannel = {
  email: EmailContent,
  sms: SmsContent,
  whatsapp: WhatsAppContent,
  push: PushContent,
  ws: WsContent,
  in_app: InAppContent,
  webhook: WebhookContent
} satisfies Record<Channel, Schema.Top>

const identity = { template_code: TemplateCode, channel: ChannelInput, locale: Locale }

const Description = Schema.optionalKey(
  Schema.NullOr(
    Schema.String.check(Schema.isMaxLength(1000, { message: "expected at most 1000 characters" }))
  )
)

const settings = { description: Description, syntax: Schema.optionalKey(TemplateSyntax) }

const Content = Schema.Record(Schema.String, Schema.Unknown)

/** `content` is read by the schema of the channel. */
export const TemplateBody = Schema.Struct({ ...identity, ...settings, content: Content })

/** As the original callers write it: `body` is the HTML of an e-mail, the text of the other channels. */
export const FlatTemplateBody = Schema.Struct({
  ...identity,
  ...settings,
  subject: Optional,
  body: Schema.String
})

/** What changes; the rest stays. Of the content too, member by member. */
export const TemplatePatch = Schema.Struct({ ...settings, content: Schema.optionalKey(Content) })

export const FlatTemplatePatch = Schema.Struct({
  ...settings,
  subject: Optional,
  body: Schema.optionalKey(Schema.String)
})

export const PreviewBody = Schema.Struct({
  /** What an event would bring. */
  data: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  /** Whose profile fills in what `data` does not say. */
  user_id: Schema.optionalKey(Schema.String),
  /** For dates and numbers; absent: the template's. */
  locale: Schema.optionalKey(Locale)
})

export const Template = Schema.Struct({
  /** `tpl_` and 32 hexadecimal digits. */
  template_id: Schema.String,
  template_code: TemplateCode,
  channel: Channel,
  locale: Locale,
  /** 1 for the first; each change makes the next one. It is also the entity tag. */
  version: Schema.Int,
  description: Schema.NullOr(Schema.String),
  syntax: TemplateSyntax,
  /** All members of the channel's content; null for what was left out. */
  content: Content,
  created_at: Schema.String,
  updated_at: Schema.String
})
export type Template = typeof Template.Type

/** A variable that nothing will fill in, as far as the event types know. */
export const TemplateWarning = Schema.Struct({ path: Schema.String, message: Schema.String })
export type TemplateWarning = typeof TemplateWarning.Type

export const SavedTemplate = Schema.Struct({
  ...Template.fields,
  warnings: Schema.Array(TemplateWarning)
})
export type SavedTemplate = typeof SavedTemplate.Type

export const TemplateVersion = Schema.Struct({
  version: Schema.Int,
  description: Schema.NullOr(Schema.String),
  syntax: TemplateSyntax,
  content: Content,
  created_at: Schema.String
})
export type TemplateVersion = typeof TemplateVersion.Type

export const Preview = Schema.Struct({
  template_id: Schema.String,
  version: Schema.Int,
  channel: Channel,
  locale: Locale,
  /** By the members of the content; an e-mail's text part included, where it is made from the HTML. */
  rendered: Schema.Record(Schema.String, Schema.String),
  /** What the template reads and found empty, e.g. `first_name`. */
  missing: Schema.Array(Schema.String)
})
export type Preview = typeof Preview.Type
