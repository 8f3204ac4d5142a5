/** What publishers, and who should not be able to, put on the subjects of NATS. */

import * as fc from "fast-check"

import { type JsonSchema, valueFor } from "./fromJsonSchema.ts"
import { bodyTextOf, hostileValue } from "./hostile.ts"

export interface FuzzedMessage {
  readonly subject: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Below the server's `max_payload`; far more than an event may have. */
const largest_bytes = 900_000

const events = fc.constantFrom(
  "events.default.user_registered",
  "events.default.user_registered",
  "events.default.user_registered",
  "events.other.user_registered",
  "events.default.fuzz_type",
  "events.default.A.b",
  "events.default.__proto__",
  "events.No-Organization.x",
  `events.default.${"x".repeat(200)}`
)

const uuid = fc.oneof(fc.uuid(), fc.constantFrom("0197a3c4-0000-7000-8000-000000000001", "not a uuid"))

const hint = fc.oneof(
  { weight: 3, arbitrary: fc.record({ job_id: uuid }) },
  { weight: 1, arbitrary: hostileValue }
)

const advisory = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      stream: fc.constantFrom("JOBS_EMAIL", "EVENTS", "ADVISORIES", "DLQ", "NOTHING", "a b", ""),
      consumer: fc.constantFrom("deliver-email", "plan-events", "bury-dead-letters", "nobody", "*"),
      stream_seq: fc.oneof(fc.nat({ max: 50 }), fc.constantFrom(-1, 0, 2 ** 53, 2 ** 63, 1.5)),
      deliveries: fc.oneof(fc.nat({ max: 30 }), fc.constantFrom(-1, 1e300)),
      reason: fc.string({ unit: "binary", maxLength: 5000 })
    })
  },
  { weight: 1, arbitrary: hostileValue }
)

const given = "$JS.EVENT.ADVISORY.CONSUMER"

const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        "Nats-Msg-Id": fc.constantFrom("1", "x".repeat(2000)),
        traceparent: fc.constantFrom("00-0-0-0", "x".repeat(5000), "é"),
        "Carillon-Accepted-At": fc.constantFrom(
          "9999-12-31T23:59:59Z",
          "1970-01-01T00:00:00Z",
          "0000-00-00T00:00:00Z",
          "yesterday"
        ),
        "X-Odd": fc.constantFrom("", "é\u{1f4a3}", "x".repeat(3000))
      },
      { requiredKeys: [] }
    )
  }
)

const bytesOf = (body: string | Uint8Array): Uint8Array =>
  (typeof body === "string" ? new TextEncoder().encode(body) : body).slice(0, largest_bytes)

const messageOn = (subject: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
  fc.record({ subject, headers, body: bodyTextOf(value).map(bytesOf) })

/** @param event the schema of an event's envelope, from the document that the server serves */
export const messagesOf = (event: JsonSchema): fc.Arbitrary<FuzzedMessage> =>
  fc.oneof(
    { weight: 6, arbitrary: messageOn(events, valueFor(event, "")) },
    {
      weight: 2,
      arbitrary: messageOn(fc.constantFrom("jobs.email.tx.default", "jobs.email.tx.other"), hint)
    },
    {
      weight: 2,
      arbitrary: messageOn(
        fc.constantFrom(
          `${given}.MAX_DELIVERIES.JOBS_EMAIL.deliver-email`,
          `${given}.MSG_TERMINATED.EVENTS.plan-events`
        ),
        advisory
      )
    }
  )
