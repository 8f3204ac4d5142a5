/** Starting the processes of the bench, and waiting for what they have to say. */

import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"

import { Context, Effect, Option, Schema } from "effect"

import { type Answer, defaultSettings, type Sample, type Settings } from "./Sample.ts"

export class SideFailed extends Schema.TaggedError<SideFailed>()("SideFailed", {
  what: Schema.String,
  why: Schema.String
}) {
  override get message(): string {
    return `${this.what}: ${this.why}`
  }
}

/** The file that measured processes write their profile to, where one is asked for. */
export const ProfileFile = Context.Reference<Option.Option<string>>("bench/ProfileFile", {
  defaultValue: Option.none
})

const folder = join(import.meta.dirname, "..")

export interface Script {
  /** Below `bench/`, or the path of another program. */
  readonly file: string
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly settings?: Partial<Settings>
  /** Whether this is what `--profile` looks at. */
  readonly isMeasured?: boolean
}

/** Nothing of the machine's own settings leaks in. What is compiled is kept for the next process: half of its start. */
const inherited = {
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "",
  NODE_COMPILE_CACHE: join(folder, "results/compiled")
}

const spawnScript = (
  { args = [], env = {}, file, isMeasured = false, settings }: Script,
  profile: Option.Option<string>
) => {
  const preload =
    isMeasured && Option.isSome(profile) ? ["--import", join(folder, "measure/profiling.ts")] : []
  // Those whom it tells to begin are prepared for it: itself, or the processes that it watches.
  const isProfiled = Option.isSome(profile) && (isMeasured || settings?.own !== undefined)
  return spawn(process.execPath, [...preload, join(folder, file), ...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // JSON has no NaN.
    serialization: "advanced",
    env: {
      ...inherited,
      ...env,
      BENCH: JSON.stringify({ ...defaultSettings, ...settings, isProfiled }),
      ...(Option.isSome(profile) && { BENCH_PROFILE: profile.value })
    }
  })
}

const isAnswer = (message: unknown): message is Answer =>
  typeof message === "object" && message !== null && "kind" in message

/** The first answer of this kind; fails where the process ends without it. */
const awaitAnswer = <Kind extends Answer["kind"]>(child: ChildProcess, what: string, kind: Kind) =>
  Effect.callback<Extract<Answer, { kind: Kind }>, SideFailed>((resume) => {
    const isWanted = (said: Answer): said is Extract<Answer, { kind: Kind }> => said.kind === kind
    child.on("message", (message: unknown) => {
      if (isAnswer(message) && isWanted(message)) resume(Effect.succeed(message))
    })
    child.once("error", (error) => resume(Effect.fail(new SideFailed({ what, why: error.message }))))
    child.once("exit", (code, signal) =>
      resume(Effect.fail(new SideFailed({ what, why: `ended early (${signal ?? `exit code ${code}`})` })))
    )
  })

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const end = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    if (hasEnded(child)) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGTERM")
  }).pipe(Effect.timeoutOption("10 seconds"), Effect.andThen(Effect.sync(() => child.kill("SIGKILL"))))

const started = Effect.fnUntraced(function* (script: Script) {
  const profile = yield* ProfileFile
  return yield* Effect.acquireRelease(
    Effect.sync(() => spawnScript(script, profile)),
    end
  )
})

/** As long as a run may take; it is stuck beyond. */
const patience = "3 minutes"

const awaitSample = (child: ChildProcess, { file }: Script) =>
  awaitAnswer(child, file, "sample").pipe(
    Effect.map(({ sample }) => sample),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(new SideFailed({ what: file, why: `no answer within ${patience}` }))
    })
  )

/** Runs to its answer. */
export const measure = (script: Script): Effect.Effect<Sample, SideFailed> =>
  Effect.scoped(Effect.flatMap(started(script), (child) => awaitSample(child, script)))

/** Does `then` when it says that it is ready; its answer. */
export const measureAfter = <E, R>(script: Script, then: Effect.Effect<unknown, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const child = yield* started(script)
      yield* awaitAnswer(child, script.file, "ready")
      yield* then
      return yield* awaitSample(child, script)
    })
  )

/** Runs to its end, which must be a good one. */
export const runToEnd = (script: Script): Effect.Effect<void, SideFailed> =>
  Effect.scoped(
    Effect.flatMap(started(script), (child) =>
      Effect.callback<void, SideFailed>((resume) => {
        child.once("exit", (code) =>
          resume(
            code === 0
              ? Effect.void
              : Effect.fail(new SideFailed({ what: script.file, why: `exit code ${code}` }))
          )
        )
      })
    )
  )

/** Runs beside, until the scope ends. Returns at once. */
export const start = (script: Script) => Effect.map(started(script), (child) => child.pid ?? 0)

/** Runs beside; returns when it says that it serves. */
export const serve = Effect.fnUntraced(function* (script: Script) {
  const child = yield* started(script)
  const { port } = yield* awaitAnswer(child, script.file, "ready")
  return { pid: child.pid ?? 0, port }
})
