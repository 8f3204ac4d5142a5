/** How many sends may be under way, and to whom: taken by whole batches, given back one by one from plain callbacks. */

import { setImmediate } from "node:timers"
import { setTimeout as pass } from "node:timers/promises"

import { Effect } from "effect"

import { fairShare } from "#src/domain/fairShare.ts"

export interface Slots {
  /** Takes what may be taken now for these recipients; their positions. Perhaps none. */
  readonly take: (addresses: ReadonlyArray<string>) => ReadonlyArray<number>
  /**
   * Returns when one of these recipients may have a slot, unless somebody else takes it. Where few of them may, it waits
   * for more, for 3 ms: what is started together costs the ledger one statement.
   */
  readonly awaitRoom: (addresses: ReadonlyArray<string>) => Effect.Effect<void>
  /** When a slot of one of these recipients' domains was last taken or released, in ms; of a domain that has none, anyone's. */
  readonly movedAt: (addresses: ReadonlyArray<string>) => number
  readonly release: (addresses: ReadonlyArray<string>) => void
  readonly free: () => number
}

/** Nothing beside the time that a mail takes, and long beside that of a statement. */
const linger_ms = 3

const linger = Effect.promise((signal) => pass(linger_ms, undefined, { signal }).catch(() => undefined))

interface Share {
  holds: number
  movedAt: number
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase()

/** Those who wait look again once for all that happens in one turn of the event loop, and no fiber wakes in vain. */
const makeWaiting = () => {
  const waiting = new Set<() => void>()
  let isLookDue = false

  const lookSoon = (): void => {
    if (isLookDue || waiting.size === 0) return
    isLookDue = true
    setImmediate(() => {
      isLookDue = false
      for (const look of waiting) look()
    })
  }

  const until = (holds: () => boolean): Effect.Effect<void> =>
    Effect.callback((resume) => {
      const look = (): void => {
        if (!holds()) return
        waiting.delete(look)
        resume(Effect.void)
      }
      waiting.add(look)
      look()
      return Effect.sync(() => waiting.delete(look))
    })

  return { lookSoon, until }
}

/** One domain alone gets half of `size`, rounded up. `now` in milliseconds. */
export const makeSlots = (size: number, now: () => number): Slots => {
  /** Half of what one domain has when it is alone. */
  const enough = Math.ceil(size / 4)
  let free = size
  let movedAt = now()
  const held = new Map<string, Share>()
  const { lookSoon, until } = makeWaiting()

  const share = (domains: ReadonlyArray<string>) =>
    fairShare(domains, { free, holds: (domain) => held.get(domain)?.holds ?? 0 })

  const count = (domain: string, change: 1 | -1): void => {
    free -= change
    movedAt = now()
    const holds = (held.get(domain)?.holds ?? 0) + change
    if (holds === 0) held.delete(domain)
    else held.set(domain, { holds, movedAt })
  }

  const awaitRoomFor = (many: number, domains: ReadonlyArray<string>) =>
    until(() => share(domains).length >= many)

  const awaitRoom = (addresses: ReadonlyArray<string>): Effect.Effect<void> => {
    const domains = addresses.map(domainOf)
    const many = Math.min(domains.length, enough)
    return Effect.andThen(
      awaitRoomFor(1, domains),
      Effect.suspend(() =>
        share(domains).length >= many ? Effect.void : Effect.raceFirst(awaitRoomFor(many, domains), linger)
      )
    )
  }

  return {
    take: (addresses) => {
      const domains = addresses.map(domainOf)
      const positions = share(domains)
      const taken = new Set(positions)
      for (const [position, domain] of domains.entries()) if (taken.has(position)) count(domain, 1)
      return positions
    },
    awaitRoom,
    free: () => free,
    movedAt: (addresses) =>
      Math.max(...addresses.map((address) => held.get(domainOf(address))?.movedAt ?? movedAt)),
    release: (addresses) => {
      for (const address of addresses) count(domainOf(address), -1)
      lookSoon()
    }
  }
}
