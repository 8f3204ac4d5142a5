/** Messages of both classes: in doubt, a registration's is sent again and a promotion's is held for an operator. */

import { Effect } from "effect"

import { type Call, registration, type Reply } from "#test/support/httpCall.ts"

const promotionType = {
  event_type: "promotion",
  notifications: [
    {
      template_code: "welcome_email",
      channels: ["email"],
      recipients: { from: "payload", path: "user_id" },
      contacts: { email: "email" },
      message_class: "campaign"
    }
  ]
}

/** Makes the type; dies where the API refuses it. */
export const definePromotions = <E>(call: (what: Call) => Effect.Effect<Reply, E>) =>
  call({ path: "/api/v1/event-types", body: promotionType }).pipe(
    Effect.flatMap(({ status, text }) => (status === 201 ? Effect.void : Effect.die(text)))
  )

export const promotion = (rest: Readonly<Record<string, unknown>> = {}) =>
  registration({ event_type: "promotion", ...rest })
