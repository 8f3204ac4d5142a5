/** Has a stream lost something since we last knew it? */

export interface StreamMark {
  /** RFC 3339: new when the stream is made anew. */
  readonly created: string
  /** New at every start of a server. */
  readonly server_id: string
  /** Of the last message ever stored. */
  readonly last_seq: number
}

/**
 * True where all that was announced must be announced again. One server may lose the tail of an asynchronous stream
 * when it merely dies, and uses the sequences again: there every new start of it counts. A cluster does not.
 *
 * @param before null: we never knew it
 */
export const mayHaveLost = (before: StreamMark | null, now: StreamMark, replicas: number): boolean =>
  before === null ||
  Date.parse(before.created) !== Date.parse(now.created) ||
  now.last_seq < before.last_seq ||
  (replicas === 1 && before.server_id !== now.server_id)
