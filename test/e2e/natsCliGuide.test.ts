/** Every command of docs/how-to/operate-with-the-nats-cli.md, in order, as printed, on a real system. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { eventually } from "#test/support/eventually.ts"
import { findNatsCli } from "#test/support/natsCli.ts"
import { shell } from "#test/support/processes.ts"
import { scrapeAt, valueOf } from "#test/support/scrape.ts"
import { system } from "#test/support/system.ts"

const guide = readFileSync("docs/how-to/operate-with-the-nats-cli.md", "utf8")

const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
  block.split("\n").filter((line) => line !== "")
)

/** What each says where all is well: the first whose beginning fits. */
const expected: ReadonlyArray<readonly [command: string, says: RegExp]> = [
  ["nats pub", /Published \d+ bytes/],
  ["nats req", /"stream":\s*"EVENTS"/],
  ["nats stream ls", /JOBS_EMAIL/],
  ["nats stream report", /KV_ledger/],
  ["nats consumer report", /deliver-email/],
  ["nats consumer info", /Unprocessed Messages: 0/],
  ["nats sub", /outcomes\.email\.sent\.tx/],
  ["nats stream get OUTCOMES", /"status":"sent"/],
  ["nats stream subjects EVENTS", /events\.default\.user_registered/],
  ["nats stream view DLQ", /Carillon-Reason: invalid_json/],
  ["nats stream get DLQ", /this is no event/],
  ["nats stream subjects DLQ", /dlq\.EVENTS\.plan-events/],
  ["nats consumer pause", /Paused JOBS_EMAIL > deliver-email until/],
  ["nats consumer resume", /was resumed/],
  ["nats kv ls", /ledger/],
  ["nats kv get", /"ledger_id"/],
  ["nats kv history", /clock/],
  ["nats server check", /^OK /],
  ["nats account info", /JetStream Account Information/],
  ["nats backup stream", /EVENTS/]
]

/** It pages, so it wants a terminal. */
const onTerminal = (command: string) =>
  command.startsWith("nats stream view") ? `script -qec '${command}' /dev/null` : command

describe("the guide to the nats CLI", () => {
  it("has commands, and something is expected of each", () => {
    assert.isAbove(commands.length, 25)
    assert.deepStrictEqual(
      commands.filter((command) => !expected.some(([beginning]) => command.startsWith(beginning))),
      []
    )
  })

  it.live(
    "works as printed",
    () =>
      Effect.gen(function* () {
        const cli = yield* findNatsCli
        const { nats, start } = yield* system
        const { probes } = yield* start("all")
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "carillon-guide-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
        )
        const environment = {
          NATS_URL: nats.url,
          PATH: `${dirname(cli)}:${process.env["PATH"] ?? ""}`,
          HOME: folder
        }
        const run = (command: string) => shell(`cd ${folder} && ${onTerminal(command)}`, environment)

        const isPublishing = (command: string) => /^nats (pub|req) /.test(command)
        const check = Effect.fnUntraced(function* (command: string) {
          const { code, stderr, stdout } = yield* run(command)
          assert.strictEqual(code, 0, `${command}: ${stderr}${stdout}`)
          const says = expected.find(([beginning]) => command.startsWith(beginning))?.[1] ?? /never/
          assert.match(`${stdout}${stderr}`, says, command)
        })
        yield* eventually("somebody reads the events", scrapeAt(probes), {
          holds: (seen) => valueOf(seen, "carillon_consumer_waiting_pulls", { durable: "plan-events" }) === 1
        })
        yield* Effect.forEach(commands.filter(isPublishing), check)
        // Two messages sent, one letter copied: then all that is shown is there.
        yield* eventually("what was published, done", scrapeAt(probes), {
          holds: (seen) =>
            valueOf(seen, "campaign_messages_sent_total", { status: "sent" }) === 2 &&
            valueOf(seen, "carillon_stream_messages", { stream: "DLQ" }) === 1 &&
            valueOf(seen, "carillon_stream_messages", { stream: "OUTCOMES" }) === 2
        })
        yield* Effect.forEach(
          commands.filter((command) => !isPublishing(command)),
          check
        )
      }).pipe(Effect.provide(NodeServices.layer)),
    120_000
  )
})
