/** `carillon dlq`: what died, shown, replayed or discarded. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

import { DeadLetterReason } from "#schemas/DeadLetter.ts"

import { json } from "../asJson.ts"
import { httpClient } from "../httpClient.ts"

const deeds = Effect.promise(() => import("../dlq/deeds.ts"))

const filter = {
  stream: Flag.String("stream").pipe(Flag.withDescription("Such as EVENTS or JOBS_EMAIL"), Flag.optional),
  reason: Flag.Literals("reason", DeadLetterReason.literals).pipe(
    Flag.withDescription("Why it died"),
    Flag.optional
  ),
  eventType: Flag.String("event-type").pipe(Flag.withDescription("Of events only"), Flag.optional),
  job: Flag.String("job").pipe(Flag.withDescription("A job_id"), Flag.optional)
}

const list = Command.make(
  "list",
  {
    ...filter,
    state: Flag.Literals("state", ["open", "replayed", "discarded", "all"]).pipe(
      Flag.withDescription("What was decided about them"),
      Flag.withDefault("open")
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many, 1 to 100"), Flag.withDefault(20)),
    json
  },
  (asked) => Effect.flatMap(deeds, ({ list }) => list(asked))
).pipe(
  Command.provide(httpClient),
  Command.withDescription("List dead letters, newest first, and what to do")
)

const show = Command.make(
  "show",
  { id: Argument.String("dead_letter_id").pipe(Argument.withDescription("As dlq list shows it")), json },
  (asked) => Effect.flatMap(deeds, ({ show }) => show(asked))
).pipe(
  Command.provide(httpClient),
  Command.withDescription("Show one whole: reason, what was tried, the message itself")
)

const order = {
  id: Argument.String("dead_letter_id").pipe(Argument.withDescription("One letter"), Argument.optional),
  ...filter,
  all: Flag.Boolean("all").pipe(
    Flag.withDescription("All that are open, where no filter is given"),
    Flag.withDefault(false)
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Count them, and change nothing"),
    Flag.withDefault(false)
  ),
  json
}

const replay = Command.make("replay", order, (asked) =>
  Effect.flatMap(deeds, ({ replay }) => replay(asked))
).pipe(
  Command.provide(httpClient),
  Command.withDescription("Do again what died: one letter, or all open ones that a filter matches"),
  Command.withExamples([
    {
      command: "carillon dlq replay --reason no_template --dry-run",
      description: "How many messages a template was missing for"
    }
  ])
)

const discard = Command.make("discard", order, (asked) =>
  Effect.flatMap(deeds, ({ discard }) => discard(asked))
).pipe(
  Command.provide(httpClient),
  Command.withDescription("Close what needs nothing more: one letter, or all open ones that a filter matches")
)

export const dlq = Command.make("dlq").pipe(
  Command.withDescription("Dead letters"),
  Command.withSubcommands([list, show, replay, discard])
)
