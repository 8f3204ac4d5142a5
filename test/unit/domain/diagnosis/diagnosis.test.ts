/** Each thing that may be wrong is found, and each that is not is not. */

import { assert, describe, it } from "@effect/vitest"

import { TemplateCode } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { diagnoseCatalogue, type StoredTemplate } from "#src/domain/diagnosis/catalogue.ts"
import { diagnoseClock } from "#src/domain/diagnosis/clock.ts"
import { type Finding } from "#src/domain/diagnosis/Finding.ts"
import {
  diagnoseFigures,
  diagnosePostgres,
  type LedgerFigures,
  postgresAway
} from "#src/domain/diagnosis/ledger.ts"
import { diagnoseAuth, diagnoseDisk, diagnoseEnvironment } from "#src/domain/diagnosis/machine.ts"
import {
  diagnoseNatsServer,
  diagnoseStorage,
  jetStreamFrozen,
  natsAway
} from "#src/domain/diagnosis/natsServer.ts"
import { type ConsumerFacts, diagnoseStreams } from "#src/domain/diagnosis/streams.ts"

/** What is not ok, as `level subject: detail`. */
const wrong = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings
    .filter(({ level }) => level !== "ok")
    .map(({ detail, level, subject }) => `${level} ${subject}: ${detail}`)

/** Whatever is wrong says what to do. */
const allHaveRemedies = (findings: ReadonlyArray<Finding>) => {
  for (const { level, remedy } of findings) assert.strictEqual(remedy === null, level === "ok")
}

describe("diagnoseClock", () => {
  it.each([
    [0, "ok"],
    [1999, "ok"],
    [-1999, "ok"],
    [2000, "warning"],
    [-29_999, "warning"],
    [30_000, "problem"],
    [-3_600_000, "problem"]
  ] as const)("takes %d ms for %s", (skew_ms, level) => {
    const finding = diagnoseClock("Postgres", skew_ms)
    assert.strictEqual(finding.level, level)
    allHaveRemedies([finding])
  })

  it("says which way", () => {
    assert.strictEqual(diagnoseClock("NATS", 5000).detail, "5.0 s ahead of this machine's")
    assert.strictEqual(diagnoseClock("NATS", -5000).detail, "5.0 s behind this machine's")
  })
})

describe("diagnoseNatsServer", () => {
  it.each([
    ["2.12.0", true, []],
    ["2.15.1", true, []],
    ["3.0.0", true, []],
    ["2.11.9", true, ["problem NATS: version 2.11.9 is too old"]],
    ["1.4.1", true, ["problem NATS: version 1.4.1 is too old"]],
    ["", true, ["problem NATS: version  is too old"]],
    ["2", true, ["problem NATS: version 2 is too old"]],
    ["2.12.1", false, ["problem JetStream: is off"]]
  ] as const)("of version %j with JetStream %s", (version, hasJetStream, expected) => {
    const findings = diagnoseNatsServer({ version, hasJetStream })
    assert.deepStrictEqual(wrong(findings), [...expected])
    allHaveRemedies(findings)
  })
})

describe("diagnoseStorage", () => {
  it.each([
    [5, -1, "ok"],
    [799, 1000, "ok"],
    [800, 1000, "warning"],
    [950, 1000, "problem"]
  ] as const)("takes %d of %d for %s", (used_bytes, limit_bytes, level) => {
    assert.strictEqual(diagnoseStorage({ used_bytes, limit_bytes }).level, level)
  })
})

describe("what does not answer", () => {
  it("is a problem with a remedy", () => {
    const findings = [natsAway("nats://here"), postgresAway("postgres://here"), jetStreamFrozen("no answer")]
    assert.deepStrictEqual(wrong(findings), [
      "problem NATS: does not answer at nats://here",
      "problem Postgres: does not answer at postgres://here",
      "problem JetStream: did not store a message: no answer"
    ])
    allHaveRemedies(findings)
  })
})

