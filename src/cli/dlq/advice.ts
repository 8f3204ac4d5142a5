/** What an operator does about a dead letter, by its reason. */

import { type DeadLetterReason } from "#schemas/DeadLetter.ts"

export const advice: Readonly<Record<DeadLetterReason, string>> = {
  invalid_json: "the publisher sent no JSON: repair it there, publish again, discard this",
  invalid_event: "the publisher sent no event: repair it there, publish it again, discard this",
  invalid_payload: "repair the publisher and publish again, or the event type's payload_schema and replay",
  unknown_event_type: "configure the event type (POST /api/v1/event-types), then replay",
  event_conflict: "the publisher used an event_id twice: publish it under a new one, discard this",
  not_implemented: "what it asks for is not built: replay with a version that has it, or discard",
  too_large: "larger than any event may be: publish less, discard this",
  missing_row: "a hint of a message that the ledger does not have: discard",
  no_contact: "give the user an address (profile, or the Auth service), then replay",
  no_template: "save the template for the channel and locale, then replay",
  render_failed: "repair the template, then replay",
  rejected: "the provider refused it for good: correct the address or the content and replay, or discard",
  attempts_exhausted: "the provider was not able to for all attempts: replay when it is",
  crash_loop: "it ends the process that takes it up: look into the log, replay with a version that can"
}
