/** Logs for a person, and in a file. */

import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, References } from "effect"

import { logFile } from "#src/observability/LogFile.ts"
import { layer } from "#src/observability/Logging.ts"
import { shortLine } from "#src/observability/shortLine.ts"

/** What `shortLine` makes of what is logged. */
const shown = (logging: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const lines: Array<string | undefined> = []
    const logger = Logger.make<unknown, void>((entry) => void lines.push(shortLine(entry)))
    yield* Effect.provide(logging, Logger.layer([logger]))
    return lines
  })

describe("shortLine", () => {
  it.effect("says what went wrong and why, in one line", () =>
    Effect.gen(function* () {
      const [line] = yield* shown(Effect.logWarning("NATS is away, trying on", new Error("refused\nby it")))
      assert.strictEqual(line, "warn: NATS is away, trying on: refused by it")
    })
  )

  it.effect("leaves out the fields, which are in the log", () =>
    Effect.gen(function* () {
      const [line] = yield* shown(Effect.logError("not sent", { "job.id": "7" }))
      assert.strictEqual(line, "error: not sent")
    })
  )

  it.effect("says nothing of what goes well", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* shown(Effect.logInfo("serving")), [undefined])
    })
  )
})

describe("LOG_LEVEL", () => {
  const levelOf = (text: string) =>
    References.MinimumLogLevel.pipe(
      Effect.provide(
        Layer.provide(layer, ConfigProvider.layer(ConfigProvider.fromUnknown({ LOG_LEVEL: text })))
      )
    )

  it.effect.each([
    ["DEBUG", "Debug"],
    ["warn", "Warn"],
    ["Info", "Info"]
  ] as const)("%s is %s", ([text, level]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* levelOf(text), level)
    })
  )

  it.effect("is refused where it is none", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(levelOf("loud"))
      assert.include(message, "LOG_LEVEL: expected one of")
    })
  )
})

describe("logFile", () => {
  const folder = Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "carillon-log-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )

  it.effect("goes on in the same file while it is small", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "carillon.log")
      const { rotate, write } = yield* logFile(path)
      write("one")
      yield* rotate
      write("two")
      assert.strictEqual(readFileSync(path, "utf8"), "one\ntwo\n")
      assert.isFalse(existsSync(`${path}.1`))
    })
  )

  it.effect("puts more than 20 MB aside", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "carillon.log")
      const { rotate, write } = yield* logFile(path)
      truncateSync(path, 20 * 1024 * 1024 + 1)
      yield* rotate
      write("new")
      assert.strictEqual(readFileSync(path, "utf8"), "new\n")
      assert.isTrue(existsSync(`${path}.1`))
    })
  )
})
