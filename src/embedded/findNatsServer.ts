/** Finds a nats-server that is new enough, or gets one into the home folder. Nothing is installed on the machine. */

import { Effect, Option, Path, Schema } from "effect"

import { installFromDebian } from "#src/embedded/installFromDebian.ts"
import { installWithGo } from "#src/embedded/installWithGo.ts"
import { runCommand } from "#src/embedded/runCommand.ts"

/** What is got where none is found. */
const VERSION = "2.15.1"
/** The oldest with message schedules and atomic batches, as major and minor. */
const OLDEST = [2, 12] as const

export class NatsServerNotFound extends Schema.TaggedError<NatsServerNotFound>()("NatsServerNotFound", {
  /** What was tried, and why it did not serve. */
  tried: Schema.Array(Schema.String)
}) {
  override get message() {
    return [
      `No nats-server ${OLDEST.join(".")} or newer was found, and none could be got:`,
      ...this.tried.map((line) => `  - ${line}`),
      "Any one of these helps:",
      "  - set NATS_URL to a server that runs already (with JetStream)",
      "  - set NATS_SERVER_BIN to a nats-server program",
      `  - install nats-server into the PATH: https://github.com/nats-io/nats-server/releases/tag/v${VERSION}, or brew install nats-server`,
      "  - install Go (https://go.dev/dl), then start again: it is built from source"
    ].join("\n")
  }
}

class TooOld extends Schema.TaggedError<TooOld>()("TooOld", {
  program: Schema.String,
  version: Schema.String
}) {
  override get message() {
    return `${this.program} is ${this.version}, older than ${OLDEST.join(".")}`
  }
}

const isNewEnough = (version: string) => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** The program itself, where it runs and is new enough. */
const checked = Effect.fnUntraced(function* (program: string) {
  const printed = yield* runCommand({ program, args: ["--version"] })
  const version = /v(\d+\.\d+\.\d+)/.exec(printed)?.[1] ?? "unknown"
  return yield* isNewEnough(version) ? Effect.succeed(program) : new TooOld({ program, version })
})

const debian = { name: "nats-server", package: "nats-server", file: "usr/sbin/nats-server" }
const go = { name: "nats-server", source: `github.com/nats-io/nats-server/v2@v${VERSION}` }

/**
 * In this order: `configured` (NATS_SERVER_BIN; an error where it does not serve), the cache `folder`, the
 * PATH, Debian's package, a build with Go.
 */
export const findNatsServer = Effect.fnUntraced(function* (
  configured: Option.Option<string>,
  folder: string
) {
  const cached = (yield* Path.Path).join(folder, "nats-server")
  const ways = Option.match(configured, {
    onSome: (program) => [["NATS_SERVER_BIN", checked(program)] as const],
    onNone: () => [
      ["cache", checked(cached)] as const,
      ["PATH", checked("nats-server")] as const,
      ["Debian's package", Effect.flatMap(installFromDebian(debian, folder), checked)] as const,
      ["go install", Effect.flatMap(installWithGo(go, folder), checked)] as const
    ]
  })
  const tried: Array<string> = []
  for (const [way, attempt] of ways) {
    const found = yield* Effect.result(attempt)
    if (found._tag === "Success") return found.success
    tried.push(`${way}: ${found.failure.message}`)
  }
  return yield* new NatsServerNotFound({ tried })
})
