/** `carillon up` as a new user meets it: one command, a first event, a mail; and a stop that leaves nothing behind. */

import { existsSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"

import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Order, Schema } from "effect"
import { FetchHttpClient, HttpClient, HttpClientResponse } from "effect/http"

import { commandLine } from "#src/embedded/processIdentity.ts"
import { eventually } from "#test/support/eventually.ts"
import { findNatsCli } from "#test/support/natsCli.ts"
import {
  carillon,
  type Environment,
  freshHome,
  type Machine,
  program,
  serverPids,
  shell,
  startMachine
} from "#test/support/processes.ts"

const Mails = Schema.Struct({
  messages: Schema.Array(Schema.Struct({ To: Schema.Array(Schema.Struct({ Address: Schema.String })) }))
})

const addressees = ({ run }: Machine) =>
  HttpClient.get(`${run.mail}/api/v1/messages`).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Mails)),
    Effect.map(({ messages }) => messages.map(({ To: [to] }) => to?.Address ?? "").toSorted(Order.String)),
    Effect.provide(FetchHttpClient.layer)
  )

const mailsTo = (machine: Machine, expected: ReadonlyArray<string>) =>
  eventually("the mails that are expected", addressees(machine), {
    holds: (found) => found.length >= expected.length
  }).pipe(Effect.map((found) => assert.deepStrictEqual(found, [...expected])))

const printed = ({ output }: Machine, begin: RegExp): string =>
  output.split("\n").find((line) => begin.test(line)) ?? ""

/** The programs of the printed lines: `nats` where it is on this machine, `npx carillon` of this clone. */
const asTyped = (line: string, nats: string): string =>
  line.replace(/^nats /, `${nats} `).replace("npx carillon", `${process.execPath} ${program}`)

const publish = (user: string, environment: Environment) =>
  carillon(
    [
      "event",
      "publish",
      "user_registered",
      "--http",
      "--data",
      JSON.stringify({ user_id: user, email: `${user}@example.com` })
    ],
    environment
  )

const isGone = (pid: number) => Effect.map(commandLine(pid), Option.isNone)

const assertAllGone = Effect.fnUntraced(function* (pids: ReadonlyArray<number>) {
  for (const pid of pids) assert.isTrue(yield* isGone(pid), `process ${pid} still runs`)
})

describe("carillon up", () => {
  it.live("prints first events that work as printed, each by its own way in", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const machine = yield* startMachine(environment)
      const nats = yield* findNatsCli
      for (const begin of [/^curl /, /^nats /, /npx carillon event/]) {
        const { code, stderr } = yield* shell(asTyped(printed(machine, begin), nats), environment)
        assert.strictEqual(code, 0, stderr)
      }
      yield* mailsTo(machine, ["ada@example.com", "grace@example.com", "hedy@example.com"])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("stops on Ctrl-C with nothing left behind, and remembers all at the next start", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const home = environment.CARILLON_HOME
      const first = yield* startMachine(environment)
      const { stdout } = yield* publish("ada", environment)
      const event = stdout.trim()
      yield* mailsTo(first, ["ada@example.com"])
      const sent = Effect.map(carillon(["trace", event], environment), ({ stdout }) => stdout)
      const told = yield* eventually("the story's end", sent, { holds: (story) => story.includes("250") })
      const pids = serverPids(home)

      yield* first.signal("SIGINT")
      const { code, stderr } = yield* first.ended
      assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
      yield* assertAllGone([first.pid, ...pids])
      assert.isFalse(existsSync(join(home, "run.json")))

      const second = yield* startMachine(environment)
      assert.strictEqual(yield* sent, told)
      // A mail that is sent after the restart shows that none before it was sent again.
      yield* publish("grace", environment)
      yield* mailsTo(second, ["ada@example.com", "grace@example.com"])
    }).pipe(Effect.scoped)
  )

  it.live("starts again after kill -9, with all that was there", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const first = yield* startMachine(environment)
      yield* publish("ada", environment)
      yield* mailsTo(first, ["ada@example.com"])
      yield* first.signal("SIGKILL")
      yield* first.ended

      const second = yield* startMachine(environment)
      yield* publish("grace", environment)
      yield* mailsTo(second, ["ada@example.com", "grace@example.com"])
      const { code, stdout } = yield* carillon(["balance", "--json"], environment)
      assert.strictEqual(code, 0, stdout)
    }).pipe(Effect.scoped)
  )

  it.live("refuses to start beside a running one, and says where that is", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const { run } = yield* startMachine(environment)
      const { code, stderr } = yield* carillon(["up"], environment)
      assert.strictEqual(code, 1)
      assert.include(stderr, `runs at ${run.http} already (process ${run.pid}`)
      assert.notInclude(stderr, "    at ")
      const restored = yield* carillon(["restore"], environment)
      assert.strictEqual(restored.code, 1)
      assert.include(restored.stderr, "nothing to restore")
      const { stdout } = yield* carillon(["streams", "status"], environment)
      assert.include(stdout, "as defined")
    }).pipe(Effect.scoped)
  )

  it.live("names the variable of a port that is taken, and leaves no process behind", () =>
    Effect.gen(function* () {
      const other = yield* startMachine(yield* freshHome)
      const environment = yield* freshHome
      const port = new URL(other.run.http).port
      const { code, stderr } = yield* carillon(["up"], { ...environment, CAMPAIGN_SERVICE_PORT: port })
      assert.strictEqual(code, 1)
      assert.include(stderr, "CAMPAIGN_SERVICE_PORT")
      assert.notInclude(stderr, "    at ")
      const home = environment.CARILLON_HOME
      yield* assertAllGone([Number(readFileSync(join(home, "nats", "nats-server.pid"), "utf8"))])
      // Postgres takes its file with it.
      assert.isFalse(existsSync(join(home, "postgres", "data", "postmaster.pid")))
    }).pipe(Effect.scoped)
  )

  it.live("makes the operator's key once, for its owner alone, and shows it once", () =>
    Effect.gen(function* () {
      const environment = yield* freshHome
      const file = join(environment.CARILLON_HOME, "operator.key")
      const first = yield* startMachine(environment)
      const key = readFileSync(file, "utf8").trim()
      assert.isAtLeast(key.length, 32)
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.include(first.output, key)
      yield* first.signal("SIGTERM")
      yield* first.ended
      const second = yield* startMachine(environment)
      assert.notInclude(second.output, key)
      assert.strictEqual(readFileSync(file, "utf8").trim(), key)
      const log = readFileSync(join(dirname(file), "log", "carillon.log"), "utf8")
      assert.notInclude(log, key)
    }).pipe(Effect.scoped)
  )
})
