/** The head of a trace: what happened, and what was made of it. */

import { type EventStory } from "#schemas/http/events.ts"

import { type Paint } from "./paint.ts"

const messages = ({ jobs, jobs_count, jobs_truncated }: EventStory): string => {
  const count = jobs_count ?? jobs.length
  const told = jobs_truncated ? `, of which the first ${jobs.length} are told` : ""
  return `${count} ${count === 1 ? "message" : "messages"}${told}`
}

export const tellEvent = (event: EventStory, paint: Paint): ReadonlyArray<string> => {
  const { accepted_at, event_id, event_type, organization_id, reason, status, via } = event
  const why = reason === null ? "" : `: ${reason}`
  return [
    `event ${event_id}  ${paint("bold", event_type)}`,
    `  accepted ${accepted_at} over ${via === "http" ? "HTTP" : "NATS"} for ${organization_id}, ${status}${why}`,
    `  ${messages(event)}`
  ]
}
