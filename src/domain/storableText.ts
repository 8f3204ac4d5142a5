/** Text as Postgres and a header can keep it. */

/** Without NUL and halves of surrogate pairs, at most `longest` UTF-16 code units. */
export const storableText = (text: string, longest: number): string =>
  text.replaceAll("\0", " ").slice(0, longest).toWellFormed()

/** Of a dead letter's detail, in UTF-16 code units. */
export const longestDetail = 4000
