/** The jobs that are carried: about 580 bytes of JSON, as `JOBS_EMAIL` has them. */

import { randomUUID } from "node:crypto"

import { Instant } from "../../schemas/Instant.ts"

const encoder = new TextEncoder()

export const jobOf = (n: number, extra: Readonly<Record<string, unknown>> = {}) => ({
  job_id: `019ab000-0000-8000-8000-${n.toString(16).padStart(12, "0")}`,
  user_id: `user-${n}`,
  channel: "email",
  template_code: "receipt",
  locale: "en",
  data: {
    user_id: `user-${n}`,
    first_name: "Ada",
    order: { id: n, total: 1234.5, currency: "EUR" },
    items: [
      { title: "A difference engine", count: 1 },
      { title: "Punched cards", count: 400 }
    ],
    ...extra
  },
  meta: {
    organization_id: "default",
    event_id: randomUUID(),
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  },
  priority: "normal",
  max_attempts: 5,
  created_at: Instant.make("2026-11-21T08:00:00.000Z")
})

export const bytesOf = (job: ReturnType<typeof jobOf>): Uint8Array => encoder.encode(JSON.stringify(job))

/** Where Carillon's jobs lie. */
export const jobSubject = "jobs.email.tx.default"
