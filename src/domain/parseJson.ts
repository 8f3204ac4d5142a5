/** Bytes and text to JSON, with the place of the first mistake. */

import { Option, Result } from "effect"

export interface NotJson {
  /** Where the mistake is, counted in UTF-16 code units from 0; the length of the text where it ends too early. */
  readonly position: number
}

/** An attempt on a long text takes milliseconds; the place of its mistake is then only its end. */
const longestSearched = 262_144

const parse = (text: string): Result.Result<unknown, string> =>
  Result.try({
    try: (): unknown => JSON.parse(text),
    catch: (error) => (error instanceof SyntaxError ? error.message : "")
  })

const statedPosition = (message: string): number | undefined => {
  const digits = /at position (\d+)/.exec(message)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** A text that could still become JSON if more of it came. */
const isUnfinished = (text: string): boolean => {
  const parsed = parse(text)
  if (Result.isSuccess(parsed)) return true
  const message = parsed.failure
  return (
    message.includes("end of JSON") ||
    message.includes("Unterminated") ||
    statedPosition(message) === text.length
  )
}

/** V8 does not say where an unexpected token is: it is the last character of the shortest text that is past saving. */
const search = (text: string): number => {
  let unfinished = 0
  let broken = text.length
  while (broken - unfinished > 1) {
    const middle = Math.floor((unfinished + broken) / 2)
    if (isUnfinished(text.slice(0, middle))) unfinished = middle
    else broken = middle
  }
  return unfinished
}

const positionOf = (text: string, message: string): number => {
  const stated = statedPosition(message)
  if (stated !== undefined) return stated
  if (message.includes("end of JSON") || text.length > longestSearched) return text.length
  return search(text)
}

export const parseJson = (text: string): Result.Result<unknown, NotJson> =>
  Result.mapError(parse(text), (message) => ({ position: positionOf(text, message) }))

const utf8 = new TextDecoder("utf-8", { fatal: true })
const decodeUtf8 = Option.liftThrowable((bytes: Uint8Array) => utf8.decode(bytes))

/** Fails with a sentence that says where to look. */
export const parseJsonBytes = (bytes: Uint8Array): Result.Result<unknown, string> =>
  Option.match(decodeUtf8(bytes), {
    onNone: () => Result.fail("the body is not UTF-8"),
    onSome: (text) =>
      Result.mapError(parseJson(text), ({ position }) => `the body is not JSON: look at position ${position}`)
  })
