/** How long an SMTP server may take. Each begins anew at its step, however slowly bytes trickle in. */

import { Duration } from "effect"

export interface Timeouts {
  /** Name lookup, TCP, TLS and the greeting together. */
  readonly connect: Duration.Duration
  /** EHLO with STARTTLS; the login; the envelope; taking the content off our hands. */
  readonly command: Duration.Duration
  /** The answer to the final dot: a server may scan the message first. */
  readonly finalDot: Duration.Duration
  /** A connection nobody used for so long is closed. */
  readonly idle: Duration.Duration
}

export const defaultTimeouts: Timeouts = {
  connect: Duration.seconds(10),
  command: Duration.seconds(30),
  finalDot: Duration.seconds(120),
  idle: Duration.seconds(30)
}
