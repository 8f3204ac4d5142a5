/** Carillon as it is shipped: `carillon migrate` and `carillon serve`, as processes of their own. */

import { Effect } from "effect"

import { freePort } from "../../src/embedded/freePort.ts"
import { type Failure, type Needs } from "../figures/Figure.ts"
import { operatorKey } from "../load/operatorKey.ts"
import { sender } from "../measure/mail.ts"
import { measure, runToEnd, start } from "../measure/run.ts"
import { type Machine } from "./Machine.ts"
import { shippedNats } from "./nats.ts"

const program = "../src/cli/main.ts"

/** Servers of one run, with the schema. */
export const startGround = Effect.fnUntraced(function* (machine: Machine) {
  const nats = yield* shippedNats
  const database = yield* machine.database
  const env = {
    NATS_URL: nats.url,
    DATABASE_URL: database.url,
    MAIL_FROM: sender,
    CARILLON_OPERATOR_KEY: operatorKey,
    LOG_LEVEL: "Warn"
  }
  yield* runToEnd({ file: program, args: ["migrate"], env })
  return { nats, database, env, servers: { nats: nats.pid, postgres: database.pid } }
})

export type Ground = Effect.Success<ReturnType<typeof startGround>>

/** Its process, and where it will answer. */
export const startGateway = Effect.fnUntraced(function* ({ env }: Ground, isMeasured: boolean) {
  const port = yield* freePort(0, "")
  const pid = yield* start({
    file: program,
    args: ["serve", "--role", "gateway"],
    env: { ...env, CAMPAIGN_SERVICE_PORT: String(port) },
    isMeasured
  })
  return { pid, apiUrl: `http://127.0.0.1:${port}` }
})

/** Its process. */
export const startWorker = ({ env }: Ground, smtpPort: number) =>
  start({
    file: program,
    args: ["serve", "--role", "worker"],
    env: { ...env, SMTP_URL: `smtp://127.0.0.1:${smtpPort}?tls=off` },
    isMeasured: true
  })

/** Accepted over HTTP by a gateway, which then ends, and announced. */
export const acceptOrders = (ground: Ground, count: number): Effect.Effect<void, Failure, Needs> =>
  Effect.gen(function* () {
    const { apiUrl } = yield* startGateway(ground, false)
    yield* measure({ file: "load/acceptOrders.ts", settings: { count, apiUrl, natsUrl: ground.nats.url } })
  }).pipe(Effect.scoped)
