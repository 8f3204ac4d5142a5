/** Looks at Postgres, and at what lies in it, for `carillon doctor`. */

import { Clock, Duration, Effect } from "effect"

import { diagnoseCatalogue } from "#src/domain/diagnosis/catalogue.ts"
import { diagnoseClock } from "#src/domain/diagnosis/clock.ts"
import { type Finding } from "#src/domain/diagnosis/Finding.ts"
import {
  diagnoseFigures,
  diagnosePostgres,
  type LedgerFigures,
  postgresAway
} from "#src/domain/diagnosis/ledger.ts"
import { DiagnosisRepository } from "#src/repositories/DiagnosisRepository.ts"
import { type Figure, FigureRepository } from "#src/repositories/FigureRepository.ts"

/** The account of a big ledger takes long. */
const patience = Duration.seconds(30)

const named = (figures: ReadonlyArray<Figure>, name: string) =>
  figures.filter((figure) => figure.name === name)

const sum = (figures: ReadonlyArray<Figure>): number => figures.reduce((total, { value }) => total + value, 0)

const largest = (figures: ReadonlyArray<Figure>): number => Math.max(0, ...figures.map(({ value }) => value))

const figuresOf = (work: ReadonlyArray<Figure>, balance: ReadonlyArray<Figure>): LedgerFigures => ({
  unannouncedRows: sum(named(work, "outbox_rows")),
  unannounced_seconds: largest(named(work, "outbox_age_seconds")),
  queued_seconds: largest(named(work, "queued_age_seconds")),
  openLetters: named(work, "dead_letters").map(({ labels: [reason = ""], value }) => ({
    reason,
    count: value
  })),
  unknown: sum(named(balance, "messages").filter(({ labels: [status] }) => status === "unknown")),
  difference: sum(named(balance, "planned")) - sum(named(balance, "messages")),
  workers: named(work, "workers").map(({ labels: [role = "", state = ""], value }) => ({
    role,
    state,
    count: value
  }))
})

const clock = Effect.gen(function* () {
  const before_ms = yield* Clock.currentTimeMillis
  const now_ms = yield* DiagnosisRepository.use(({ nowMillis }) => nowMillis)
  const after_ms = yield* Clock.currentTimeMillis
  return diagnoseClock("Postgres", now_ms - (before_ms + after_ms) / 2)
})

/** What lies in it can only be read in the schema of this version. */
const examineContent = Effect.gen(function* () {
  const { eventTypes, templates } = yield* DiagnosisRepository
  const { balance, work } = yield* FigureRepository
  return [
    ...diagnoseFigures(figuresOf(yield* work, yield* balance)),
    ...diagnoseCatalogue(yield* templates, yield* eventTypes)
  ]
})

/** @param address without credentials, for the person who reads */
export const examineLedger = Effect.fn("Diagnosis.examineLedger")(function* (address: string) {
  const examined = Effect.gen(function* () {
    // A first statement opens the connection: the clock is compared by the second.
    const facts = yield* DiagnosisRepository.use(({ facts }) => facts)
    const own = [...diagnosePostgres(facts), yield* clock]
    return facts.missingMigrations.length > 0 ? own : [...own, ...(yield* examineContent)]
  })
  return yield* examined.pipe(
    Effect.timeout(patience),
    Effect.orElseSucceed((): ReadonlyArray<Finding> => [postgresAway(address)])
  )
})
