/** Ports of servers that go away and come back. */

import { Effect, Random } from "effect"

import { freePort } from "#src/embedded/freePort.ts"

/**
 * Free, and below those that the kernel gives to outgoing connections (32768 and up on Linux): one of these could take the
 * port while its server is away.
 */
export const steadyPort = Random.nextIntBetween(15_000, 32_000).pipe(
  Effect.flatMap((port) => freePort(port, "a free port")),
  Effect.retry({ times: 50 })
)
