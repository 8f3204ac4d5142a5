/** Text as the value of a mail header: one logical line, ASCII, folded (RFC 5322, 2047). */

/** Columns of a header line, its CRLF not counted. */
const width = 76

const [open, close] = ["=?UTF-8?B?", "?="]

/** Bytes whose encoded word fits a line that `column` characters stand in already. */
const wordBytes = (column: number): number =>
  Math.floor((width - column - open.length - close.length) / 4) * 3

/** CR, LF and NUL become a space each: a value can never end its header. */
export const toOneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, " ")

/** Visible ASCII with single spaces between, nothing that reads as an encoded word, and short enough words. */
const isPlain = (text: string): boolean =>
  /^[!-~]+( [!-~]+)*$/.test(text) && !text.includes("=?") && !/[!-~]{61}/.test(text)

/** Breaks before the word that would not fit; `column` characters stand before the text. */
const fold = (text: string, column: number): string => {
  let at = column
  return text
    .split(" ")
    .map((word, index) => {
      if (index === 0) {
        at += word.length
        return word
      }
      const breaks = at + 1 + word.length > width
      at = breaks ? 1 + word.length : at + 1 + word.length
      return breaks ? `\r\n ${word}` : ` ${word}`
    })
    .join("")
}

/** Splits at code points, so that each part decodes by itself; lone surrogates become U+FFFD. */
const utf8Parts = (text: string, column: number): ReadonlyArray<string> => {
  const parts: Array<string> = []
  let part = ""
  let room = wordBytes(column)
  for (const point of text.toWellFormed()) {
    if (Buffer.byteLength(part) + Buffer.byteLength(point) > room) {
      parts.push(part)
      part = ""
      room = wordBytes(1)
    }
    part += point
  }
  return [...parts, part]
}

/**
 * The value after `Name: `, readable back to the same text (but for `toOneLine`, and lone surrogates). Plain
 * ASCII stays readable; the rest becomes encoded words. Each line has at most 76 characters; `column` of the
 * first are taken by the name, at most 15. Empty for empty.
 */
export const encodeHeader = (text: string, column: number): string => {
  const value = toOneLine(text)
  if (value === "") return ""
  if (isPlain(value)) return fold(value, column)
  return utf8Parts(value, column)
    .map((part) => `${open}${Buffer.from(part).toString("base64")}${close}`)
    .join("\r\n ")
}
