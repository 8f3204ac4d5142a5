/**
 * Where escaping for HTML is not enough: outside of quotes in a tag a space ends a value, and in scripts and styles
 * entities mean nothing. What stands there is escaped all the same; its author is told.
 */

import { type Problem } from "./problems.ts"

type State = "text" | "comment" | "tag" | "unquoted" | "single" | "double" | "script" | "style"

/** What ends a state or stands in it. Text between two of these is passed over. */
const marks: Readonly<Record<State, RegExp>> = {
  text: /\{\{|<!--|<(?:script|style)\b|<\/?[a-z]/gi,
  comment: /\{\{|-->/g,
  tag: /\{\{|=\s*["']|=\s*(?=[^\s>])|>/g,
  unquoted: /\{\{|\s|>/g,
  single: /\{\{|'/g,
  double: /\{\{|"/g,
  script: /\{\{|<\/script/gi,
  style: /\{\{|<\/style/gi
}

const unsafe: Partial<Record<State, string>> = {
  tag: "in a tag",
  unquoted: "in an attribute without quotes",
  script: "in a script",
  style: "in a style"
}

const afterText = (mark: string): State => (mark === "<!--" ? "comment" : "tag")

const inTag = (mark: string, content: State): State => {
  if (mark === ">") return content
  if (mark.endsWith('"')) return "double"
  return mark.endsWith("'") ? "single" : "unquoted"
}

/** @param content what follows the tag that is open */
const next = (state: State, mark: string, content: State): State => {
  if (state === "text") return afterText(mark)
  if (state === "tag") return inTag(mark, content)
  if (state === "unquoted" && mark === ">") return content
  return state === "comment" ? "text" : "tag"
}

/** What follows the tag that a mark opens: of scripts and styles their text, up to their end. */
const contentAfter = (mark: string): State => {
  const name = mark.slice(1).toLowerCase()
  return name === "script" || name === "style" ? name : "text"
}

const opensTag: ReadonlySet<State> = new Set(["text", "script", "style"])

/** Such as `{{#if …}}`: puts nothing in. */
const block = /^\{\{\s*(?:[#/]|else\s*\}\})/

/** In the order of the text. */
export const unsafePlaces = (html: string): ReadonlyArray<Problem> => {
  const found: Array<Problem> = []
  let state: State = "text"
  let content: State = "text"
  let at = 0
  for (;;) {
    const pattern = marks[state]
    pattern.lastIndex = at
    const mark = pattern.exec(html)
    if (mark === null) return found
    at = mark.index + mark[0].length
    if (mark[0] === "{{") {
      const close = html.indexOf("}}", at)
      at = close === -1 ? html.length : close + 2
      const placeholder = html.slice(mark.index, at)
      const where = unsafe[state]
      if (where !== undefined && !block.test(placeholder))
        found.push({
          offset: mark.index,
          message: `${placeholder} stands ${where}: a value can change what follows it`
        })
    } else {
      if (opensTag.has(state)) content = contentAfter(mark[0])
      state = next(state, mark[0], content)
    }
  }
}
