/** How much room there is where a folder lies. */

import { statfs } from "node:fs/promises"

import { Effect, type Option } from "effect"

export interface DiskSpace {
  readonly folder: string
  readonly free_bytes: number
  readonly total_bytes: number
}

/** None where there is no such folder. */
export const diskSpace = (folder: string): Effect.Effect<Option.Option<DiskSpace>> =>
  Effect.option(
    Effect.map(
      Effect.tryPromise(() => statfs(folder)),
      ({ bavail, blocks, bsize }) => ({ folder, free_bytes: bavail * bsize, total_bytes: blocks * bsize })
    )
  )
