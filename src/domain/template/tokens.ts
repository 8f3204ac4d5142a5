/** Cuts a template's text into tokens: the text as it stands, and what `{{ }}` says. */

import { Result } from "effect"

import { Token } from "./Ast.ts"
import { readCondition, type Read, readPath, takeLiteral, unexpected } from "./conditions.ts"
import { type Filter } from "./Filter.ts"
import { prepareFilter } from "./filters.ts"
import { Lexer } from "./Lexer.ts"
import { maxProblems, type Problem } from "./problems.ts"

/** What could be read, and what could not. */
export interface Scan {
  readonly tokens: ReadonlyArray<Token>
  readonly problems: ReadonlyArray<Problem>
}

/** A token without its place in the text. */
type Tag = (written: { readonly offset: number; readonly source: string }) => Token

const readFilter = (lexer: Lexer): Read<Filter> => {
  const name = lexer.peek()
  if (name.kind !== "path") return unexpected(name, "a filter")
  lexer.next()
  const hasArgument = lexer.take(":")
  const place = lexer.peek()
  const argument = hasArgument ? takeLiteral(lexer) : undefined
  if (hasArgument && argument === undefined) return unexpected(place, "a literal such as 'text' or 12")
  const { offset } = hasArgument && argument !== undefined ? place : name
  return Result.mapError(prepareFilter(name.text, argument), (message) => ({ offset, message }))
}

const readOutput = (lexer: Lexer): Read<Tag> =>
  Result.gen(function* () {
    const path = yield* readPath(lexer)
    const filters: Array<Filter> = []
    while (lexer.take("|")) filters.push(yield* readFilter(lexer))
    return (written) => Token.Output({ ...written, path, filters })
  })

const readTag = (lexer: Lexer): Read<Tag> => {
  if (lexer.take("#if"))
    return Result.map(
      readCondition(lexer),
      (condition): Tag =>
        (written) =>
          Token.If({ ...written, condition })
    )
  if (lexer.take("#each"))
    return Result.map(
      readPath(lexer),
      (path): Tag =>
        (written) =>
          Token.Each({ ...written, path })
    )
  if (lexer.take("/if")) return Result.succeed((written) => Token.End({ ...written, block: "if" }))
  if (lexer.take("/each")) return Result.succeed((written) => Token.End({ ...written, block: "each" }))
  if (lexer.take("else")) return Result.succeed((written) => Token.Else(written))
  if (lexer.peek().kind === "block") return unexpected(lexer.peek(), "#if, #each, /if or /each")
  return readOutput(lexer)
}

const readClosedTag = (lexer: Lexer): Read<Tag> =>
  Result.flatMap(readTag(lexer), (tag) => {
    const close = lexer.peek()
    return lexer.take("}}") ? Result.succeed(tag) : unexpected(close, "}}")
  })

/** Where reading goes on after a tag that is wrong: behind its end, or at the next one's beginning. */
const recover = (source: string, offset: number): number => {
  const mark = /\}\}|\{\{/g
  mark.lastIndex = offset
  const found = mark.exec(source)
  if (found === null) return source.length
  return found[0] === "}}" ? found.index + 2 : found.index
}

export const scan = (source: string): Scan => {
  const tokens: Array<Token> = []
  const problems: Array<Problem> = []
  let at = 0
  while (at < source.length && problems.length < maxProblems) {
    const open = source.indexOf("{{", at)
    const end = open === -1 ? source.length : open
    if (end > at) tokens.push(Token.Text({ text: source.slice(at, end) }))
    if (open === -1) break
    const lexer = new Lexer(source, open + 2)
    const read = readClosedTag(lexer)
    at = Result.isSuccess(read) ? lexer.offset : recover(source, Math.max(lexer.offset, open + 2))
    if (Result.isSuccess(read))
      tokens.push(read.success({ offset: open, source: source.slice(open, lexer.offset) }))
    else problems.push(read.failure)
  }
  return { tokens, problems }
}
