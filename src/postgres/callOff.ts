/** A statement that nobody waits for any more is called off on the server too, which would work on it for up to a minute. */

import { setTimeout as wait } from "node:timers/promises"

/** Between two looks whether it has been sent, and for a call that comes too late to reach whom it may. */
const pause_ms = 500

interface Sent {
  readonly active: true
  readonly canceller: (statement: object) => unknown
}

/**
 * Its own `cancel` hides what becomes of the call, whose failure would bring the process down; and one called off before
 * it is sent would take with it the connection that is opened for it.
 */
const isSent = (statement: object): statement is Sent =>
  "active" in statement &&
  statement.active === true &&
  "canceller" in statement &&
  typeof statement.canceller === "function"

// @effect-diagnostics-next-line asyncFunction:off -- of the client's promises, when no fiber waits any more
const call = async (statement: Sent): Promise<void> => {
  try {
    await statement.canceller(statement)
  } catch {
    // It ends by itself, at the latest by its timeout.
  }
}

/**
 * Never fails. Done when the statement is over, and the call can no longer reach the next one on its connection.
 *
 * @param over settled when the statement is
 */
// @effect-diagnostics-next-line asyncFunction:off -- as above
export const callOff = async (statement: object, over: Promise<unknown>): Promise<void> => {
  const ended = over.then(
    () => true,
    () => true
  )
  const isOver = () => Promise.race([ended, wait(pause_ms, false, { ref: false })])
  while (!isSent(statement)) if (await isOver()) return
  const called = call(statement)
  await ended
  await Promise.race([called, wait(pause_ms, undefined, { ref: false })])
}
