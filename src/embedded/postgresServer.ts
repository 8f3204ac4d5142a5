/** The Postgres of one machine: data, password and port of its own. */

import { Effect, FileSystem, Path, Redacted, Schedule } from "effect"

import { endOrphan } from "#src/embedded/endOrphan.ts"
import { freePort } from "#src/embedded/freePort.ts"
import { DATABASE, initPostgres, ROLE } from "#src/embedded/initPostgres.ts"
import { type Home } from "#src/embedded/makeHome.ts"
import { type PostgresPlace, postgresPlace } from "#src/embedded/postgresPlace.ts"
import { say } from "#src/embedded/Say.ts"
import { type ServerCommand, startServer } from "#src/embedded/ServerProcess.ts"
import { supervise } from "#src/embedded/supervise.ts"

/** Durable above all: an accepted event survives a power cut. Sized for a machine that does other work too. */
const settings = {
  listen_addresses: "127.0.0.1",
  // TCP alone: the paths of sockets are short, and a home folder's may be long.
  unix_socket_directories: "",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_connections: "100",
  shared_buffers: "256MB",
  // Checkpoints by time rather than by volume, in spite of many updates: each costs full pages in the log.
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  // Our statements are short: compiling one costs more than running it.
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC"
}

/** The postmaster's own file: its first line is its process id, its eighth its state. */
const saysReady = (fs: FileSystem.FileSystem, pidFile: string) => (pid: number) =>
  fs.readFileString(pidFile).pipe(
    Effect.map((text) => {
      const lines = text.split("\n")
      return lines[0] === String(pid) && lines[7]?.trim() === "ready"
    }),
    Effect.orElseSucceed(() => false)
  )

export interface PostgresCommandOptions {
  readonly place: PostgresPlace
  readonly data: string
  readonly port: number
  readonly log: string
  /** Instead of ours. */
  readonly overrides?: Readonly<Record<string, string>>
}

/** How the server is started on this machine. */
export const postgresCommand = Effect.fnUntraced(function* ({
  data,
  log,
  overrides = {},
  place,
  port
}: PostgresCommandOptions) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const options = Object.entries({ ...settings, port: String(port), ...overrides })
  return {
    name: "Postgres",
    program: join(place.programs, "bin", "postgres"),
    args: ["-D", data, ...options.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    as: place.as,
    cwd: data,
    log,
    // Its fast shutdown: clients are disconnected, everything is written.
    stopSignal: "SIGINT",
    isReady: saysReady(fs, join(data, "postmaster.pid"))
  } satisfies ServerCommand
})

export interface PostgresOptions {
  readonly home: Home
  /** 0: any free one; the same again when the server is restarted. */
  readonly port: number
}

/**
 * Serves until the scope ends. The URL of its database, with the password. An orphan of an earlier start is ended
 * first, and what a crashed server left in its data folder is no obstacle.
 */
export const postgresServer = Effect.fnUntraced(function* ({ home, port }: PostgresOptions) {
  const { join } = yield* Path.Path
  const place = yield* postgresPlace(home.postgres)
  const data = join(place.folder, "data")
  const pidFile = join(data, "postmaster.pid")
  yield* endOrphan({ name: "Postgres", pidFile, program: "postgres", folder: data, stopSignal: "SIGINT" })
  const password = yield* initPostgres(place, data, join(home.path, "postgres.password"))
  const bound = yield* freePort(port, "CARILLON_POSTGRES_PORT")
  yield* say("starting Postgres")
  const log = join(home.logs, "postgres.log")
  const command = yield* postgresCommand({ place, data, port: bound, log })
  const start = startServer(command).pipe(
    // Right after a kill -9 the old server's children may hold its shared memory for a moment.
    Effect.retry({ times: 5, schedule: Schedule.spaced("500 millis") })
  )
  yield* supervise(command.name, start)
  return Redacted.make(`postgres://${ROLE}:${password}@127.0.0.1:${bound}/${DATABASE}`)
})
