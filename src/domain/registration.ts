/** What a `user_registered` event tells us about a person: the local profile. */

import { Option } from "effect"

import { type CheckedEvent } from "./plan.ts"

export interface ProfileChange {
  readonly user_id: string
  /** Null: not said, so what is known stays. */
  readonly email: string | null
  readonly phone: string | null
  readonly first_name: string | null
  readonly last_name: string | null
  readonly locale: string | null
  readonly timezone: string | null
  readonly attributes: Readonly<Record<string, unknown>>
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** None for every other type of event. */
export const profileChange = ({ envelope }: CheckedEvent): Option.Option<ProfileChange> => {
  const { attributes, email, first_name, last_name, locale, phone, timezone, user_id } = envelope.payload
  if (envelope.event_type !== "user_registered" || typeof user_id !== "string") return Option.none()
  return Option.some({
    user_id,
    email: textOf(email),
    phone: textOf(phone),
    first_name: textOf(first_name),
    last_name: textOf(last_name),
    locale: textOf(locale),
    timezone: textOf(timezone),
    attributes: isRecord(attributes) ? attributes : {}
  })
}
