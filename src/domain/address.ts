/** Which texts are addresses that mail is sent to: one mailbox, no display name, ASCII on the wire. */

// oxlint-disable-next-line no-restricted-imports -- pure: IDNA (UTS 46) by table, no I/O
import { domainToASCII } from "node:url"

import { Result } from "effect"

/**
 * `characters` white space, control characters or brackets; `shape` not `local@domain`; `local` no dot-atom
 * (quoted local parts are refused); `local_not_ascii` would need SMTPUTF8; `too_long` over 64 before the `@`
 * or 254 in all; `domain` no valid labels, an IP address, or a single label other than `localhost`.
 */
export type AddressRefusal = "characters" | "shape" | "local" | "local_not_ascii" | "too_long" | "domain"

const longestLocal = 64
const longestAddress = 254

// oxlint-disable-next-line no-control-regex -- they are what it refuses
const forbidden = /[\s\u0000-\u001f\u007f-\u009f<>()[\]\\,;:"]/

/** RFC 5322, `dot-atom-text`. */
const dotAtom = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/

// oxlint-disable-next-line no-control-regex -- ASCII is the range that begins with NUL
const ascii = /^[\u0000-\u007f]*$/

/** 1–63 letters, digits and hyphens, no hyphen at an end. */
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

const isDomain = (domain: string): boolean => {
  if (domain.toLowerCase() === "localhost") return true
  const labels = domain.split(".")
  return labels.length > 1 && labels.every((each) => label.test(each)) && !/\.\d+$/.test(domain)
}

/** Empty where it cannot be one. ASCII is left as it is: IDNA would read `1.2` as an address of IPv4. */
const toAsciiDomain = (domain: string): string => (ascii.test(domain) ? domain : domainToASCII(domain))

const localRefusal = (local: string): AddressRefusal | undefined => {
  if (!ascii.test(local)) return "local_not_ascii"
  if (!dotAtom.test(local)) return "local"
  return local.length > longestLocal ? "too_long" : undefined
}

/**
 * The address as it is written in an envelope: an international domain in its ASCII form, all else untouched
 * (the local part's case is its owner's). Never trims: surrounding space is refused. Idempotent.
 */
export const parseAddress = (text: string): Result.Result<string, AddressRefusal> => {
  if (forbidden.test(text)) return Result.fail("characters")
  const at = text.lastIndexOf("@")
  if (at < 1 || at === text.length - 1) return Result.fail("shape")
  const local = text.slice(0, at)
  const refusal = localRefusal(local)
  if (refusal !== undefined) return Result.fail(refusal)
  const domain = toAsciiDomain(text.slice(at + 1))
  if (!isDomain(domain)) return Result.fail("domain")
  const address = `${local}@${domain}`
  return address.length > longestAddress ? Result.fail("too_long") : Result.succeed(address)
}
