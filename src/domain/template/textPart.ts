/** The text part of an e-mail whose author wrote HTML alone. */

import { compile } from "html-to-text"

import { Token } from "./Ast.ts"

const hidden = ["[hidden]", '[style*="display:none"]', '[style*="display: none"]']

/** Preheaders and images are for the eye. Elements deeper than 256 are left out: the walk is recursive. */
export const textOfHtml: (html: string) => string = compile({
  wordwrap: false,
  limits: { maxDepth: 256, ellipsis: "" },
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    { selector: "img", format: "skip" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    ...hidden.map((selector) => ({ selector, format: "skip" }))
  ]
})

/** Around a tag's number while the HTML around it is converted: code points that stand for no character. */
const [before, after] = ["\uFDD0", "\uFDD1"]
const marked = /\uFDD0(\d+)\uFDD1/

/** A line of nothing but tags: the newlines before it, the tags, the newlines behind it. */
const standaloneLine = /(?<=(\n*))^[ \t]*((?:\uFDD0\d+\uFDD1 ?)+)(\n+)/gm

/**
 * Takes the beginnings and ends of blocks from their own lines, so that they leave no empty ones
 * behind: of the newlines around such a line, the larger number stays.
 */
const joinStandalone = (text: string, isBlock: (number: string) => boolean): string =>
  text.replaceAll(
    standaloneLine,
    (...[line, newlines, marks, following, offset]: [string, string, string, string, number]) => {
      if (!(marks.match(/\d+/g) ?? []).every(isBlock)) return line
      const stays = offset === 0 ? "" : following.slice(newlines.length)
      return marks.replaceAll(" ", "") + stays
    }
  )

/**
 * The tokens of the text part: the HTML's own, with the text between them converted once for all
 * recipients. The blocks may not match where the HTML's author put them across elements that a
 * text has not.
 */
export const textTokens = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  // A tag written twice has one number, so that a link whose text is its address is seen as such.
  const tags = new Map<string, Token>()
  const numbers = new Map<string, number>()
  const html = tokens.map((token) => {
    if (token._tag === "Text") return token.text
    const number = numbers.get(token.source) ?? numbers.size
    numbers.set(token.source, number)
    tags.set(String(number), token)
    return `${before}${number}${after}`
  })
  const isBlock = (number: string) => tags.get(number)?._tag !== "Output"
  const text = joinStandalone(textOfHtml(html.join("")), isBlock)
  return text
    .split(marked)
    .map((piece, position) =>
      position % 2 === 0 ? Token.Text({ text: piece }) : (tags.get(piece) ?? Token.Text({ text: "" }))
    )
}

/** Repeated items of a numbered list are numbered when they are there, and not before. */
export const numbersItems = (tokens: ReadonlyArray<Token>): boolean =>
  tokens.some(({ _tag }) => _tag === "Each") &&
  tokens.some((token) => token._tag === "Text" && /<ol[\s>]/i.test(token.text))
