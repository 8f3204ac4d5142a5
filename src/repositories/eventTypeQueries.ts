/** The statements about event types. */

import { type EventDefinition, type EventTypeAnswer } from "#schemas/EventDefinition.ts"
import { type EventType, type OrganizationId } from "#schemas/Ids.ts"
import { type Page } from "#src/domain/page.ts"
import { type Sql } from "#src/postgres/Postgres.ts"

export interface EventTypeKey {
  readonly organizationId: OrganizationId
  readonly eventType: string
}

/** As events are checked and planned by it. */
export interface EventTypeRow extends EventDefinition {
  readonly organization_id: OrganizationId
  readonly event_type: EventType
  readonly version: number
  /** sha256 of the payload's schema, hex. */
  readonly schema_hash: string
}

export interface TemplateUse {
  readonly organizationId: OrganizationId
  readonly templateCode: string
  readonly channel: string
}

export type TemplateUser = Pick<EventTypeAnswer, "event_type" | "payload_schema">

const columns = (sql: Sql) => sql`event_type, payload_schema, notifications, version, created_at, updated_at`

const schemaOf = (sql: Sql, { payload_schema }: EventDefinition) =>
  sql`nullif(${JSON.stringify(payload_schema)}::text::jsonb, 'null')`

const notificationsOf = (sql: Sql, { notifications }: EventDefinition) =>
  sql`${JSON.stringify(notifications)}::text::jsonb`

const isKey = (sql: Sql, { eventType, organizationId }: EventTypeKey) =>
  sql`organization_id = ${organizationId} and event_type = ${eventType}`

/** No row where the name is taken. */
export const insertRow = (sql: Sql, key: EventTypeKey, definition: EventDefinition) => sql<
  Array<EventTypeAnswer>
>`
  insert into event_types (organization_id, event_type, payload_schema, notifications)
  values (${key.organizationId}, ${key.eventType}, ${schemaOf(sql, definition)}, ${notificationsOf(sql, definition)})
  on conflict do nothing
  returning ${columns(sql)}`

export const updateRow = (sql: Sql, key: EventTypeKey, definition: EventDefinition) => sql<
  Array<EventTypeAnswer>
>`
  update event_types set version = version + 1, updated_at = now(),
    payload_schema = ${schemaOf(sql, definition)}, notifications = ${notificationsOf(sql, definition)}
  where ${isKey(sql, key)}
  returning ${columns(sql)}`

export const deleteRow = (sql: Sql, key: EventTypeKey) => sql<Array<object>>`
  delete from event_types where ${isKey(sql, key)}`

export const readRow = (sql: Sql, key: EventTypeKey) => sql<Array<EventTypeAnswer>>`
  select ${columns(sql)} from event_types where ${isKey(sql, key)}`

export const lockRow = (sql: Sql, key: EventTypeKey) => sql<Array<EventTypeAnswer>>`
  select ${columns(sql)} from event_types where ${isKey(sql, key)} for update`

export const listRows = (sql: Sql, organizationId: OrganizationId, { limit, offset }: Page) => sql<
  Array<EventTypeAnswer>
>`
  select ${columns(sql)} from event_types
  where organization_id = ${organizationId}
  order by event_type limit ${limit} offset ${offset}`

export const countRows = (sql: Sql, organizationId: OrganizationId) => sql<Array<{ readonly total: number }>>`
  select count(*) as total from event_types where organization_id = ${organizationId}`

export const findRows = (sql: Sql, keys: ReadonlyArray<EventTypeKey>) => sql<Array<EventTypeRow>>`
  select organization_id, event_type, payload_schema, notifications, version,
    encode(sha256(convert_to(coalesce(payload_schema::text, ''), 'UTF8')), 'hex') as schema_hash
  from event_types
  join (
    select distinct * from unnest(${keys.map((key) => key.organizationId)}::text[],
      ${keys.map((key) => key.eventType)}::text[]) as u (organization_id, event_type)
  ) as asked using (organization_id, event_type)`

/** Reads all types of the organization: a write of a template is rare, an index on the rules is not worth its upkeep. */
export const usersOf = (sql: Sql, { channel, organizationId, templateCode }: TemplateUse) => sql<
  Array<TemplateUser>
>`
  select event_type, payload_schema from event_types
  where organization_id = ${organizationId} and payload_schema is not null
    and notifications @> ${JSON.stringify([{ template_code: templateCode, channels: [channel] }])}::text::jsonb
  order by event_type`
