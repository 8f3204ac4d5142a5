/**
 * The client asks each new connection which array types there are, and keeps that promise to itself: where the server dies
 * before it answers, nobody handles the failure, and an unhandled one ends the process. It is none of ours: the client
 * connects and asks again.
 */

import { Effect } from "effect"

/** Of a failed query the client says its text. */
export const isOfTypeFetch = (reason: unknown): boolean =>
  reason instanceof Error &&
  "query" in reason &&
  typeof reason.query === "string" &&
  reason.query.includes("pg_catalog.pg_type")

/** What Node would do with it: end the process. */
const passOver = (reason: unknown): void => {
  if (!isOfTypeFetch(reason)) throw reason
}

let users = 0

/** As long as the scope is open; once a process, however many open it. */
export const passOverTypeFetches = Effect.acquireRelease(
  Effect.sync(() => {
    if (users++ === 0) process.on("unhandledRejection", passOver)
  }),
  () =>
    Effect.sync(() => {
      if (--users === 0) process.off("unhandledRejection", passOver)
    })
)
