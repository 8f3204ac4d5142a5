/** Numbers that a seed decides: the same seed, the same numbers, in the same order. */

import { createHash } from "node:crypto"

export interface Random {
  /** In [0, 1). */
  readonly next: () => number
  /** Whole, both ends included. */
  readonly between: (least: number, most: number) => number
  /** One of them; the list is not empty. */
  readonly pick: <A>(list: readonly [A, ...ReadonlyArray<A>]) => A
  /** True with this probability, in [0, 1]. */
  readonly chance: (probability: number) => boolean
  /** A version 4 UUID. */
  readonly uuid: () => string
}

/** Mulberry32 (Tommy Ettinger, 2017): short, and good enough to choose instants and victims. */
const mulberry32 = (start: number) => {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** @param text what the numbers are a function of: a scenario's name and its seed */
export const makeRandom = (text: string): Random => {
  const next = mulberry32(createHash("sha256").update(text).digest().readInt32LE(0))
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join("")
  return {
    next,
    between,
    pick: ([first, ...rest]) => [first, ...rest][between(0, rest.length)] ?? first,
    chance: (probability) => next() < probability,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
  }
}
