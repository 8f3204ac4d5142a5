/** Where answers come to, on the server. */

import { Option } from "effect"

import { type Credentials } from "#src/config/NatsConfig.ts"
import { encodeToken } from "#streams/subjects.ts"

/**
 * The root of our inboxes: of a user its own, `_INBOX_<user>`, so that a server can keep the users of one account from
 * reading each other's answers; else `_INBOX`, as of every client.
 */
export const inboxRootOf = (credentials: Option.Option<Credentials>): string =>
  Option.match(credentials, {
    onNone: () => "_INBOX",
    onSome: (known) => ("user" in known ? `_INBOX_${encodeToken(known.user)}` : "_INBOX")
  })
