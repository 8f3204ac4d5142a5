/** The templates of a batch of jobs, compiled once a version. */

import { Effect, Result } from "effect"

import { type MessageRow } from "#schemas/rows/MessageRow.ts"
import { type ChosenTemplate } from "#src/domain/compose.ts"
import { compileTemplate } from "#src/domain/render.ts"
import { textsOf } from "#src/domain/templateContent.ts"
import { localeFallbacks } from "#src/domain/templateLookup.ts"
import { type TemplateFound, type TemplateQuestion } from "#src/repositories/templateQueries.ts"
import { type TemplateRepository } from "#src/repositories/TemplateRepository.ts"

import { BoundedMap } from "./BoundedMap.ts"

/** What a job asks for. */
export interface TemplateRequest {
  readonly row: Pick<MessageRow, "organization_id" | "template_code" | "channel_type">
  /** Whatever a profile calls one. */
  readonly locale: string
}

/** Versions, and what was last chosen for a request: at about 100 KB each at most times. */
const mostKept = 1000

interface Kept {
  /** `<template_id>/<version>`. */
  readonly reference: string
  /** Null where its text could not be read. */
  readonly chosen: ChosenTemplate | null
}

const keyOf = ({ locale, row }: TemplateRequest): string =>
  [row.organization_id, row.template_code, row.channel_type, locale].join("\n")

const referenceOf = ({ template_id, version }: TemplateFound): string => `${template_id}/${version}`

const compile = Effect.fnUntraced(function* (found: TemplateFound, content: object) {
  const { channel, locale, syntax, template_id, version } = found
  const compiled = compileTemplate({ channel, syntax, content: textsOf({ ...content }) })
  if (Result.isSuccess(compiled)) return { version, locale, compiled: compiled.success }
  yield* Effect.logError("a template cannot be read").pipe(
    Effect.annotateLogs({
      "template.id": template_id,
      "template.version": version,
      problems: compiled.failure
    })
  )
  return null
})

export const compiledTemplates = (repository: TemplateRepository["Service"]) => {
  const versions = new BoundedMap<string, Kept>(mostKept)
  const lastChosen = new BoundedMap<string, Kept>(mostKept)

  /** One of each: what is kept is held here, whatever the cache forgets meanwhile. */
  const askedOnce = (requests: ReadonlyArray<TemplateRequest>) => {
    const asked = new Map<string, { readonly question: TemplateQuestion; readonly kept: Kept | undefined }>()
    for (const request of requests) {
      const key = keyOf(request)
      if (asked.has(key)) continue
      const { channel_type, organization_id, template_code } = request.row
      const kept = lastChosen.get(key)
      const question = {
        organizationId: organization_id,
        templateCode: template_code,
        channel: channel_type,
        locales: localeFallbacks(request.locale),
        known: kept?.reference ?? ""
      }
      asked.set(key, { question, kept })
    }
    return asked
  }

  const keep = Effect.fnUntraced(function* (found: TemplateFound, content: object) {
    const reference = referenceOf(found)
    const before = versions.get(reference)
    if (before !== undefined) return before
    const kept = { reference, chosen: yield* compile(found, content) }
    versions.set(reference, kept)
    return kept
  })

  /** See `Templates.forJobs`. */
  return Effect.fn("Templates.forJobs")(function* (requests: ReadonlyArray<TemplateRequest>) {
    const asked = [...askedOnce(requests)]
    const answers = new Map<string, ChosenTemplate | null>()
    const rows = asked.length === 0 ? [] : yield* repository.find(asked.map(([, { question }]) => question))
    for (const found of rows) {
      const [key, { kept }] = asked[found.question] ?? ["", { kept: undefined }]
      const now = found.content === null ? kept : yield* keep(found, found.content)
      if (now === undefined) continue
      lastChosen.set(key, now)
      answers.set(key, now.chosen)
    }
    return requests.map((request) => answers.get(keyOf(request)) ?? null)
  })
}
