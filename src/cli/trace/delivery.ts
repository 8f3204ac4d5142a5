/** One message's life, a step a line: when, how long after the step before, what, and what the provider said. */

import { type DeliveryAttempt, type DeliveryStep, type DeliveryStory } from "#schemas/http/deliveries.ts"

import { colourOf, type Paint } from "./paint.ts"
import { span } from "./span.ts"

const head = (story: DeliveryStory, paint: Paint): ReadonlyArray<string> => {
  const { channel, contact_source, job_id, locale, status, template_code, template_version, user_id } = story
  const version = template_version === null ? "" : ` v${template_version}`
  const contact = contact_source === null ? "" : `, address from ${contact_source}`
  const waits = [
    story.send_after === null ? "" : `  not before ${story.send_after}`,
    story.expires_at === null ? "" : `  not after ${story.expires_at}`
  ]
  return [
    `message ${job_id}  ${paint(colourOf[status], status)}`,
    `  ${channel} to ${user_id}${contact}, ${template_code}${version} ${locale ?? ""}`.trimEnd(),
    ...waits.filter((line) => line !== "")
  ]
}

/** Who answered, and where in the conversation, where that was not its end. */
const speaker = ({ phase, provider, result }: DeliveryAttempt): string => {
  const name = provider ?? "provider"
  return result === "sent" ? name : `${name}, ${result ?? "no result"}${phase === null ? "" : ` at ${phase}`}`
}

/** What the provider said to the attempt, and what follows from it. */
const answer = (attempt: DeliveryAttempt): string => {
  const { provider_code, provider_message, provider_message_id, retry_at } = attempt
  const said = [provider_code ?? "", provider_message ?? ""].join(" ").trim()
  return [
    said === "" ? speaker(attempt) : `${speaker(attempt)}: ${said}`,
    ...(provider_message_id === null ? [] : [`id ${provider_message_id}`]),
    ...(retry_at === null ? [] : [`again at ${retry_at}`])
  ].join(", ")
}

interface Told {
  readonly step: DeliveryStep
  /** The attempt that this step begins, or that it ends. */
  readonly attempt: DeliveryAttempt | undefined
}

/** The n-th `sending` begins attempt n; the step after it says how that ended. */
const withAttempts = ({ attempts, history }: DeliveryStory): ReadonlyArray<Told> => {
  let running: DeliveryAttempt | undefined
  let begun = 0
  return history.map((step) => {
    if (step.status === "sending") {
      running = attempts[begun]
      begun += 1
      return { step, attempt: running }
    }
    const ended = running
    running = undefined
    return { step, attempt: ended }
  })
}

/** What an operator did about it, and why. */
const decided = ({ by = "", note, reason }: DeliveryStep): string =>
  `${reason ?? "decided"} by ${by}${note === undefined ? "" : `: ${note}`}`

const wordsOf = ({ attempt, step }: Told, maxAttempts: number): string => {
  if (step.status === "sending" && attempt !== undefined)
    return `attempt ${attempt.attempt} of ${maxAttempts}`
  if (step.by !== undefined) return decided(step)
  return attempt === undefined ? (step.reason ?? "") : answer(attempt)
}

/** What ended it without an attempt, in full. */
const explanation = ({ attempts, detail }: DeliveryStory): ReadonlyArray<string> =>
  detail === null || attempts.length > 0 ? [] : [`  ${detail}`]

/** Oldest first. */
export const tellDelivery = (story: DeliveryStory, paint: Paint): ReadonlyArray<string> => {
  const told = withAttempts(story)
  const steps = told.map((each, index) => {
    const { at, status } = each.step
    const before = told[index - 1]?.step.at ?? at
    const delta = paint("faint", (index === 0 ? "" : `+${span(before, at)}`).padStart(13))
    const name = paint(colourOf[status], status.padEnd(13))
    return `  ${at} ${delta}  ${name}${wordsOf(each, story.max_attempts)}`.trimEnd()
  })
  return [...head(story, paint), ...steps, ...explanation(story)]
}
