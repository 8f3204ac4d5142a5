/** Everything that can be looked at from outside, looked at once, with what to do about what is wrong. */

import { Config, Console, Effect, Option, Redacted } from "effect"

import { AuthConfig } from "#src/config/AuthConfig.ts"
import { EmbeddedConfig } from "#src/config/EmbeddedConfig.ts"
import { NatsConfig } from "#src/config/NatsConfig.ts"
import { PostgresConfig } from "#src/config/PostgresConfig.ts"
import { type Finding, type Level } from "#src/domain/diagnosis/Finding.ts"
import { diagnoseDisk, diagnoseEnvironment, foreignVariables } from "#src/domain/diagnosis/machine.ts"
import { diskSpace } from "#src/embedded/diskSpace.ts"
import { allConsumers } from "#src/main.ts"
import { examineAge } from "#src/services/diagnosis/examineAge.ts"
import { examineAuth } from "#src/services/diagnosis/examineAuth.ts"
import { examineLedger } from "#src/services/diagnosis/examineLedger.ts"
import { examineNats } from "#src/services/diagnosis/examineNats.ts"
import { allStreams } from "#streams/all.ts"

import { asJson } from "./asJson.ts"
import { ProblemsFound } from "./errors.ts"
import { withoutLogin } from "./withoutLogin.ts"

const examineMachine = Effect.gen(function* () {
  const { home } = yield* EmbeddedConfig
  const disk = yield* diskSpace(home)
  const set = yield* Effect.filter(foreignVariables, (name) =>
    Effect.map(Config.option(Config.String(name)), Option.isSome)
  )
  return [...Option.toArray(Option.map(disk, diagnoseDisk)), ...diagnoseEnvironment(set)]
})

/** Servers that are away are findings, and hold up no other. */
const examine = Effect.gen(function* () {
  const nats = withoutLogin(Redacted.value((yield* NatsConfig).url))
  const postgres = withoutLogin(Redacted.value((yield* PostgresConfig).url))
  const auth = yield* AuthConfig
  const findings = yield* Effect.all(
    [
      examineMachine,
      examineNats(nats, allStreams, allConsumers),
      examineLedger(postgres),
      examineAge,
      examineAuth(auth)
    ],
    { concurrency: "unbounded" }
  )
  return findings.flat()
})

const sign: Readonly<Record<Level, string>> = { ok: "ok     ", warning: "WARNING", problem: "PROBLEM" }

const lines = ({ detail, level, remedy, subject }: Finding): ReadonlyArray<string> => [
  `${sign[level]}  ${subject}: ${detail}`,
  ...(remedy === null ? [] : [`         ${remedy}`])
]

const summary = (findings: ReadonlyArray<Finding>): string => {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length
  return `${count("problem")} problems, ${count("warning")} warnings, ${count("ok")} ok`
}

/** Fails where there is a problem; a warning is none. */
export const doctor = Effect.fnUntraced(function* (json: boolean) {
  const findings = yield* examine
  yield* Console.log(
    json ? asJson({ findings }) : [...findings.flatMap(lines), "", summary(findings)].join("\n")
  )
  const problems = findings.filter(({ level }) => level === "problem")
  if (problems.length > 0)
    return yield* new ProblemsFound({ subjects: problems.map(({ subject }) => subject) })
})
