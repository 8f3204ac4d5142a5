/** What `carillon restore` does and says. */

import { Console, Effect, Layer } from "effect"

import { restoration } from "#src/main.ts"
import { Restoration, type Restored } from "#src/services/Restoration.ts"

import { asJson } from "./asJson.ts"
import { connected } from "./connected.ts"

export const restoring = Layer.provide(restoration, connected)

const lines = ({ events, inDoubt, mayHaveBeenReplayed, outcomes }: Restored): ReadonlyArray<string> => [
  `${events.read} events read: ${events.accepted} accepted again, with ${events.messages} messages`,
  ...(events.refused > 0
    ? [`${events.refused} events are refused: \`carillon dlq list --stream EVENTS\` says why`]
    : []),
  `${outcomes.read} outcomes read: ${outcomes.settled} messages settled by them`,
  ...(outcomes.withoutMessage > 0
    ? [`${outcomes.withoutMessage} outcomes are of messages that neither the ledger nor EVENTS has`]
    : []),
  `${inDoubt} messages of campaigns are in doubt: unknown, reason restored, for an operator to resolve`,
  ...(mayHaveBeenReplayed > 0
    ? [
        `${mayHaveBeenReplayed} dead messages of campaigns may have been replayed since: look before you replay them (again)`
      ]
    : [])
]

const toJson = ({ events, inDoubt, mayHaveBeenReplayed, outcomes }: Restored, dryRun: boolean) => ({
  events,
  outcomes: {
    read: outcomes.read,
    settled: outcomes.settled,
    without_message: outcomes.withoutMessage
  },
  in_doubt: inDoubt,
  may_have_been_replayed: mayHaveBeenReplayed,
  dry_run: dryRun
})

interface Wishes {
  readonly dryRun: boolean
  readonly confirmFailover: boolean
  readonly takeOver: boolean
  readonly evenIfCurrent: boolean
  readonly json: boolean
}

export const restoreAndTell = Effect.fnUntraced(function* ({ dryRun, json, ...permission }: Wishes) {
  const restored = yield* Restoration.use(({ restore }) => restore({ ...permission, rehearsal: dryRun }))
  const end = dryRun
    ? "A dry run: nothing was changed."
    : "The ledger is current; every process goes on by itself."
  yield* Console.log(json ? asJson(toJson(restored, dryRun)) : [...lines(restored), end].join("\n"))
})
