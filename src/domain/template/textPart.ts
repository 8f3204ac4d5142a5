/** The text part of an e-mail whose author wrote HTML alone. */

import { Option } from "effect"
import { compile } from "html-to-text"

import { Token } from "./Ast.ts"

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 }

/** Preheaders and images are for the eye. Elements deeper than 256 are left out: the walk is recursive. */
const convert = compile({
  wordwrap: false,
  limits: { maxDepth: 256, ellipsis: "" },
  formatters: {
    /** Neighbouring cells are words of their own. */
    cell: (cell, walk, builder) => {
      walk(cell.children, builder)
      builder.addInline(" ")
    }
  },
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    { selector: "img", format: "skip" },
    { selector: "tr", format: "block", options: block },
    { selector: "td", format: "cell" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    ...["[hidden]", '[style*="display:none"]', '[style*="display: none"]'].map((selector) => ({
      selector,
      format: "skip"
    }))
  ]
})

/** Cells that only hold a layout apart leave white space behind: at most one empty line, and none to begin with. */
export const textOfHtml = (html: string): string =>
  convert(html)
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replace(/^\n+/, "")

/** Around a tag's number while the HTML around it is converted: code points that stand for no character. */
const mark = (number: number): string => `\uFDD0${number}\uFDD1`
const marked = /\uFDD0(\d+)\uFDD1/

/** A line of nothing but tags: the newlines before it, the tags, the newlines behind it. */
const standaloneLine = /(?<=(\n*))^[ \t]*((?:\uFDD0\d+\uFDD1 ?)+)(\n+)/gm

const numbersIn = (text: string): ReadonlyArray<number> => (text.match(/(?<=\uFDD0)\d+/g) ?? []).map(Number)

/**
 * Takes the beginnings and ends of blocks from their own lines, so that they leave no empty ones
 * behind: of the newlines around such a line, the larger number stays.
 */
const joinStandalone = (text: string, isBlock: (number: number) => boolean): string =>
  text.replaceAll(
    standaloneLine,
    (...[line, newlines, marks, following, offset]: [string, string, string, string, number]) => {
      if (!numbersIn(marks).every(isBlock)) return line
      const stays = offset === 0 ? "" : following.slice(newlines.length)
      return marks.replaceAll(" ", "") + stays
    }
  )

const isBlock = (token: Token | undefined): boolean => token?._tag !== "Output" && token?._tag !== "Text"

/** The positions that make up each block: its beginning, its `{{else}}`, its end. The blocks are known to match. */
const blocksOf = (tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<number>> => {
  const blocks: Array<Array<number>> = []
  const open: Array<Array<number>> = []
  for (const [position, { _tag }] of tokens.entries()) {
    if (_tag === "If" || _tag === "Each") open.push([position])
    if (_tag === "Else" || _tag === "End") open.at(-1)?.push(position)
    if (_tag === "End") blocks.push(...open.splice(-1))
  }
  return blocks
}

/** Each block is there as a whole or not at all, once, and in the order of the HTML. */
const blocksSurvive = (tokens: ReadonlyArray<Token>, text: string): boolean => {
  const found = numbersIn(text).filter((number) => isBlock(tokens[number]))
  const known = new Set(found)
  return (
    found.every((number, position) => number > (found[position - 1] ?? -1)) &&
    blocksOf(tokens).every((block) => new Set(block.map((position) => known.has(position))).size === 1)
  )
}

/** Repeated items of a numbered list get their numbers when they are there, and not before. */
const numbersItems = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some(({ _tag }) => _tag === "Each") &&
  tokens.some((token) => token._tag === "Text" && /<ol[\s>]/i.test(token.text))

/**
 * The tokens of the text part: the HTML's own, with the text between them converted once for all
 * recipients. None where that would say something else than the rendered HTML, e.g. where an
 * element begins in one block and ends in another.
 */
export const textTokens = (tokens: ReadonlyArray<Token>): Option.Option<ReadonlyArray<Token>> => {
  if (numbersItems(tokens)) return Option.none()
  // A value written twice has one number, so that a link whose text is its address is seen as such.
  const numbers = new Map<string, number>()
  const html = tokens.map((token, position) => {
    if (token._tag === "Text") return token.text
    const number = isBlock(token) ? position : (numbers.get(token.source) ?? position)
    numbers.set(token.source, number)
    return mark(number)
  })
  const text = joinStandalone(textOfHtml(html.join("")), (number) => isBlock(tokens[number]))
  if (!blocksSurvive(tokens, text)) return Option.none()
  const pieces = text.split(marked)
  return Option.some(
    pieces.map((piece, position) =>
      position % 2 === 0 ? Token.Text({ text: piece }) : (tokens[Number(piece)] ?? Token.Text({ text: "" }))
    )
  )
}
