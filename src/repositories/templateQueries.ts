/** The statements about templates. */

import { type Channel } from "#schemas/Channel.ts"
import { type OrganizationId } from "#schemas/Ids.ts"
import { type Template, type TemplateVersion } from "#schemas/Template.ts"
import { type Page } from "#src/domain/page.ts"
import { type Draft, type TemplateIdentity } from "#src/domain/templates.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

export interface TemplateKey {
  readonly organizationId: OrganizationId
  readonly templateId: string
}

/** Absent: any. */
export interface TemplateFilter {
  readonly templateCode?: string
  readonly channel?: Channel
  readonly locale?: string
}

/** What a job asks for: the locales that will do, the best first. */
export interface TemplateQuestion {
  readonly organizationId: OrganizationId
  readonly templateCode: string
  readonly channel: Channel
  readonly locales: ReadonlyArray<string>
  /** The version that is compiled already, as `<template_id>/<version>`; empty for none. */
  readonly known: string
}

/** The answer to the question at `question`; `content` is null where the version is the known one. */
export interface TemplateFound extends Pick<
  Template,
  "template_id" | "version" | "channel" | "locale" | "syntax"
> {
  readonly question: number
  readonly content: Template["content"] | null
}

const columns = (sql: Sql) => sql`
  template_id, template_code, channel, locale, version, description, syntax, content, created_at, updated_at`

const json = (sql: Sql, value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`

const isKey = (sql: Sql, { organizationId, templateId }: TemplateKey) =>
  sql`organization_id = ${organizationId} and template_id = ${templateId}`

/** The row and its first version; no row where the identity is taken. */
export const insertRow = (sql: Sql, key: TemplateKey, { draft, identity }: NewTemplate) => sql<
  Array<Template>
>`
  with made as (
    insert into message_templates (template_id, organization_id, template_code, channel, locale, description, syntax, content)
    values (${key.templateId}, ${key.organizationId}, ${identity.template_code}, ${identity.channel},
      ${identity.locale}, ${draft.description}, ${draft.syntax}, ${json(sql, draft.content)})
    on conflict do nothing
    returning *
  ), kept as (
    insert into message_template_versions (template_id, version, description, syntax, content)
    select template_id, version, description, syntax, content from made
  )
  select ${columns(sql)} from made`

export interface NewTemplate {
  readonly identity: TemplateIdentity
  readonly draft: Draft
}

export const updateRow = (sql: Sql, key: TemplateKey, draft: Draft) => sql<Array<Template>>`
  with changed as (
    update message_templates set version = version + 1, updated_at = now(), description = ${draft.description},
      syntax = ${draft.syntax}, content = ${json(sql, draft.content)}
    where ${isKey(sql, key)}
    returning *
  ), kept as (
    insert into message_template_versions (template_id, version, description, syntax, content)
    select template_id, version, description, syntax, content from changed
  )
  select ${columns(sql)} from changed`

export const deleteRow = (sql: Sql, key: TemplateKey) => sql<Array<object>>`
  delete from message_templates where ${isKey(sql, key)}`

export const readRow = (sql: Sql, key: TemplateKey) => sql<Array<Template>>`
  select ${columns(sql)} from message_templates where ${isKey(sql, key)}`

export const lockRow = (sql: Sql, key: TemplateKey) => sql<Array<Template>>`
  select ${columns(sql)} from message_templates where ${isKey(sql, key)} for update`

export const idOf = (sql: Sql, organizationId: OrganizationId, identity: TemplateIdentity) => sql<
  Array<{ readonly template_id: string }>
>`
  select template_id from message_templates
  where organization_id = ${organizationId} and template_code = ${identity.template_code}
    and channel = ${identity.channel} and locale = ${identity.locale}`

const isAsked = (sql: Sql, organizationId: OrganizationId, filter: TemplateFilter) => sql`
  organization_id = ${organizationId}
  ${filter.templateCode === undefined ? sql`` : sql`and template_code = ${filter.templateCode}`}
  ${filter.channel === undefined ? sql`` : sql`and channel = ${filter.channel}`}
  ${filter.locale === undefined ? sql`` : sql`and locale = ${filter.locale}`}`

export interface TemplateListing {
  readonly organizationId: OrganizationId
  readonly filter: TemplateFilter
  readonly page: Page
}

export const listRows = (sql: Sql, { filter, organizationId, page }: TemplateListing) => sql<Array<Template>>`
  select ${columns(sql)} from message_templates where ${isAsked(sql, organizationId, filter)}
  order by template_code, channel, locale limit ${page.limit} offset ${page.offset}`

export const countRows = (sql: Sql, { filter, organizationId }: TemplateListing) => sql<
  Array<{ readonly total: number }>
>`
  select count(*) as total from message_templates where ${isAsked(sql, organizationId, filter)}`

/** The newest first. */
export const versionRows = (sql: Sql, key: TemplateKey, { limit, offset }: Page) => sql<
  Array<TemplateVersion>
>`
  select v.version, v.description, v.syntax, v.content, v.created_at
  from message_template_versions v join message_templates using (template_id)
  where ${isKey(sql, key)}
  order by v.version desc limit ${limit} offset ${offset}`

/** By the unique index on organization, code, channel and locale. */
export const findRows = (sql: Sql, questions: ReadonlyArray<TemplateQuestion>) => {
  const asked = questions.flatMap((one, question) =>
    one.locales.map((locale, rank) => ({ ...one, locale, question, rank }))
  )
  const of = <A>(read: (one: (typeof asked)[number]) => A) => asked.map(read)
  return sql<Array<TemplateFound>>`
    select distinct on (asked.question) asked.question, t.template_id, t.version, t.channel, t.locale, t.syntax,
      case when asked.known = t.template_id || '/' || t.version then null else t.content end as content
    from unnest(
      ${of(({ question }) => question)}::int[], ${of(({ rank }) => rank)}::int[],
      ${of(({ organizationId }) => organizationId)}::text[], ${of(({ templateCode }) => templateCode)}::text[],
      ${of(({ channel }) => channel)}::text[], ${of(({ locale }) => locale)}::text[], ${of(({ known }) => known)}::text[]
    ) as asked (question, rank, organization_id, template_code, channel, locale, known)
    join message_templates t using (organization_id, template_code, channel, locale)
    order by asked.question, asked.rank`
}
