/**
 * A message as `SMTPConnection.send` wants it, a stream, that leaves the writing to us: so the final dot is
 * ours to hold back until all before it has left.
 */

import { Readable } from "node:stream"

export class HeldBackMessage extends Readable {
  readonly #begin: (content: NodeJS.WritableStream) => void

  /** `begin` is called once, when the server has said 354; ending `content` writes the final dot. */
  constructor(begin: (content: NodeJS.WritableStream) => void) {
    super()
    this.#begin = begin
  }

  override pipe<T extends NodeJS.WritableStream>(content: T): T {
    this.#begin(content)
    return content
  }
}
