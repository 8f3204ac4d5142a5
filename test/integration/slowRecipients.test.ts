/** A recipient domain for which the mail server takes for ever: all others go on, in front of it and behind it. */

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { engineOn } from "#test/support/engine.ts"
import { eventually } from "#test/support/eventually.ts"
import { registration } from "#test/support/httpCall.ts"
import { ask } from "#test/support/ledger.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { countTaken } from "#test/support/system.ts"

/** More than a worker holds at once. */
const slowOnes = 400
const others = 60

const isSlow = ({ to }: { readonly to: ReadonlyArray<string> }) => to.join().endsWith("@slow.example")

const registered = (n: number, domain: string) => {
  const { payload, ...rest } = registration()
  return { ...rest, payload: { ...payload, email: `user-${n}@${domain}` } }
}

describe("the worker", () => {
  it.live(
    "delivers to all others while one domain's mails are not answered",
    () =>
      Effect.gen(function* () {
        const { publisher, run, sink } = yield* engineOn(yield* freshDatabase)
        const held: Array<() => void> = []
        let isHolding = true
        sink.onAccepted((mail, answer) => (isHolding && isSlow(mail) ? held.push(answer) : answer()))
        const publishAll = (count: number, domain: string) =>
          Effect.forEach(
            Array.from({ length: count }, (_, n) => registered(n, domain)),
            (event) => publisher.publish("events.default.user_registered", event),
            { concurrency: 50, discard: true }
          )
        const statuses = run(
          ask(
            (sql) => sql<Array<{ domain: string; status: string; count: number }>>`
            select split_part(recipient_address, '@', 2) as domain, status, count(*) as count
            from campaign.campaign_messages group by 1, 2`
          )
        )
        const sentTo = (domain: string, count: number) =>
          eventually(`${count} sent to ${domain}`, statuses, {
            holds: (rows) =>
              rows.some((row) => row.domain === domain && row.status === "sent" && row.count === count),
            looks: 900
          })

        yield* publishAll(slowOnes, "slow.example")
        yield* sink.waitFor(20)
        yield* publishAll(others, "other.example")
        yield* sentTo("other.example", others)
        // All of it beside the slow ones, which hold half of the connections and no more.
        assert.lengthOf(held, 20)
        assert.lengthOf(sink.taken, 20 + others)

        isHolding = false
        held.forEach((answer) => answer())
        yield* sentTo("slow.example", slowOnes)
        assert.deepStrictEqual(new Set(countTaken(sink.taken).values()), new Set([1]))
      }).pipe(Effect.provide(NodeServices.layer)),
    180_000
  )
})
