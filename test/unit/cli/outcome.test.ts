/** What a command says and answers at its end. */

import { assert, describe, it } from "@effect/vitest"
import { Cause, Config, ConfigProvider, Effect, Exit, Schema } from "effect"
import { CliError } from "effect/cli"

import { NotFound, WrongUse } from "#src/cli/errors.ts"
import { exitCode, explain } from "#src/cli/outcome.ts"

class Speechless extends Schema.TaggedError<Speechless>()("Speechless", { operation: Schema.String }) {}

const missing = new CliError.MissingArgument({ argument: "type" })

describe("exitCode", () => {
  it.each<readonly [string, Exit.Exit<unknown, unknown>, number]>([
    ["done", Exit.void, 0],
    ["failed", Exit.fail(new NotFound({ what: "message" })), 1],
    ["a mistake of ours", Exit.die("a defect"), 1],
    ["wrong use", Exit.fail(new WrongUse({ reason: "both" })), 2],
    ["wrong arguments", Exit.fail(new CliError.ShowHelp({ commandPath: [], errors: [missing] })), 2],
    ["help asked for", Exit.fail(new CliError.ShowHelp({ commandPath: [], errors: [] })), 0]
  ])("%s", (_, exit, code) => {
    assert.strictEqual(exitCode(exit), code)
  })
})

describe("explain", () => {
  it("is the message of what was foreseen, without a stack", () => {
    assert.strictEqual(explain(Cause.fail(new NotFound({ what: "message 7" }))), "There is no message 7.")
  })

  it("names an error that says nothing itself", () => {
    const said = explain(Cause.fail(new Speechless({ operation: "publish" })))
    assert.match(said, /Speechless.*publish/)
  })

  it("has the stack of what nobody foresaw", () => {
    assert.include(explain(Cause.die(new Error("a defect"))), "    at ")
  })

  it("says nothing twice", () => {
    assert.strictEqual(explain(Cause.fail(new CliError.ShowHelp({ commandPath: [], errors: [missing] }))), "")
  })

  it.effect("names the variable that is wrong, and the one that is missing", () =>
    Effect.gen(function* () {
      const wanted = Config.all({ port: Config.Port("SHOP_PORT"), host: Config.NonEmptyString("SHOP_HOST") })
      const because = (environment: Record<string, string>) =>
        Effect.map(Effect.flip(wanted.parse(ConfigProvider.fromUnknown(environment))), (error) =>
          explain(Cause.fail(error))
        )
      assert.match(yield* because({ SHOP_PORT: "x", SHOP_HOST: "h" }), /^SHOP_PORT: /)
      assert.strictEqual(yield* because({ SHOP_PORT: "1" }), "SHOP_HOST: is not set")
    })
  )
})