describe("diagnoseStreams", () => {
  const healthy: ConsumerFacts = {
    durable: "deliver-email",
    exists: true,
    pending: 1,
    ackPending: 0,
    waitingPulls: 1,
    isPaused: false,
    differences: []
  }
  const difference = { setting: "max_age", wanted: "7", found: "1" }
  const diagnose = (consumer: Partial<ConsumerFacts>) =>
    diagnoseStreams([
      {
        name: "JOBS_EMAIL",
        exists: true,
        messages: 2,
        differences: [],
        consumers: [{ ...healthy, ...consumer }]
      }
    ])

  it.each([
    { what: "one that is worked on", facts: {}, expected: [] },
    { what: "all workers are busy", facts: { waitingPulls: 0, ackPending: 3 }, expected: [] },
    { what: "nothing is waiting and nobody pulls", facts: { pending: 0, waitingPulls: 0 }, expected: [] },
    { what: "a missing one", facts: { exists: false }, expected: ["problem: is missing"] },
    {
      what: "a paused one",
      facts: { isPaused: true, pending: 2 },
      expected: ["warning: is paused, with 2 messages waiting"]
    },
    {
      what: "one without a worker",
      facts: { waitingPulls: 0 },
      expected: ["problem: 1 message waiting, and nobody takes them"]
    },
    {
      what: "one that differs",
      facts: { differences: [difference] },
      expected: ["warning: max_age is 1, wanted 7"]
    }
  ])("says of $what", ({ expected, facts }) => {
    const findings = diagnose(facts)
    assert.deepStrictEqual(
      wrong(findings),
      expected.map((text) => text.replace(": ", " durable deliver-email of JOBS_EMAIL: "))
    )
    allHaveRemedies(findings)
  })

  it("names the role that a durable needs", () => {
    const roleFor = (durable: string) => diagnose({ durable, waitingPulls: 0 }).at(-1)?.remedy
    assert.include(roleFor("deliver-email"), "--role worker")
    assert.include(roleFor("plan-events"), "--role planner")
  })

  it("says of streams what is missing, without asking for its durables, and what differs", () => {
    const stream = { name: "EVENTS", exists: true, messages: 0, differences: [difference], consumers: [] }
    const findings = diagnoseStreams([
      stream,
      { ...stream, name: "DLQ", exists: false, consumers: [healthy] }
    ])
    assert.deepStrictEqual(wrong(findings), [
      "warning stream EVENTS: max_age is 1, wanted 7",
      "problem stream DLQ: is missing"
    ])
    assert.lengthOf(findings, 2)
    allHaveRemedies(findings)
  })
})

describe("diagnosePostgres", () => {
  const healthy = {
    version: 180_001,
    settings: { fsync: "on", full_page_writes: "on", synchronous_commit: "on" },
    missingMigrations: [],
    hasPartitions: true
  }

  it.each([
    { what: "a healthy one", facts: {}, expected: [] },
    {
      what: "an old one",
      facts: { version: 140_011 },
      expected: ["problem Postgres: version 14 is too old"]
    },
    {
      what: "one without fsync",
      facts: { settings: { ...healthy.settings, fsync: "off" } },
      expected: ["problem Postgres fsync: is off. A power cut may destroy the database."]
    },
    {
      what: "one that commits later",
      facts: { settings: { ...healthy.settings, synchronous_commit: "off" } },
      expected: [
        "problem Postgres synchronous_commit: is off. What was accepted may be lost with a power cut."
      ]
    },
    {
      what: "one of an older version",
      facts: { missingMigrations: ["0007_x.sql"] },
      expected: ["problem schema: without 0007_x.sql"]
    },
    {
      what: "one without partitions",
      facts: { hasPartitions: false },
      expected: ["warning partitions: are missing for this month or the next"]
    }
  ])("says of $what", ({ expected, facts }) => {
    const findings = diagnosePostgres({ ...healthy, ...facts })
    assert.deepStrictEqual(wrong(findings), expected)
    allHaveRemedies(findings)
  })
})

describe("diagnoseFigures", () => {
  const healthy: LedgerFigures = {
    unannouncedRows: 1,
    unannounced_seconds: 1,
    queued_seconds: 59,
    openLetters: [{ reason: "no_contact", count: 0 }],
    unknown: 0,
    difference: 0,
    workers: [{ role: "all", state: "alive", count: 1 }]
  }

  it.each([
    { what: "a healthy one", facts: {}, expected: [] },
    { what: "none alive", facts: { workers: [] }, expected: ["problem processes: none is alive"] },
    {
      what: "dead ones",
      facts: {
        workers: [
          ...healthy.workers,
          { role: "worker", state: "dead", count: 1 },
          { role: "worker", state: "silent", count: 1 }
        ]
      },
      expected: ["warning processes: 2 silent or dead"]
    },
    {
      what: "an imbalance",
      facts: { difference: -1 },
      expected: ["problem balance: -1 more planned than found"]
    },
    {
      what: "an old row of the register",
      facts: { unannounced_seconds: 60 },
      expected: ["problem register: 1 row not announced, the oldest for 60 s"]
    },
    {
      what: "an old message",
      facts: { queued_seconds: 61.4 },
      expected: ["warning queued messages: the oldest has waited for 61 s"]
    },
    {
      what: "dead letters",
      facts: { openLetters: [{ reason: "no_contact", count: 2 }, ...healthy.openLetters] },
      expected: ["warning dead letters: 2 no_contact"]
    },
    {
      what: "unknown deliveries",
      facts: { unknown: 1 },
      expected: ["warning unknown deliveries: 1 message may have been sent, and nobody knows"]
    }
  ])("says of $what", ({ expected, facts }) => {
    const findings = diagnoseFigures({ ...healthy, ...facts })
    assert.deepStrictEqual(wrong(findings), expected)
    allHaveRemedies(findings)
  })
})

