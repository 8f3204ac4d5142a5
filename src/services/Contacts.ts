/** The port to whoever knows people: the Auth service, or the local profiles. */

import { Context, Effect, Layer, Option } from "effect"

import { type MessageRow, type ProfileRow } from "#schemas/rows/MessageRow.ts"
import { type Contact, contactOf } from "#src/domain/contact.ts"
import { contactByAnswer } from "#src/domain/profileAnswer.ts"
import { configured } from "#src/providers/auth/Auth.ts"
import { ProfileSource } from "#src/providers/auth/ProfileSource.ts"

export interface Addressee {
  readonly row: MessageRow
  /** What the local profile says; null where there is none. */
  readonly profile: ProfileRow | null
}

export class Contacts extends Context.Service<
  Contacts,
  {
    /** One contact for each, in order. Never fails: whom no one knows has none. */
    readonly find: (people: ReadonlyArray<Addressee>) => Effect.Effect<ReadonlyArray<Contact>>
  }
>()("carillon/services/Contacts") {
  /** Where no `AUTH_URL` is set. */
  static readonly layerLocal = Layer.succeed(
    Contacts,
    Contacts.of({
      find: (people) => Effect.succeed(people.map(({ profile, row }) => contactOf(row, profile, "profile")))
    })
  )

  /** The Auth service's word goes over the local profiles, which serve where it gives none. */
  static readonly layerAuth = Layer.effect(
    Contacts,
    Effect.map(ProfileSource, (source) =>
      Contacts.of({
        find: Effect.fn("Contacts.find")(function* (people) {
          const answers = yield* source.find(new Set(people.map(({ row }) => row.user_id)))
          return people.map(({ profile, row }) =>
            contactByAnswer(row, profile, answers.get(row.user_id) ?? "no_answer")
          )
        })
      })
    )
  )

  /** From Auth where `AUTH_URL` is set. */
  static readonly layerFromConfig = Layer.unwrap(
    Effect.map(
      configured,
      Option.match({
        onNone: () => Contacts.layerLocal,
        onSome: (source) => Layer.provide(Contacts.layerAuth, source)
      })
    )
  )
}
