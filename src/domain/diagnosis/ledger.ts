/** What is wrong with the Postgres that has the ledger, and with what lies in it. */

import { counted, type Finding, ok, problem, warning } from "./Finding.ts"

export interface PostgresFacts {
  /** `server_version_num`, e.g. 180001. */
  readonly version: number
  readonly settings: Readonly<Record<"fsync" | "full_page_writes" | "synchronous_commit", string>>
  /** Names of migrations that this program has and the database has not. */
  readonly missingMigrations: ReadonlyArray<string>
  /** Whether rows of this month and of the next have a partition. */
  readonly hasPartitions: boolean
}

const oldest = 15

const durability: Readonly<Record<string, string>> = {
  fsync: "A power cut may destroy the database.",
  full_page_writes: "A power cut may leave half-written pages.",
  synchronous_commit: "What was accepted may be lost with a power cut."
}

const diagnoseSetting = ([name, value]: readonly [string, string]): Finding => {
  const consequence = durability[name] ?? ""
  return value === "off"
    ? problem(
        `Postgres ${name}`,
        `is off. ${consequence}`,
        `alter system set ${name} = on; then select pg_reload_conf()`
      )
    : ok(`Postgres ${name}`, `is ${value}`)
}

export const postgresAway = (address: string): Finding =>
  problem(
    "Postgres",
    `does not answer at ${address}`,
    "Start it, or set DATABASE_URL. Until then requests are answered 503, and nothing is lost."
  )

export const diagnosePostgres = (facts: PostgresFacts): ReadonlyArray<Finding> => {
  const major = Math.floor(facts.version / 10_000)
  return [
    major < oldest
      ? problem("Postgres", `version ${major} is too old`, `Use ${oldest} or newer.`)
      : ok("Postgres", `version ${major}`),
    ...Object.entries(facts.settings).map(diagnoseSetting),
    facts.missingMigrations.length > 0
      ? problem("schema", `without ${facts.missingMigrations.join(", ")}`, "Run carillon migrate.")
      : ok("schema", "is this version's"),
    facts.hasPartitions
      ? ok("partitions", "are there for this month and the next")
      : warning(
          "partitions",
          "are missing for this month or the next",
          "Any planner or worker makes them within the hour; start one."
        )
  ]
}

/** Numbers of the ledger, by name and labels. */
export interface LedgerFigures {
  readonly unannouncedRows: number
  /** Of the oldest of them. */
  readonly unannounced_seconds: number
  readonly queued_seconds: number
  readonly openLetters: ReadonlyArray<{ readonly reason: string; readonly count: number }>
  readonly unknown: number
  /** Planned less found: 0. */
  readonly difference: number
  readonly workers: ReadonlyArray<{ readonly role: string; readonly state: string; readonly count: number }>
}

/** A relay announces within a second, and looks again within thirty after one that died. */
const late_seconds = 60

const diagnoseWorkers = (workers: LedgerFigures["workers"]): ReadonlyArray<Finding> => {
  const inState = (state: string) => workers.filter((one) => one.state === state)
  const count = (some: LedgerFigures["workers"]) => some.reduce((sum, one) => sum + one.count, 0)
  const gone = count(inState("silent")) + count(inState("dead"))
  const alive = inState("alive")
  return [
    alive.length > 0
      ? ok("processes", alive.map(({ count, role }) => `${count} ${role}`).join(", "))
      : problem("processes", "none is alive", "Start one: carillon serve, or carillon up"),
    ...(gone > 0
      ? [
          warning(
            "processes",
            `${gone} silent or dead`,
            "What it was sending is recovered by a living planner or worker; find out why it died."
          )
        ]
      : [])
  ]
}

const diagnoseLetters = (letters: LedgerFigures["openLetters"]): Finding => {
  const some = letters.filter(({ count }) => count > 0)
  return some.length === 0
    ? ok("dead letters", "none open")
    : warning(
        "dead letters",
        some.map(({ count, reason }) => `${count} ${reason}`).join(", "),
        "Read why (carillon dlq list), repair that, then replay or discard them."
      )
}

export const diagnoseFigures = (figures: LedgerFigures): ReadonlyArray<Finding> => {
  const { difference, queued_seconds, unannounced_seconds, unannouncedRows, unknown } = figures
  return [
    ...diagnoseWorkers(figures.workers),
    difference === 0
      ? ok("balance", "what was planned is what became of it")
      : problem(
          "balance",
          `${difference} more planned than found`,
          "This is a bug: keep campaign.campaign_messages and event_keys as they are and report it."
        ),
    unannounced_seconds < late_seconds
      ? ok("register", `${counted(unannouncedRows, "row")} to be announced`)
      : problem(
          "register",
          `${counted(unannouncedRows, "row")} not announced, the oldest for ${Math.round(unannounced_seconds)} s`,
          "No relay reaches NATS: see the log of any process for why."
        ),
    queued_seconds < late_seconds
      ? ok("queued messages", "none waits for a minute")
      : warning(
          "queued messages",
          `the oldest has waited for ${Math.round(queued_seconds)} s`,
          "Start more workers, or see why they do not send: carillon_delivery_attempts_total by result"
        ),
    diagnoseLetters(figures.openLetters),
    unknown === 0
      ? ok("unknown deliveries", "none")
      : warning(
          "unknown deliveries",
          `${counted(unknown, "message")} may have been sent, and nobody knows`,
          "Compare with the provider's log, then: carillon delivery resolve <job_id> --as sent|failed|resend"
        )
  ]
}
