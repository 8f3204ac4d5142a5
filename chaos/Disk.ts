/** Disks of a run that can be filled, or lose their power. Linux, as root. */

import { closeSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"

import { Effect, Schema } from "effect"

import { type CommandFailed, runCommand } from "#src/embedded/runCommand.ts"

/** Small enough to be filled at once, with room for the log of Postgres. */
const tmpfs_megabytes = 400
const image_megabytes = 600

/** The machine lets us mount nothing: the scenario cannot be run here. */
export class CannotMount extends Schema.TaggedError<CannotMount>()("CannotMount", { why: Schema.String }) {
  override get message(): string {
    return `cannot mount: ${this.why}`
  }
}

const run = (program: string, ...args: ReadonlyArray<string>) => runCommand({ program, args })

const orCannotMount = <A>(effect: Effect.Effect<A, CommandFailed>) =>
  Effect.mapError(effect, ({ output }) => new CannotMount({ why: output }))

const unmount = (folder: string) => Effect.ignore(run("umount", "--lazy", folder))

/** A small file system in memory at the folder, for as long as the scope. */
export const mountTmpfs = (folder: string) =>
  Effect.acquireRelease(
    orCannotMount(run("mount", "-t", "tmpfs", "-o", `size=${tmpfs_megabytes}m,mode=0711`, "tmpfs", folder)),
    () => unmount(folder)
  )

/** Takes every byte that is free; the answer gives them back. */
export const fillDisk = (folder: string) =>
  Effect.sync(() => {
    const ballast = join(folder, "ballast")
    const file = openSync(ballast, "w")
    for (const size of [1 << 20, 4096]) {
      const zeros = Buffer.alloc(size)
      try {
        while (writeSync(file, zeros) === size);
      } catch {
        // No space left on device: what was wanted.
      }
    }
    closeSync(file)
    return Effect.sync(() => rmSync(ballast))
  })

/**
 * `EXT4_IOC_SHUTDOWN` without flushing the log: from this instant nothing more reaches the disk, and what was in memory
 * only is gone at the next mount, as with a power cut. (The cache inside the disk is not modelled.)
 */
const shutdown =
  'my $how = pack("L", 2); sysopen(my $folder, $ARGV[0], 0) or die $!; ioctl($folder, 0x8004587D, $how) or die $!'

export interface PowerDisk {
  /** All file system calls fail from now on. */
  readonly cut: Effect.Effect<void, CommandFailed>
  /** The copy of what is on the disk, mounted at the same folder; to be called when no process has it open. */
  readonly mountCopy: Effect.Effect<void, CommandFailed>
}

/** An ext4 file system in an image file beside the folder, mounted at it for as long as the scope. */
export const mountImage = Effect.fnUntraced(function* (folder: string) {
  const image = `${folder}.ext4`
  const copy = `${folder}.copy.ext4`
  const mount = (file: string) => run("mount", "-o", "loop", file, folder)
  yield* orCannotMount(
    Effect.andThen(
      run("truncate", "--size", `${image_megabytes}M`, image),
      run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
    )
  )
  yield* Effect.acquireRelease(orCannotMount(mount(image)), () => unmount(folder))
  yield* orCannotMount(run("chmod", "0711", folder))
  return {
    cut: Effect.asVoid(run("perl", "-e", shutdown, folder)),
    mountCopy: run("umount", folder).pipe(
      Effect.andThen(run("cp", "--sparse=always", image, copy)),
      Effect.andThen(mount(copy)),
      Effect.asVoid
    )
  } satisfies PowerDisk
})
