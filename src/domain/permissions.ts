/** Who may call what: the one table of it. A route that is not in it is refused to everyone. */

import { type AccessRole } from "#schemas/AccessRole.ts"

const operator: ReadonlyArray<AccessRole> = ["operator"]
const author: ReadonlyArray<AccessRole> = ["operator", "editor"]
const publisher: ReadonlyArray<AccessRole> = ["operator", "publisher"]
const reader: ReadonlyArray<AccessRole> = ["operator", "editor", "viewer"]
const anyone: ReadonlyArray<AccessRole> = ["operator", "editor", "publisher", "viewer"]

/** By method and path, as the route is declared. */
export const permissions: Readonly<Record<string, ReadonlyArray<AccessRole>>> = {
  "POST /api/v1/events": publisher,
  "POST /api/v1/events/batch": publisher,
  "GET /api/v1/events/:event_id": anyone,
  "POST /api/v1/notifications/send": publisher,
  "GET /api/v1/users/:user_id/notifications": anyone,
  "GET /api/v1/deliveries": anyone,
  "GET /api/v1/deliveries/:job_id": anyone,
  "POST /api/v1/deliveries/:job_id/resolve": operator,
  "GET /api/v1/balance": reader,
  "GET /api/v1/dead-letters": reader,
  "GET /api/v1/dead-letters/:dead_letter_id": reader,
  "POST /api/v1/dead-letters/replay": operator,
  "POST /api/v1/dead-letters/discard": operator,
  "POST /api/v1/dead-letters/:dead_letter_id/replay": operator,
  "DELETE /api/v1/dead-letters/:dead_letter_id": operator,
  "POST /api/v1/templates": author,
  "GET /api/v1/templates": reader,
  "GET /api/v1/templates/:template_id": reader,
  "PUT /api/v1/templates/:template_id": author,
  "PATCH /api/v1/templates/:template_id": author,
  "DELETE /api/v1/templates/:template_id": author,
  "GET /api/v1/templates/:template_id/versions": reader,
  "POST /api/v1/templates/:template_id/preview": author,
  "POST /api/v1/event-types": author,
  "GET /api/v1/event-types": reader,
  "GET /api/v1/event-types/:event_type": reader,
  "PUT /api/v1/event-types/:event_type": author,
  "DELETE /api/v1/event-types/:event_type": author,
  "POST /api/v1/api-keys": operator,
  "GET /api/v1/api-keys": operator,
  "DELETE /api/v1/api-keys/:api_key_id": operator
}

/** Who reads by whom a decision was made and what was noted with it, which may say more of people than a story does. */
export const readsNotes = (role: AccessRole): boolean => author.includes(role)

const known = new Map(Object.entries(permissions))

export interface Route {
  readonly method: string
  /** As declared, e.g. `/api/v1/events/:event_id`. */
  readonly path: string
}

export const isPermitted = (role: AccessRole, { method, path }: Route): boolean =>
  known.get(`${method} ${path}`)?.includes(role) === true
