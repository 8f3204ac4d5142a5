/** The key that mail is signed with (RFC 6376). All three variables or none. */

import { createPrivateKey, type KeyObject } from "node:crypto"
import { readFileSync } from "node:fs"

import { Config, ConfigProvider, Effect, Option } from "effect"

export interface DkimKey {
  /** Lower case; the sender's own, or a parent of it, for DMARC to count it. */
  readonly domain: string
  readonly selector: string
  /** RSA of at least 1024 bits (RFC 8301), or Ed25519 (RFC 8463). Prints as nothing secret. */
  readonly key: KeyObject
}

const wrong = (message: string) => new Config.ConfigError(new ConfigProvider.SourceError({ message }))

const isFit = (key: KeyObject): boolean =>
  key.asymmetricKeyType === "ed25519" ||
  (key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024)

const readKey = (file: string): Effect.Effect<KeyObject, Config.ConfigError> =>
  Effect.try({
    try: () => createPrivateKey(readFileSync(file)),
    catch: () =>
      wrong(`DKIM_PRIVATE_KEY_FILE: expected a readable file with a private key in PEM, got ${file}`)
  }).pipe(
    Effect.filterOrFail(isFit, () =>
      wrong("DKIM_PRIVATE_KEY_FILE: expected an RSA key of at least 1024 bits, or an Ed25519 key")
    )
  )

const dnsName = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i

/** One or more labels joined by dots: it stands in a DNS query and in a header. */
const name = (variable: string) =>
  Config.NonEmptyString(variable).pipe(
    Config.mapEffect((text) =>
      dnsName.test(text)
        ? Effect.succeed(text.toLowerCase())
        : Effect.fail(wrong(`${variable}: expected a DNS name`))
    )
  )

const parts = {
  domain: Config.option(name("DKIM_DOMAIN")),
  selector: Config.option(name("DKIM_SELECTOR")),
  key: Config.option(Config.NonEmptyString("DKIM_PRIVATE_KEY_FILE").pipe(Config.mapEffect(readKey)))
}

export const DkimConfig = Config.all(parts).pipe(
  Config.mapEffect((found): Effect.Effect<Option.Option<DkimKey>, Config.ConfigError> => {
    const whole = Option.all(found)
    const isPartial =
      Option.isNone(whole) && Object.values(found).some((each) => Option.isSome<unknown>(each))
    return isPartial
      ? Effect.fail(
          wrong("DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY_FILE: expected all three, or none")
        )
      : Effect.succeed(whole)
  })
)
