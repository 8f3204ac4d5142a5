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
  /** One each: a character, an escape, a class; null for a group, or what may be absent or repeat. */
  readonly sequence: Array<string | null>
  /** All that it and its groups may read. */
  readonly atoms: Array<string>
  repeats: boolean
  branches: boolean
}

const makeGroup = (): Group => ({ sequence: [], atoms: [], repeats: false, branches: false })

const lastSample = 0x24f
const samples = Array.from({ length: lastSample }, (_, code) => String.fromCharCode(code + 1))

const matched = (atom: string): ReadonlyArray<string> => {
  const expression = new RegExp(`^(?:${atom})$`, "su")
  return samples.filter((character) => expression.test(character))
}

/** Nothing else in the group reads what this atom reads. */
const isMark = (atom: string | null | undefined, { atoms }: Group): boolean => {
  if (atom === null || atom === undefined) return false
  const marks = new Set(matched(atom))
  const others = atoms.toSpliced(atoms.indexOf(atom), 1)
  return !others.some((other) => matched(other).some((character) => marks.has(character)))
}

const runsAway = (group: Group): boolean => {
  const marked =
    !group.branches && (isMark(group.sequence.at(0), group) || isMark(group.sequence.at(-1), group))
  return group.repeats && !marked
}

/** Adds one part of the pattern to the group it stands in. */
const read = (group: Group, part: string): void => {
  if (part === "|") group.branches = true
  else if (isQuantifier(part)) {
    group.sequence.splice(-1, 1, null)
    if (isUnbounded(part)) group.repeats = true
  } else if (!isAnchor(part)) {
    group.sequence.push(part)
    group.atoms.push(part)
  }
}

const close = (outer: Group, inner: Group): void => {
  outer.sequence.push(null)
  outer.atoms.push(...inner.atoms)
  outer.repeats ||= inner.repeats
}

/** Expects a pattern that compiles. */
const repeatsRepetition = (pattern: string): boolean => {
  const parts = pattern.match(token) ?? []
  const open: Array<Group> = [makeGroup()]
  for (const [index, part] of parts.entries()) {
    const group = open.at(-1) ?? makeGroup()
    if (part.startsWith("(")) open.push(makeGroup())
    else if (part === ")") {
      open.pop()
      if (isUnbounded(parts[index + 1] ?? "") && runsAway(group)) return true
      close(open.at(-1) ?? makeGroup(), group)
    } else read(group, part)
  }
  return false
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
  return repeatsRepetition(pattern)
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
