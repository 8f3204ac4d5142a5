/** What the service that keeps the people says of one of them, and the contact that follows from it. */

import { type MessageRow, type ProfileRow } from "#schemas/rows/MessageRow.ts"

import { type Contact, contactOf } from "./contact.ts"

/** `nobody`: it answered, and knows no such person. `no_answer`: it did not answer, or not in a way that can be read. */
export type ProfileAnswer = ProfileRow | "nobody" | "no_answer"

/** The local profile, null where there is none, counts only where no answer came. */
export const contactByAnswer = (
  row: MessageRow,
  local: ProfileRow | null,
  answer: ProfileAnswer
): Contact => {
  if (answer === "no_answer") return contactOf(row, local, "fallback")
  return contactOf(row, answer === "nobody" ? null : answer, "auth")
}
