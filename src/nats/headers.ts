/** Headers as a record, one value a name, and as the client wants them. */

import { headers as emptyHeaders, type MsgHdrs } from "@nats-io/transport-node"

export type Headers = Readonly<Record<string, string>>

/** The first value of each name, the names as they were written. */
export const toRecord = (headers: MsgHdrs | undefined): Headers =>
  Object.fromEntries(headers === undefined ? [] : headers.keys().map((name) => [name, headers.get(name)]))

export const fromRecord = (entries: Headers): MsgHdrs => {
  const headers = emptyHeaders()
  for (const [name, value] of Object.entries(entries)) headers.set(name, value)
  return headers
}
