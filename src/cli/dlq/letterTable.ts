/** Dead letters for a terminal: a line each, and what to do about each reason among them. */

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"
import { type DeadLetterSummary, type DeadLetterWhole } from "#schemas/http/deadLetters.ts"

import { advice } from "./advice.ts"

/** Of a detail, in one line. */
const longestDetail = 100

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line.length > longestDetail ? `${line.slice(0, longestDetail - 1)}…` : line
}

/** What died: an event of a type, or a message. */
const subjectOf = ({ event_type, job_id, subject }: DeadLetterSummary): string =>
  [event_type === null ? [] : `event ${event_type}`, job_id === null ? [] : `message ${job_id}`, subject]
    .flat()
    .slice(0, 1)
    .join("")

const stateOf = ({ decided_by, state }: DeadLetterSummary): string =>
  state === "open" ? "" : `  ${state} by ${decided_by ?? "an operator"}`

const linesOf = (letter: DeadLetterSummary): ReadonlyArray<string> => [
  `${letter.died_at}  ${letter.dead_letter_id}  ${letter.reason.padEnd(18)}  ${subjectOf(letter)}${stateOf(letter)}`,
  `    ${oneLine(letter.detail)}`
]

const whatToDo = (reasons: ReadonlySet<DeadLetterReason>): ReadonlyArray<string> =>
  reasons.size === 0
    ? []
    : ["", "what to do:", ...[...reasons].map((reason) => `  ${reason.padEnd(18)}  ${advice[reason]}`)]

/** @param total of all pages */
export const letterTable = (
  letters: ReadonlyArray<DeadLetterSummary>,
  total: number
): ReadonlyArray<string> => [
  ...letters.flatMap(linesOf),
  ...(letters.length < total ? [`… ${total - letters.length} more`] : []),
  ...(letters.length === 0 ? ["no dead letters"] : []),
  ...whatToDo(new Set(letters.filter(({ state }) => state === "open").map(({ reason }) => reason)))
]

const member = (name: string, value: string): string => `  ${name.padEnd(11)}${value}`

/** One of them whole. */
export const wholeLetter = (letter: DeadLetterWhole): ReadonlyArray<string> => [
  `dead letter ${letter.dead_letter_id}  ${letter.state}`,
  member("died at", letter.died_at),
  member("in", `${letter.stream} as ${letter.subject}, given up by ${letter.consumer}`),
  member("reason", `${letter.reason}: ${letter.detail}`),
  ...(letter.job_id === null
    ? []
    : [member("message", `${letter.job_id} (carillon trace ${letter.job_id})`)]),
  ...(letter.event_id === null ? [] : [member("event", letter.event_id)]),
  member("deliveries", String(letter.deliveries)),
  ...letter.history.map((attempt) => member("attempt", JSON.stringify(attempt))),
  ...(letter.state === "open" ? [member("what to do", advice[letter.reason])] : []),
  ...(letter.decided_at === null
    ? []
    : [member("decided", `${letter.decided_at} by ${letter.decided_by ?? ""}`)]),
  "",
  letter.body ?? `${letter.body_base64 ?? ""} (base64)`
]
