/** A log in a file, a line at a time. */

import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs"

import * as Effect from "effect/Effect"

/** An older log of the same name, with `.1` behind it, is given up for it. */
const largest_bytes = 20 * 1024 * 1024

export interface LogFile {
  /** At once, so that a process that dies has said everything. A full disk costs the line, not the process. */
  readonly write: (line: string) => void
  /** Puts a log of more than 20 MB aside and begins a new one. For the only one who writes to it. */
  readonly rotate: Effect.Effect<void>
}

const open = (path: string) => openSync(path, "a", 0o600)

const writeLine = (descriptor: number, line: string) => {
  try {
    writeSync(descriptor, `${line}\n`)
  } catch {
    // There is nowhere left to say so.
  }
}

const openFile = (path: string) => {
  let descriptor = open(path)
  const rotate = Effect.sync(() => {
    if (fstatSync(descriptor).size <= largest_bytes) return
    closeSync(descriptor)
    renameSync(path, `${path}.1`)
    descriptor = open(path)
  })
  return {
    log: { write: (line) => writeLine(descriptor, line), rotate } satisfies LogFile,
    close: Effect.sync(() => closeSync(descriptor))
  }
}

/** Open until the scope ends. */
export const logFile = (path: string) =>
  Effect.acquireRelease(
    Effect.sync(() => openFile(path)),
    ({ close }) => close
  ).pipe(Effect.map(({ log }) => log))
