/** What is wrong with a template's text, and where. */

/** As the parser knows it: by offset, 0 for the first character. */
export interface Problem {
  readonly offset: number
  readonly message: string
}

/** As an author reads it. */
export interface TemplateProblem {
  /** The member of the content, e.g. `subject`. */
  readonly field: string
  /** 1 for the first. */
  readonly line: number
  /** 1 for the first; in UTF-16 code units, as editors count. One past the end of the line where something is missing there. */
  readonly column: number
  readonly message: string
}

/** More would not be read, and a text of nothing but mistakes would fill the answer. */
export const maxProblems = 100

const newline = /\r\n|\r|\n/

export const locate = (field: string, source: string, { message, offset }: Problem): TemplateProblem => {
  const before = source.slice(0, offset)
  const lineEnd = Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r"))
  return { field, line: before.split(newline).length, column: offset - lineEnd, message }
}
