/** The original callers' placeholders, `{name}` and `{user.name}`, as in Python's `str.format`; `{{` and `}}` are braces. */

import { Token } from "./Ast.ts"
import { maxPathSegments } from "./limits.ts"
import { maxProblems, type Problem } from "./problems.ts"
import { type Scan } from "./tokens.ts"

/** A doubled brace, a placeholder (maybe not closed, then it ends where another begins), or a lone brace. */
const mark = /\{\{|\}\}|\{[^{}]*\}?|\}/g

const placeholder = /^\{[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+)*\}$/u

const whyNot = (source: string): string => {
  if (source === "}") return "a single }: write }} for a brace"
  if (!source.endsWith("}")) return "a { that is not closed: write {{ for a brace"
  return `only names such as {first_name} and {user.name} stand in braces, and at most ${maxPathSegments} of them`
}

export const scanFormat = (text: string): Scan => {
  const tokens: Array<Token> = []
  const problems: Array<Problem> = []
  let at = 0
  for (const { 0: source, index: offset } of text.matchAll(mark)) {
    if (offset > at) tokens.push(Token.Text({ text: text.slice(at, offset) }))
    at = offset + source.length
    if (source === "{{" || source === "}}") {
      tokens.push(Token.Text({ text: source.slice(1) }))
      continue
    }
    const segments = source.slice(1, -1).split(".")
    if (placeholder.test(source) && segments.length <= maxPathSegments)
      tokens.push(Token.Output({ offset, source, path: { root: "data", segments, offset }, filters: [] }))
    else problems.push({ offset, message: whyNot(source) })
    if (problems.length === maxProblems) break
  }
  if (at < text.length) tokens.push(Token.Text({ text: text.slice(at) }))
  return { tokens, problems }
}
