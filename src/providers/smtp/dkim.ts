/**
 * Signs finished messages (RFC 6376; Ed25519 by RFC 8463). nodemailer's own signer knows RSA alone, and lets a
 * message go unsigned where a key does not work.
 */

import { createHash, type KeyObject, sign } from "node:crypto"

import { type DkimKey } from "#src/config/DkimConfig.ts"

/** Those that matter to a reader; one that is named and absent is thereby signed as absent. */
const signedFields = [
  "from",
  "reply-to",
  "subject",
  "date",
  "message-id",
  "to",
  "mime-version",
  "content-type",
  "content-transfer-encoding",
  "auto-submitted"
]

/** RFC 6376, 3.4.2: the name in lower case, unfolded, runs of white space one space, none at the ends. */
const relaxed = (field: string): string => {
  const colon = field.indexOf(":")
  const value = field
    .slice(colon + 1)
    .replaceAll("\r\n", "")
    .replaceAll(/[ \t]+/g, " ")
    .trim()
  return `${field.slice(0, colon).trim().toLowerCase()}:${value}`
}

/** RFC 6376, 3.4.3: as it is, ending in exactly one CRLF. */
const simpleBody = (body: string): string => `${body.replace(/(\r\n)*$/, "")}\r\n`

const wrap = (base64: string): string => base64.replaceAll(/(.{72})(?=.)/g, "$1\r\n ")

const algorithms: Record<string, string> = { rsa: "rsa-sha256", ed25519: "ed25519-sha256" }

/** RSA on a thread of libuv's: 0.4 ms of it would stand in the way of everything else. */
const signature = (key: KeyObject, text: string): Promise<string> => {
  const { promise, reject, resolve } = Promise.withResolvers<string>()
  const ed25519 = key.asymmetricKeyType === "ed25519"
  const data = ed25519 ? createHash("sha256").update(text).digest() : Buffer.from(text)
  sign(ed25519 ? undefined : "sha256", data, key, (error, made) =>
    error === null ? resolve(made.toString("base64")) : reject(error)
  )
  return promise
}

/**
 * The message with a `DKIM-Signature` before it, relaxed/simple. `message`: ASCII, lines ended by CRLF. Rejects
 * where the key cannot sign, which the configuration has made sure of.
 */
export const signMessage = ({ domain, key, selector }: DkimKey, message: string): Promise<string> => {
  const end = message.indexOf("\r\n\r\n")
  const fields = message
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .map(relaxed)
  const bodyHash = createHash("sha256")
    .update(simpleBody(message.slice(end + 4)))
    .digest("base64")
  const unsigned = [
    `DKIM-Signature: v=1; a=${algorithms[key.asymmetricKeyType ?? ""] ?? ""}; c=relaxed/simple;`,
    ` d=${domain}; s=${selector};`,
    ` h=${signedFields.slice(0, 6).join(":")}`,
    `  :${signedFields.slice(6).join(":")};`,
    ` bh=${bodyHash};`,
    " b="
  ].join("\r\n")
  const hashed = signedFields.flatMap((name) => fields.filter((field) => field.startsWith(`${name}:`)))
  return signature(key, [...hashed, relaxed(unsigned)].join("\r\n")).then(
    (made) => `${unsigned}${wrap(made)}\r\n${message}`
  )
}
