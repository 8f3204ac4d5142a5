/**
 * Which role may call what, written from the contract by hand: `operator` everything; `editor` templates, event types,
 * previews, and all reading but keys; `publisher` events and notifications, and reading those and their deliveries;
 * `viewer` all reading but keys. A new route has its line here and in `src/domain/permissions.ts`.
 */

/** o, e, p, v: the roles by their first letters. */
export const expectedPermissions: Readonly<Record<string, string>> = {
  "POST /api/v1/events": "op",
  "POST /api/v1/events/batch": "op",
  "GET /api/v1/events/:event_id": "oepv",
  "POST /api/v1/notifications/send": "op",
  "GET /api/v1/users/:user_id/notifications": "oepv",
  "GET /api/v1/deliveries": "oepv",
  "GET /api/v1/deliveries/:job_id": "oepv",
  "POST /api/v1/deliveries/:job_id/resolve": "o",
  "GET /api/v1/balance": "oev",
  "GET /api/v1/dead-letters": "oev",
  "GET /api/v1/dead-letters/:dead_letter_id": "oev",
  "POST /api/v1/dead-letters/replay": "o",
  "POST /api/v1/dead-letters/discard": "o",
  "POST /api/v1/dead-letters/:dead_letter_id/replay": "o",
  "DELETE /api/v1/dead-letters/:dead_letter_id": "o",
  "POST /api/v1/templates": "oe",
  "GET /api/v1/templates": "oev",
  "GET /api/v1/templates/:template_id": "oev",
  "PUT /api/v1/templates/:template_id": "oe",
  "PATCH /api/v1/templates/:template_id": "oe",
  "DELETE /api/v1/templates/:template_id": "oe",
  "GET /api/v1/templates/:template_id/versions": "oev",
  "POST /api/v1/templates/:template_id/preview": "oe",
  "POST /api/v1/event-types": "oe",
  "GET /api/v1/event-types": "oev",
  "GET /api/v1/event-types/:event_type": "oev",
  "PUT /api/v1/event-types/:event_type": "oe",
  "DELETE /api/v1/event-types/:event_type": "oe",
  "POST /api/v1/api-keys": "o",
  "GET /api/v1/api-keys": "o",
  "DELETE /api/v1/api-keys/:api_key_id": "o"
}

/** What needs no credentials at all. */
export const openRoutes: ReadonlyArray<string> = ["GET /health", "GET /health/ready", "GET /metrics"]
