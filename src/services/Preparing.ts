/** Contacts, templates, rendering: everything that can be done, or can fail for good, before a start. */

import { Array, Clock, Context, Effect, Layer, Result } from "effect"

import { composeEmail, localeOf } from "#src/domain/compose.ts"
import { unsendable } from "#src/domain/fate.ts"
import { toInstant } from "#src/domain/instants.ts"
import { type Settlement } from "#src/domain/Settlement.ts"

import { type Addressee, Contacts } from "./Contacts.ts"
import { type Ready } from "./launch.ts"
import { Templates } from "./Templates.ts"
import { untilLedger } from "./untilLedger.ts"

export interface Prepared {
  readonly ready: ReadonlyArray<Ready>
  /** Of those that can never be sent. */
  readonly settlements: ReadonlyArray<Settlement>
}

export class Preparing extends Context.Service<
  Preparing,
  {
    /** Writes nothing. Waits while the ledger is away. */
    readonly prepare: (people: ReadonlyArray<Addressee>) => Effect.Effect<Prepared>
  }
>()("carillon/services/Preparing") {
  static readonly layer = Layer.effect(
    Preparing,
    Effect.gen(function* () {
      const contacts = yield* Contacts
      const templates = yield* Templates

      const prepare = Effect.fn("Preparing.prepare")(function* (people: ReadonlyArray<Addressee>) {
        const found = yield* contacts.find(people)
        const addressed = Array.zipWith(people, found, ({ row }, contact) => ({ row, contact }))
        const chosen = yield* untilLedger(
          templates.forJobs(addressed.map(({ contact, row }) => ({ row, locale: localeOf(row, contact) })))
        )
        const now = toInstant(yield* Clock.currentTimeMillis)
        const ready: Array<Ready> = []
        const settlements: Array<Settlement> = []
        for (const [{ contact, row }, template] of Array.zip(addressed, chosen)) {
          const composed = composeEmail(row, contact, template)
          if (Result.isFailure(composed)) settlements.push(unsendable(row, composed.failure, now))
          else ready.push({ row, email: composed.success, source: contact.source })
        }
        return { ready, settlements }
      })

      return Preparing.of({ prepare })
    })
  )
}
