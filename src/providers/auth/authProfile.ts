/** Profiles as the Auth service writes them, read leniently: members that we do not know become attributes. */

import { Option, Schema } from "effect"

import { type UserId } from "#schemas/Ids.ts"
import { type ProfileRow } from "#schemas/rows/MessageRow.ts"
import { type ProfileAnswer } from "#src/domain/profileAnswer.ts"

const text = Schema.optionalKey(Schema.NullOr(Schema.String))

const AuthProfile = Schema.StructWithRest(
  Schema.Struct({
    email: text,
    phone: text,
    first_name: text,
    last_name: text,
    locale: text,
    timezone: text
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)

const decodeProfile = Schema.decodeUnknownOption(AuthProfile)
const decodeOwner = Schema.decodeUnknownOption(Schema.Struct({ user_id: Schema.String }))

/** Blank is as good as unsaid. */
const said = (value: string | null | undefined): string | null =>
  value === undefined || value === null || value.trim() === "" ? null : value

const toRow = ({
  email,
  first_name,
  last_name,
  locale,
  phone,
  timezone,
  user_id: _owner,
  ...attributes
}: typeof AuthProfile.Type): ProfileRow => ({
  email: said(email),
  phone: said(phone),
  first_name: said(first_name),
  last_name: said(last_name),
  locale: said(locale),
  timezone: said(timezone),
  attributes
})

/** One member of a wrong type makes the whole profile unreadable: no half of it may decide where mail goes. */
const read = (profile: unknown): ProfileAnswer =>
  Option.match(decodeProfile(profile), { onNone: () => "no_answer", onSome: toRow })

const ownerOf = (profile: unknown): string | undefined => Option.getOrUndefined(decodeOwner(profile))?.user_id

/** Of the answer about one. A profile that says it is another's is no answer: mail must not go to the wrong person. */
export const answerAbout = (user: UserId, profile: unknown): ProfileAnswer =>
  (ownerOf(profile) ?? user) === user ? read(profile) : "no_answer"

/**
 * Of the answer about many. Whom it does not mention, nobody knows; unless it holds a profile that does not say whose it is,
 * which may be theirs.
 */
export const answersAbout = (
  users: ReadonlyArray<UserId>,
  profiles: ReadonlyArray<unknown>
): ReadonlyMap<UserId, ProfileAnswer> => {
  const byOwner = new Map(profiles.map((profile) => [ownerOf(profile), profile]))
  const unmentioned: ProfileAnswer = byOwner.has(undefined) ? "no_answer" : "nobody"
  return new Map(users.map((user) => [user, byOwner.has(user) ? read(byOwner.get(user)) : unmentioned]))
}
