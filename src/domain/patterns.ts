/**
 * Regular expressions that operators write into schemas, kept from running away on a hostile text: repetitions
 * within repetitions, whose time doubles with each character, are refused unless something marks where each
 * round begins or ends; what is left takes at most the square or cube of a bounded length.
 */

import { Result } from "effect"

/** In UTF-16 code units. */
const longestPattern = 1000

/** A longer text does not match; in UTF-16 code units. */
export const longestText = 10_000

const token =
  /\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|p\{[^}]*\}|k<[^>]*>|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|[*+?]\??|\{\d+(?:,\d*)?\}\??|\||./gisu

const isQuantifier = (text: string): boolean => /^(?:[*+?]|\{\d)/.test(text)
const isUnbounded = (text: string): boolean => /^(?:[*+]|\{\d+,\})/.test(text)
const isAnchor = (text: string): boolean => /^(?:[$^]|\\b)$/i.test(text)

/** What stands between two parentheses. */
interface Group {
  /** A character, an escape, a class or a group; null for what may be absent or repeat. */
  readonly sequence: Array<string | Group | null>
  /** All that it and its groups may read. */
  readonly atoms: Array<string>
  repeats: boolean
  branches: boolean
  /** One of its repetitions can take for ever. */
  runsAway: boolean
}

const lastSample = 0x24f
const samples = Array.from({ length: lastSample }, (_, code) => String.fromCharCode(code + 1))

const matched = (atom: string): ReadonlyArray<string> => {
  const expression = new RegExp(`^(?:${atom})$`, "su")
  return samples.filter((character) => expression.test(character))
}

/** Nothing else in the group reads what this atom reads. */
const isMark = (part: string | Group | null | undefined, { atoms }: Group): boolean => {
  if (typeof part !== "string") return false
  const marks = new Set(matched(part))
  const others = atoms.toSpliced(atoms.indexOf(part), 1)
  return !others.some((other) => matched(other).some((character) => marks.has(character)))
}

/** One round can be told from the next in one way only. */
const isMarked = (group: Group): boolean =>
  !group.branches && [group.sequence.at(0), group.sequence.at(-1)].some((part) => isMark(part, group))

const quantify = (group: Group, quantifier: string): void => {
  const [last] = group.sequence.splice(-1, 1, null)
  if (!isUnbounded(quantifier)) return
  group.repeats = true
  if (typeof last === "object" && last?.repeats === true && !isMarked(last)) group.runsAway = true
}

const include = (group: Group, inner: Group): void => {
  group.sequence.push(inner)
  group.atoms.push(...inner.atoms)
  group.repeats ||= inner.repeats
  group.runsAway ||= inner.runsAway
}

/** Reads up to the parenthesis that closes the group, or to the end; as deep as the pattern's parentheses. */
const readGroup = (parts: Iterator<string>): Group => {
  const group: Group = { sequence: [], atoms: [], repeats: false, branches: false, runsAway: false }
  for (let next = parts.next(); next.done !== true && next.value !== ")"; next = parts.next()) {
    const part = next.value
    if (part.startsWith("(")) include(group, readGroup(parts))
    else if (part === "|") group.branches = true
    else if (isQuantifier(part)) quantify(group, part)
    else if (!isAnchor(part)) {
      group.sequence.push(part)
      group.atoms.push(part)
    }
  }
  return group
}

const compiles = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "u").source !== ""
  } catch {
    return false
  }
}

/** Fails with what is expected of it instead. */
export const checkPattern = (pattern: string): Result.Result<string, string> => {
  if (pattern.length > longestPattern)
    return Result.fail(`expected a pattern of at most ${longestPattern} characters`)
  if (!compiles(pattern)) return Result.fail("expected a regular expression")
  return readGroup([...pattern.matchAll(token)].map(([part]) => part).values()).runsAway
    ? Result.fail(
        "expected a pattern without a repetition inside of a repeated group, such as (a+)+, which can take for ever"
      )
    : Result.succeed(pattern)
}

/** Of a pattern that was checked. */
export const boundedPattern = (
  pattern: string,
  flags: string
): { readonly test: (text: string) => boolean } => {
  const expression = new RegExp(pattern, flags)
  return { test: (text) => text.length <= longestText && expression.test(text) }
}