describe("diagnoseCatalogue", () => {
  const at = Instant.make("2026-11-21T12:00:00.000Z")
  const template: StoredTemplate = {
    organization_id: "default",
    template_id: "tpl_1",
    template_code: TemplateCode.make("welcome"),
    channel: "email",
    locale: "en",
    version: 1,
    description: null,
    syntax: "carillon",
    content: { subject: "Hello {{name}}", html: "<p>{{name}}</p>" },
    created_at: at,
    updated_at: at
  }
  const type = {
    organization_id: "default",
    event_type: "registered",
    notifications: [{ template_code: TemplateCode.make("welcome"), channels: ["email" as const] }]
  }

  it("has nothing against a template that can be rendered and is there", () => {
    assert.deepStrictEqual(wrong(diagnoseCatalogue([template], [type])), [])
  })

  it("finds a template that cannot be read any more", () => {
    const broken = { ...template, content: { subject: "Hello {{#if", html: "<p></p>" } }
    const findings = diagnoseCatalogue([broken], [type])
    assert.match(
      wrong(findings)[0] ?? "",
      /^problem template welcome \(email, en\) of default: cannot be rendered: /
    )
    allHaveRemedies(findings)
  })

  it.each([
    { what: "of another code", other: { template_code: TemplateCode.make("other") } },
    { what: "of another channel", other: { channel: "sms" as const, content: { body: "Hello" } } },
    { what: "of another organization", other: { organization_id: "other" } }
  ])("does not take a template $what for that of an event type", ({ other }) => {
    assert.deepStrictEqual(wrong(diagnoseCatalogue([{ ...template, ...other }], [type])), [
      "problem event type registered of default: there is no template welcome for email"
    ])
  })

  it("warns of a template without the default's locale", () => {
    assert.deepStrictEqual(wrong(diagnoseCatalogue([{ ...template, locale: "ru" }], [type])), [
      "warning event type registered of default: welcome has no en for those who read none of ru"
    ])
  })
})

describe("diagnoseDisk", () => {
  it.each([
    [500e9, 1000e9, "ok"],
    [40e9, 1000e9, "warning"],
    [0.9e9, 10e9, "warning"],
    [5e9, 1000e9, "problem"],
    [0.2e9, 1e9, "problem"],
    [2e9, 0, "ok"]
  ] as const)("takes %d free of %d for %s", (free_bytes, total_bytes, level) => {
    const finding = diagnoseDisk({ folder: "/data", free_bytes, total_bytes })
    assert.strictEqual(finding.level, level)
    allHaveRemedies([finding])
  })
})

describe("diagnoseEnvironment", () => {
  it("warns once of all that is set in vain", () => {
    assert.deepStrictEqual(diagnoseEnvironment([]), [])
    assert.deepStrictEqual(wrong(diagnoseEnvironment(["REDIS_URL", "NATS_GRPC_HOST"])), [
      "warning environment: REDIS_URL, NATS_GRPC_HOST set, and not read"
    ])
  })
})

describe("diagnoseAuth", () => {
  it.each([
    [{ status: 404, isJson: true }, "ok"],
    [{ status: 200, isJson: true }, "ok"],
    [{ status: 404, isJson: false }, "warning"],
    [{ status: 401, isJson: true }, "warning"],
    [{ status: null, isJson: false }, "warning"]
  ] as const)("takes %j for %s", (facts, level) => {
    const finding = diagnoseAuth(facts)
    assert.strictEqual(finding.level, level)
    allHaveRemedies([finding])
  })
})
