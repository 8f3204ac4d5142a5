/** What a field's syntax asks of the text put into it. */

/** `header`: one line, such as a subject or a URL. */
export type Mode = "html" | "text" | "header"

const special = /[&<>"']/
// oxlint-disable-next-line no-control-regex -- it is what must not get into a header
const lineEnd = /[\r\n\0]/g

/** Safe in the content of elements and in quoted attributes. Most values need nothing: the test is cheaper. */
const escapeHtml = (text: string): string =>
  special.test(text)
    ? text
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&#39;")
    : text

/** Each CR, LF and NUL is a space. */
const onOneLine = (text: string): string => text.replace(lineEnd, " ")

const asItIs = (text: string): string => text

/** What is done to a value before it is written. */
export const escapeValue: Readonly<Record<Mode, (text: string) => string>> = {
  html: escapeHtml,
  text: asItIs,
  header: onOneLine
}

/** What is done to the template's own text. */
export const escapeStatic: Readonly<Record<Mode, (text: string) => string>> = {
  html: asItIs,
  text: asItIs,
  header: onOneLine
}
