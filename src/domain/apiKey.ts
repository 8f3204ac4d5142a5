/** What a key of the API looks like: `crl_<id>_<secret>`. The prefix is for those who look for keys in places where none belongs. */

import { Option } from "effect"

import { ApiKeyId } from "#schemas/Ids.ts"

/** Of the id: enough that none is drawn twice. */
export const idSize_bytes = 10

/** Of the secret: nobody guesses it, however fast the hash. */
export const secretSize_bytes = 32

const layout = /^crl_([0-9a-f]{20})_[A-Za-z0-9_-]{43}$/

export interface NewApiKey {
  readonly apiKeyId: ApiKeyId
  /** What the caller is shown, once. */
  readonly key: string
}

/** @param id `idSize_bytes` random bytes @param secret `secretSize_bytes` random bytes */
export const makeApiKey = (id: Buffer, secret: Buffer): NewApiKey => ({
  apiKeyId: ApiKeyId.make(`key_${id.toString("hex")}`),
  key: `crl_${id.toString("hex")}_${secret.toString("base64url")}`
})

/** The id that is in a key; none where the text cannot be one. */
export const apiKeyIdOf = (key: string): Option.Option<ApiKeyId> =>
  Option.map(Option.fromUndefinedOr(layout.exec(key)?.[1]), (id) => ApiKeyId.make(`key_${id}`))
