/** The stock `nats` CLI, for tests of what the documents tell operators to type. */

import { fileURLToPath } from "node:url"

import { Config, Effect, Option, Schema } from "effect"

import { installWithGo } from "#src/embedded/installWithGo.ts"
import { runCommand } from "#src/embedded/runCommand.ts"

/** Beside the nats-server that is got for this clone. */
const programs = fileURLToPath(new URL("../../.carillon/bin", import.meta.url))
const cli = { name: "nats", source: "github.com/nats-io/natscli/nats@v0.5.1" }

class NatsCliNotFound extends Schema.TaggedError<NatsCliNotFound>()("NatsCliNotFound", {
  reason: Schema.String
}) {
  override get message() {
    return `This test needs the stock nats CLI: set NATS_CLI_BIN, put nats into the PATH, or install Go (${this.reason})`
  }
}

const runs = (program: string) => Effect.as(runCommand({ program, args: ["--version"] }), program)

/** Its path: NATS_CLI_BIN, the clone's own, the PATH, or a build with Go (about a minute, once). */
export const findNatsCli = Effect.gen(function* () {
  const configured = yield* Config.option(Config.NonEmptyString("NATS_CLI_BIN"))
  if (Option.isSome(configured)) return yield* runs(configured.value)
  return yield* Effect.firstSuccessOf([
    runs(`${programs}/nats`),
    runs("nats"),
    Effect.flatMap(installWithGo(cli, programs), runs)
  ])
}).pipe(Effect.mapError(({ message }) => new NatsCliNotFound({ reason: message })))
