/** What is published in a run: decided by the seed alone, before anything starts. */

import { type Random } from "./random.ts"

/** What is to become of a message where nothing goes wrong. */
export type Kind =
  /** Sent. */
  | "plain"
  /** Sent, and not before its time. */
  | "delayed"
  /** Worthless before it comes: expired. */
  | "late"
  /** Sent; the provider says 451 to its first attempts. */
  | "deferred"
  /** The provider says 550: bounced, with a dead letter. */
  | "refused"
  /** The provider says 550 once; sent when its dead letter is replayed. */
  | "mended"
  /** Sent, over a provider that takes seconds to answer for this one's domain. */
  | "sluggish"

/** What no one can use; each is a dead letter with this reason. NATS alone: over HTTP it is refused at once. */
export type Poison = "invalid_json" | "unknown_event_type" | "invalid_payload" | "no_template"

export interface Item {
  readonly kind: Kind
  readonly eventId: string
  readonly userId: string
  /** No other message of the run goes there. */
  readonly address: string
  /** In doubt, `transactional` is sent again and `campaign` is held. */
  readonly messageClass: "transactional" | "campaign"
  /** Milliseconds after the begin of the load before which it must not be sent; 0 where it need not wait. */
  readonly notBefore_ms: number
}

/** One call of a publisher. */
export interface Publication {
  /** Milliseconds after the begin of the load. */
  readonly at_ms: number
  /** `batch`: all items by one request; else there is one item. */
  readonly via: "http" | "batch" | "nats"
  readonly items: ReadonlyArray<Item>
  /** How often at once; over both ways in turn where more than one. */
  readonly copies: number
}

export interface PoisonPublication {
  readonly at_ms: number
  readonly poison: Poison
  readonly eventId: string
}

export interface Load {
  readonly publications: ReadonlyArray<Publication>
  readonly poison: ReadonlyArray<PoisonPublication>
}

export interface LoadShape {
  /** Messages in all, about. */
  readonly messages: number
  /** Spread over so long. */
  readonly over_ms: number
  /** The share of each kind but `plain`, which is the rest. */
  readonly shares?: Partial<Record<Exclude<Kind, "plain">, number>>
  /** Events that are published many times at once. */
  readonly repeated?: { readonly events: number; readonly copies: number }
  /** Of each kind of poison. */
  readonly poison?: number
  /** The ways in to choose from, the likelier ones more often; all where absent. */
  readonly ways?: Ways
}

type Ways = readonly [Publication["via"], ...ReadonlyArray<Publication["via"]>]

const allWays: Ways = ["http", "http", "nats", "nats", "nats", "batch"]

const usualShares = { delayed: 0.1, late: 0.03, deferred: 0.08, refused: 0.03, mended: 0, sluggish: 0 }

const longestDelay_ms = 8000

const drawKind = (random: Random, shares: Readonly<Record<string, number>>): Kind => {
  let rest = random.next()
  for (const kind of ["delayed", "late", "deferred", "refused", "mended", "sluggish"] as const) {
    rest -= shares[kind] ?? 0
    if (rest < 0) return kind
  }
  return "plain"
}

const drawItem = (random: Random, number: number, { at_ms, kind }: { at_ms: number; kind: Kind }): Item => ({
  kind,
  eventId: random.uuid(),
  userId: `u-${number}`,
  address: `${kind}-${number}@${kind === "sluggish" ? "sluggish" : "usual"}.example`,
  messageClass: random.chance(0.5) ? "transactional" : "campaign",
  notBefore_ms: kind === "delayed" ? at_ms + random.between(1000, longestDelay_ms) : 0
})

const drawSize = (random: Random, ways: Ways, left: number) => {
  const via = random.pick(ways)
  return { via, size: via === "batch" ? Math.min(left, random.between(5, 60)) : 1 }
}

const drawPoison = (random: Random, { over_ms, poison = 0 }: LoadShape): ReadonlyArray<PoisonPublication> =>
  (["invalid_json", "unknown_event_type", "invalid_payload", "no_template"] as const).flatMap((kind) =>
    Array.from({ length: poison }, () => ({
      at_ms: random.between(0, over_ms),
      poison: kind,
      eventId: random.uuid()
    }))
  )

/** Takes from `random` all that it leaves open. Publications come in no order. */
export const planLoad = (shape: LoadShape, random: Random): Load => {
  const shares = { ...usualShares, ...shape.shares }
  const publications: Array<Publication> = []
  let made = 0
  while (made < shape.messages) {
    const at_ms = random.between(0, shape.over_ms)
    const { size, via } = drawSize(random, shape.ways ?? allWays, shape.messages - made)
    const items = Array.from({ length: size }, (_, i) =>
      drawItem(random, made + i, { at_ms, kind: drawKind(random, shares) })
    )
    publications.push({ at_ms, via, items, copies: 1 })
    made += size
  }
  const { copies, events } = shape.repeated ?? { events: 0, copies: 1 }
  for (let i = 0; i < events; i++) {
    const at_ms = random.between(0, shape.over_ms)
    publications.push({
      at_ms,
      via: "http",
      items: [drawItem(random, made + i, { at_ms, kind: "plain" })],
      copies
    })
  }
  return { publications, poison: drawPoison(random, shape) }
}
