/** The evidence of a run, by the keys that the rules look it up by. */

import { type Evidence, type LedgerMessage } from "./Evidence.ts"
import { type Item } from "./Load.ts"

export interface CaseFiles {
  readonly evidence: Evidence
  readonly items: ReadonlyMap<string, Item>
  /** Events that no one can use. */
  readonly poison: ReadonlySet<string>
  readonly messages: ReadonlyMap<string, ReadonlyArray<LedgerMessage>>
  /** Message ids of the mails at each address. */
  readonly taken: ReadonlyMap<string, ReadonlyArray<{ readonly id: string; readonly at: number }>>
}

const group = <A>(list: ReadonlyArray<A>, key: (one: A) => string): Map<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const one of list) {
    const found = groups.get(key(one))
    if (found === undefined) groups.set(key(one), [one])
    else found.push(one)
  }
  return groups
}

export const caseFilesOf = (evidence: Evidence): CaseFiles => ({
  evidence,
  items: new Map(
    evidence.plan.load.publications.flatMap(({ items }) => items.map((item) => [item.eventId, item] as const))
  ),
  poison: new Set(evidence.plan.load.poison.map(({ eventId }) => eventId)),
  messages: group(evidence.messages, ({ event_id }) => event_id),
  taken: group(
    evidence.taken.map(({ messageId, takenAt, to }) => ({
      id: messageId.split("@")[0] ?? "",
      at: takenAt,
      to: to[0] ?? ""
    })),
    ({ to }) => to
  )
})
