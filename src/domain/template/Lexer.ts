/** Reads what stands between `{{` and `}}`, one lexeme at a time. */

export interface Lexeme {
  /** `close` is `}}`, `block` is `#if` and the like, `unknown` is one character outside the language, or none at the end. */
  readonly kind: "close" | "block" | "string" | "number" | "path" | "symbol" | "unknown"
  readonly text: string
  readonly offset: number
}

const name = String.raw`[\p{L}_][\p{L}\p{N}_-]*`

/** In this order; each is anchored by the sticky flag. A string ends on its line, so that no scan is long. */
const kinds = [
  ["close", /\}\}/uy],
  ["block", /[#/]\p{L}*/uy],
  ["string", /'(?:[^'\\\r\n]|\\['\\])*'/uy],
  ["number", /-?\d+(?:\.\d+)?(?![\p{L}\p{N}_.])/uy],
  ["path", new RegExp(String.raw`@?${name}(?:\.[\p{L}\p{N}_-]+)*`, "uy")],
  ["symbol", /==|!=|[<>|:()]/uy]
] as const

const space = /\s+/uy

export class Lexer {
  private readonly source: string
  /** Where the next lexeme is looked for. */
  offset: number
  private ahead: Lexeme

  constructor(source: string, offset: number) {
    this.source = source
    this.offset = offset
    this.ahead = this.read()
  }

  peek(): Lexeme {
    return this.ahead
  }

  next(): Lexeme {
    const lexeme = this.ahead
    this.offset = lexeme.offset + lexeme.text.length
    // What follows `}}` is the template's text: it is not looked at.
    if (lexeme.kind !== "close") this.ahead = this.read()
    return lexeme
  }

  /** Takes the next lexeme if it is written like this. */
  take(text: string): boolean {
    const taken = this.ahead.kind !== "string" && this.ahead.text === text
    if (taken) this.next()
    return taken
  }

  private read(): Lexeme {
    const offset = this.offset + (this.match(space, this.offset) ?? "").length
    for (const [kind, pattern] of kinds) {
      const text = this.match(pattern, offset)
      if (text !== undefined) return { kind, text, offset }
    }
    const character = this.source.codePointAt(offset)
    return { kind: "unknown", text: character === undefined ? "" : String.fromCodePoint(character), offset }
  }

  private match(pattern: RegExp, offset: number): string | undefined {
    pattern.lastIndex = offset
    return pattern.exec(this.source)?.[0]
  }
}
