/** Reads paths, literals and conditions: what may stand after `{{#if`. */

import { Result } from "effect"

import { Condition, Operand, type Operator, type Path } from "./Ast.ts"
import { type Literal } from "./Filter.ts"
import { type Lexeme, type Lexer } from "./Lexer.ts"
import { maxNesting, maxPathSegments } from "./limits.ts"
import { type Problem } from "./problems.ts"

/** What a reader found, or the first thing that is wrong. */
export type Read<A> = Result.Result<A, Problem>

const keywords = new Set(["and", "or", "not", "else", "true", "false"])
const operators: ReadonlyArray<Operator> = ["==", "!=", "<", ">"]

export const unexpected = ({ offset, text }: Lexeme, expected: string): Result.Result<never, Problem> =>
  Result.fail({
    offset,
    message:
      text === "" ? `the text ends here: expected ${expected}` : `unexpected ${text}: expected ${expected}`
  })

export const readPath = (lexer: Lexer): Read<Path> => {
  const lexeme = lexer.peek()
  const { offset, text } = lexeme
  if (lexeme.kind !== "path" || keywords.has(text)) return unexpected(lexeme, "a path such as first_name")
  const [head = "", ...rest] = text.split(".")
  if (head.startsWith("@") && text !== "@index")
    return Result.fail({ offset, message: `unexpected ${text}: only @index begins with @` })
  if (rest.length >= maxPathSegments)
    return Result.fail({ offset, message: `a path of more than ${maxPathSegments} segments` })
  lexer.next()
  if (head === "@index") return Result.succeed({ root: "index", segments: [], offset })
  return Result.succeed(
    head === "this"
      ? { root: "this", segments: rest, offset }
      : { root: "data", segments: [head, ...rest], offset }
  )
}

/** The literal that comes next; undefined where something else does. */
export const takeLiteral = (lexer: Lexer): Literal | undefined => {
  const { kind, text } = lexer.peek()
  const isLiteral = kind === "string" || kind === "number" || text === "true" || text === "false"
  if (!isLiteral) return undefined
  lexer.next()
  if (kind === "string") return text.slice(1, -1).replaceAll(/\\(['\\])/g, "$1")
  return kind === "number" ? Number(text) : text === "true"
}

const readOperand = (lexer: Lexer): Read<Operand> => {
  const value = takeLiteral(lexer)
  return value === undefined
    ? Result.map(readPath(lexer), (path) => Operand.Reference({ path }))
    : Result.succeed(Operand.Constant({ value }))
}

const readComparison = (lexer: Lexer): Read<Condition> =>
  Result.gen(function* () {
    const left = yield* readOperand(lexer)
    const operator = operators.find((known) => lexer.take(known))
    if (operator !== undefined) return Condition.Compare({ left, operator, right: yield* readOperand(lexer) })
    if (left._tag === "Reference") return Condition.Truthy({ path: left.path })
    return yield* unexpected(lexer.peek(), "a comparison: ==, !=, < or >")
  })

const readFactor = (lexer: Lexer, depth: number): Read<Condition> => {
  const { offset } = lexer.peek()
  if (depth > maxNesting)
    return Result.fail({ offset, message: `a condition nested more than ${maxNesting} deep` })
  if (lexer.take("not"))
    return Result.map(readFactor(lexer, depth + 1), (condition) => Condition.Not({ condition }))
  if (!lexer.take("(")) return readComparison(lexer)
  return Result.flatMap(readCondition(lexer, depth + 1), (condition) =>
    lexer.take(")") ? Result.succeed(condition) : unexpected(lexer.peek(), ")")
  )
}

const readAll = (lexer: Lexer, depth: number): Read<Condition> =>
  Result.gen(function* () {
    const first = yield* readFactor(lexer, depth)
    const conditions = [first]
    while (lexer.take("and")) conditions.push(yield* readFactor(lexer, depth))
    return conditions.length === 1 ? first : Condition.All({ conditions })
  })

/** `or` binds least, then `and`, then `not`. */
export const readCondition = (lexer: Lexer, depth = 0): Read<Condition> =>
  Result.gen(function* () {
    const first = yield* readAll(lexer, depth)
    const conditions = [first]
    while (lexer.take("or")) conditions.push(yield* readAll(lexer, depth))
    return conditions.length === 1 ? first : Condition.Any({ conditions })
  })
