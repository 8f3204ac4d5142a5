/** What may be wrong with the ledger, and with what operators wrote into it, is found, and what is not is not. */

import { assert, describe, it } from "@effect/vitest"

import { TemplateCode } from "#schemas/Ids.ts"
import { Instant } from "#schemas/Instant.ts"
import { diagnoseCatalogue, type StoredTemplate } from "#src/domain/diagnosis/catalogue.ts"
import { diagnoseFigures, diagnosePostgres, type LedgerFigures } from "#src/domain/diagnosis/ledger.ts"
import { allHaveRemedies, wrong } from "#test/support/findings.ts"

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
