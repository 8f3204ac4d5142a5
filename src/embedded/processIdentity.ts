/** Who a process id belongs to: ids are used again, so nothing is believed or ended by its id alone. */

import { readFileSync } from "node:fs"

import { Effect, Option } from "effect"

import { runCommand } from "#src/embedded/runCommand.ts"

const read = (path: string) => Effect.try(() => readFileSync(path, "utf8")).pipe(Effect.option)

const ps = (pid: number, column: string) =>
  runCommand({ program: "ps", args: ["-ww", "-o", `${column}=`, "-p", String(pid)] }).pipe(
    Effect.map((line) => line.trim()),
    Effect.option,
    Effect.map(Option.filter((line) => line !== ""))
  )

const isLinux = process.platform === "linux"

/** The fields of /proc/<pid>/stat from the third, behind the name, which may hold spaces and brackets. */
const statFields = (stat: string) => {
  const [state = "", ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return { isZombie: state === "Z" || state === "X", startTicks: rest[18] ?? "" }
}

/** When the process was started, as text that no other process of this id has; none where it does not run (or is only a zombie). */
export const startedAt = Effect.fnUntraced(function* (pid: number) {
  if (!isLinux) return yield* ps(pid, "lstart")
  const stat = Option.map(yield* read(`/proc/${pid}/stat`), statFields)
  const boot = Option.getOrElse(yield* read("/proc/sys/kernel/random/boot_id"), () => "").trim()
  return stat.pipe(
    Option.filter(({ isZombie }) => !isZombie),
    Option.map(({ startTicks }) => `${boot}/${startTicks}`)
  )
})

/** Its program and arguments, joined by spaces; none where it does not run (or is only a zombie). */
export const commandLine = (pid: number) =>
  isLinux
    ? Effect.map(read(`/proc/${pid}/cmdline`), (found) =>
        found.pipe(
          Option.map((text) => text.replaceAll("\0", " ").trim()),
          Option.filter((text) => text !== "")
        )
      )
    : ps(pid, "command")
