/** A whole system for one test: real NATS, Postgres and SMTP, and as many processes of the engine as it starts. */

import { Effect } from "effect"
import postgres from "postgres"

import { type Role } from "#src/main.ts"
import { eventually } from "#test/support/eventually.ts"
import { type Call, callAt } from "#test/support/httpCall.ts"
import { natsPublisher } from "#test/support/natsPublisher.ts"
import { natsServer } from "#test/support/natsServer.ts"
import { freshDatabase } from "#test/support/postgresServer.ts"
import { carillon, type Started, startCarillon } from "#test/support/processes.ts"
import { smtpSink } from "#test/support/smtpSink.ts"

const operatorKey = "an-operator-key-of-forty-characters-here"

/** A message as the ledger has it. */
export interface LedgerRow {
  readonly message_id: string
  readonly event_id: string
  readonly user_id: string
  readonly message_class: string
  readonly status: string
  readonly reason: string | null
  readonly attempt: number
  readonly worker: string | null
}

/** Something may still become of it. */
export const isOpen = ({ status }: LedgerRow): boolean => ["queued", "sending", "retrying"].includes(status)

/** Where the API listens, and where a role without it answers probes. */
const apiAddress = /"http\.url":"([^"]+)"/
const probeAddress = /"probe\.url":"([^"]+)"/

const client = (url: string) =>
  Effect.acquireRelease(
    Effect.sync(() => postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 2 })),
    (sql) => Effect.promise(() => sql.end({ timeout: 1 }))
  )

/** Migrated, with no process yet. */
export const systemOn = Effect.fnUntraced(function* (
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {}
) {
  const nats = yield* natsServer
  const sink = yield* smtpSink()
  const environment = {
    NATS_URL: nats.url,
    DATABASE_URL: databaseUrl,
    SMTP_URL: sink.url,
    MAIL_FROM: "Carillon <no-reply@example.org>",
    CAMPAIGN_SERVICE_PORT: "0",
    CARILLON_PROBE_PORT: "0",
    CARILLON_OPERATOR_KEY: operatorKey,
    ...settings
  }
  const migrated = yield* carillon(["migrate"], environment)
  yield* migrated.code === 0 ? Effect.void : Effect.die(migrated.stderr)
  const sql = yield* client(databaseUrl)
  const publisher = yield* natsPublisher(nats.url)
  let api = ""

  const start = Effect.fnUntraced(function* (role: Role) {
    const process = yield* startCarillon(["serve", "--role", role], environment)
    const output = yield* process.awaitOutput('"serving"')
    const found = apiAddress.exec(output)?.[1]
    api = found ?? api
    /** Of health and metrics. */
    const probes = found ?? probeAddress.exec(output)?.[1] ?? ""
    return { ...process, probes }
  })

  const rows = Effect.tryPromise(
    () => sql<Array<LedgerRow>>`
      select message_id, event_id, user_id, message_class, status, reason, attempt, worker
      from campaign.campaign_messages order by message_id`
  )

  return {
    /** Of every process. */
    environment,
    sql,
    nats,
    sink,
    /** `carillon serve --role`, as soon as it serves; killed with the scope where it still runs. */
    start,
    publisher,
    /** Every message there is. */
    rows,
    /** `carillon` with these arguments, to its end, on this NATS and Postgres. */
    command: (args: ReadonlyArray<string>) => carillon(args, environment),
    /** Asked of its database beside the engine. */
    query: <A>(statement: (sql: postgres.Sql) => PromiseLike<A>) =>
      Effect.tryPromise(() => Promise.resolve(statement(sql))),
    /** A request to the API of the process that was started last with one, as the operator. */
    call: (what: Call) =>
      Effect.suspend(() =>
        callAt(api, { ...what, headers: { authorization: `Bearer ${operatorKey}`, ...what.headers } })
      ),
    /** Returns when there are `count` messages and none of them is open; answers them. */
    awaitSettled: (count: number) =>
      eventually(`${count} messages, all settled`, rows, {
        holds: (rows) => rows.length === count && !rows.some(isOpen)
      })
  }
})

export const system = Effect.flatMap(freshDatabase, systemOn)

/** How often the server took the message of each id. */
export const countTaken = (
  taken: ReadonlyArray<{ readonly messageId: string }>
): ReadonlyMap<string, number> =>
  taken.reduce((counts, { messageId }) => {
    const [id = ""] = messageId.split("@")
    return counts.set(id, (counts.get(id) ?? 0) + 1)
  }, new Map<string, number>())

/** Told to stop, as an orchestrator does; how it ended, which fails after the 30 s that those give. */
export const terminate = ({ ended, signal }: Started) =>
  Effect.andThen(signal("SIGTERM"), Effect.timeout(ended, "30 seconds"))
