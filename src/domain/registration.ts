/** What a `user_registered` event tells us about a person: the local profile. */

import { Option } from "effect"

import { type ProfileRow } from "#schemas/rows/MessageRow.ts"

import { type CheckedEvent } from "./plan.ts"

/** Null: not said, so what is known stays. */
export interface ProfileChange extends ProfileRow {
  readonly user_id: string
}

/** What is empty or too long for its column is as if it had not been said: in code points, as Postgres counts. */
const textOf = (value: unknown, longest: number): string | null =>
  typeof value === "string" && value !== "" && Array.from(value).length <= longest ? value : null

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** None for every other type of event. */
export const profileChange = ({ envelope }: CheckedEvent): Option.Option<ProfileChange> => {
  const { attributes, email, first_name, last_name, locale, phone, timezone, user_id } = envelope.payload
  if (envelope.event_type !== "user_registered" || textOf(user_id, 100) === null) return Option.none()
  return Option.some({
    user_id: String(user_id),
    email: textOf(email, 320),
    phone: textOf(phone, 50),
    first_name: textOf(first_name, 255),
    last_name: textOf(last_name, 255),
    locale: textOf(locale, 35),
    timezone: textOf(timezone, 64),
    attributes: isRecord(attributes) ? attributes : {}
  })
}
