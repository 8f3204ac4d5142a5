/** The tree is the architecture: who knows the name of one stage knows its files in every folder, its durable and its tables. */

import { existsSync, globSync, readFileSync } from "node:fs"
import { basename } from "node:path"

import { assert, describe, it } from "@effect/vitest"

import { allConsumers } from "#src/main.ts"
import { allStreams } from "#streams/all.ts"
import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"

/** One row a stage of `event → job → outcome`, and of what dies on the way. */
const stages = [
  {
    stage: "event",
    schema: "Event",
    streams: ["events"],
    consumers: ["planEvents"],
    decision: "planEvent",
    tables: ["events", "event_keys"]
  },
  {
    stage: "job",
    schema: "Job",
    streams: ["jobs"],
    consumers: ["deliverEmail"],
    decision: "fate",
    tables: ["campaign.campaign_messages", "campaign.delivery_attempts"]
  },
  {
    stage: "outcome",
    schema: "Outcome",
    streams: ["outcomes"],
    consumers: [],
    decision: "Settlement",
    tables: ["outbox"]
  },
  {
    stage: "dead letter",
    schema: "DeadLetter",
    streams: ["deadLetters", "advisories"],
    consumers: ["buryDeadLetters"],
    decision: "burial",
    tables: ["dead_letters"]
  },
  {
    stage: "clock of the ledger",
    schema: "LedgerClock",
    streams: ["ledgerClock"],
    consumers: [],
    decision: "ledgerClock",
    tables: ["ledger_clock"]
  }
]

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Whether every subject that `filter` matches is matched by `subject`. */
const covers = (subject: string, filter: string): boolean => {
  const wide = subject.split(".")
  const narrow = filter.split(".")
  const rest = wide.indexOf(">")
  if (rest !== -1 && narrow.length < wide.length) return false
  if (rest === -1 && wide.length !== narrow.length) return false
  return narrow
    .slice(0, rest === -1 ? undefined : rest)
    .every((token, i) => token !== ">" && (wide[i] === "*" || wide[i] === token))
}

/** Whether there is a subject that both match. */
const overlap = (one: string, other: string): boolean => {
  const [a, b] = [one.split("."), other.split(".")]
  for (const [i, token] of a.entries()) {
    if (token === ">" || b[i] === ">") return true
    if (b[i] === undefined || (token !== "*" && b[i] !== "*" && token !== b[i])) return false
  }
  return a.length === b.length
}

/** Of all of a stream where the consumer names none. */
const filtersOf = ({ filterSubjects, stream }: ConsumerDefinition): ReadonlyArray<string> =>
  filterSubjects.length === 0 ? stream.subjects : filterSubjects

/** All but the loop that they share. */
const consumerFiles = globSync("consumers/*.ts")
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "run")
  .toSorted()

const migrations = globSync("migrations/*.sql")
  .map((file) => readFileSync(file, "utf8"))
  .join("\n")

const streamFiles = globSync("streams/*.ts").map((file) => basename(file, ".ts"))
const tests = globSync("test/{unit,integration,e2e}/**/*.test.ts").map((file) => readFileSync(file, "utf8"))

describe("covers", () => {
  it.each([
    ["events.*.>", "events.*.>", true],
    ["events.>", "events.*.paid", true],
    ["events.*.>", "events.shop", false],
    ["jobs.email.>", "jobs.sms.tx.*", false],
    ["jobs.*.tx", "jobs.email.>", false],
    ["jobs.*", "jobs.email.tx", false]
  ])("%s, of %s: %s", (subject, filter, expected) => {
    assert.strictEqual(covers(subject, filter), expected)
  })
})

describe("each stage", () => {
  it.each(stages)("$stage has its files and tables", ({ consumers, decision, schema, streams, tables }) => {
    for (const file of [
      `schemas/${schema}.ts`,
      `src/domain/${decision}.ts`,
      ...streams.map((name) => `streams/${name}.ts`),
      ...consumers.map((name) => `consumers/${name}.ts`)
    ])
      assert.isTrue(existsSync(file), file)
    for (const table of tables) assert.include(migrations, `create table ${table} (`)
  })

  it("names every consumer and every stream", () => {
    assert.deepStrictEqual(stages.flatMap(({ consumers }) => consumers).toSorted(), consumerFiles)
    const machinery = new Set(["StreamDefinition", "ConsumerDefinition", "subjects", "all"])
    assert.sameMembers(
      stages.flatMap(({ streams }) => streams),
      streamFiles.filter((name) => !machinery.has(name))
    )
  })
})

describe("each consumer", () => {
  it("is made at the first connection", () => {
    assert.sameMembers(
      allConsumers.map(({ durable }) => durable),
      consumerFiles.map(kebab)
    )
  })

  it.each(consumerFiles)("%s defines the durable of its name", (name) => {
    assert.include(readFileSync(`consumers/${name}.ts`, "utf8"), `durable: "${kebab(name)}"`)
  })

  it.each(allConsumers)("$durable reads a stream that is made, and what lies in it", (definition) => {
    assert.include(
      allStreams.map(({ name }) => name),
      definition.stream.name
    )
    for (const filter of filtersOf(definition))
      assert.isTrue(
        definition.stream.subjects.some((subject) => covers(subject, filter)),
        filter
      )
    assert.isBelow(definition.backoff.length, definition.maxDeliver)
  })

  it.each(consumerFiles)("%s is named by a test", (name) => {
    assert.isTrue(tests.some((text) => text.includes(kebab(name)) || text.includes(`#consumers/${name}.ts`)))
  })
})

describe("each work queue", () => {
  const queues = allStreams.filter(({ retention }) => retention === "workqueue")

  it.each(queues)("$name has a consumer", ({ name }) => {
    assert.isNotEmpty(allConsumers.filter(({ stream }) => stream.name === name))
  })

  it.each(queues)("$name gives no message to two durables", ({ name }) => {
    const filters = allConsumers.filter(({ stream }) => stream.name === name).flatMap(filtersOf)
    filters.forEach((one, i) => {
      for (const other of filters.slice(i + 1)) assert.isFalse(overlap(one, other), `${one} and ${other}`)
    })
  })
})
