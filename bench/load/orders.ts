/** Orders that are paid, as events: a type and a template of their own, and the bodies of requests. */

import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

import { orderOf, template } from "../measure/mail.ts"
import { settings } from "../measure/side.ts"
import { operatorKey } from "./operatorKey.ts"

export const headers = { "content-type": "application/json", authorization: `Bearer ${operatorKey}` }

export const eventOf = (n: number) => ({
  event_id: randomUUID(),
  event_type: "order_paid",
  source: "bench",
  occurred_at: new Date().toISOString(),
  payload: orderOf(n)
})

export const post = async (path: string, body: unknown): Promise<void> => {
  const response = await fetch(`${settings.apiUrl}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body)
  })
  const text = await response.text()
  if (!response.ok || text.includes('"error"'))
    throw new Error(`${path}: ${response.status} ${text.slice(0, 500)}`)
}

/** Returns when the gateway answers. */
export const awaitGateway = async (): Promise<void> => {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is there
    const isThere = await fetch(`${settings.apiUrl}/health`).then(
      ({ ok }) => ok,
      () => false
    )
    if (isThere) return
    // oxlint-disable-next-line no-await-in-loop
    await sleep(50)
  }
}

/** The template, and what leads from the event to it. */
export const configure = async (): Promise<void> => {
  await post("/api/v1/templates", {
    template_code: "order",
    channel: "email",
    locale: "en",
    content: template
  })
  await post("/api/v1/event-types", {
    event_type: "order_paid",
    payload_schema: { type: "object", required: ["user_id", "amount"] },
    notifications: [
      {
        template_code: "order",
        channels: ["email"],
        recipients: { from: "payload", path: "user_id" },
        contacts: { email: "email" }
      }
    ]
  })
}
