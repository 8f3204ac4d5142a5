/** Where the Auth service is, whose profiles go over the local ones. */

import { Config, Option, Redacted, Schema } from "effect"

/** With neither login nor query: neither would be sent. */
const isBase = ({ hash, password, protocol, search, username }: URL): boolean =>
  ["http:", "https:"].includes(protocol) && `${username}${password}${search}${hash}` === ""

const isBaseUrl = (text: string): boolean =>
  Option.exists(
    Option.liftThrowable((url: string) => new URL(url))(text),
    (url) => isBase(url) && !/[?#\s]/.test(text)
  )

const BaseUrl = Schema.String.check(
  Schema.makeFilter(
    (text: string) =>
      isBaseUrl(text) || "expected http://host[:port][/path] or https://…, without login and query"
  )
)

/**
 * `AUTH_URL` without its last slash; none where it is unset. Read as a secret, so that a login that somebody wrote into
 * it is not printed with the complaint.
 */
export const AuthConfig = Config.option(
  Config.schema(Schema.RedactedFromValue(BaseUrl), "AUTH_URL").pipe(
    Config.map((url) => Redacted.value(url).replace(/\/+$/, ""))
  )
)
