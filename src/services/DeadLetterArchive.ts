/** What died, as an operator reads it. */

import { Context, Effect, Layer, Option, Schema } from "effect"

import { type DeadLetterSummary, type DeadLetterWhole } from "#schemas/http/deadLetters.ts"
import { DeadLetterId, type OrganizationId } from "#schemas/Ids.ts"
import { Instant, shorten } from "#schemas/Instant.ts"
import { type CursorPage, cursorPage } from "#src/domain/cursorPage.ts"
import { missing, type Rejected } from "#src/domain/Rejected.ts"
import {
  type DeadLetterFilter,
  DeadLetterReader,
  type DeadLetterRow
} from "#src/repositories/DeadLetterReader.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

import { readCursor, writeCursor } from "./cursor.ts"
import { orNull } from "./describeMessage.ts"

export interface ListDeadLetters {
  readonly organizationId: OrganizationId
  readonly filter: DeadLetterFilter
  readonly limit: number
  readonly offset: number
  readonly cursor?: string
}

const Place = Schema.Struct({ diedAt: Instant, deadLetterId: DeadLetterId })

const summarize = (row: DeadLetterRow): DeadLetterSummary => ({
  dead_letter_id: row.dead_letter_id,
  stream: row.stream,
  subject: row.subject,
  consumer: row.consumer,
  reason: row.reason,
  detail: row.detail,
  deliveries: row.deliveries,
  job_id: row.job_id,
  event_id: row.event_id,
  event_type: row.event_type,
  died_at: shorten(row.died_at),
  state: row.state,
  decided_at: orNull(row.decided_at),
  decided_by: row.decided_by
})

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const decodeText = Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))

/** As text where it is some. */
const bodyOf = (bytes: Uint8Array): { readonly body: string } | { readonly body_base64: string } =>
  Option.match(decodeText(bytes), {
    onSome: (body) => ({ body }),
    onNone: () => ({ body_base64: Buffer.from(bytes).toString("base64") })
  })

export class DeadLetterArchive extends Context.Service<
  DeadLetterArchive,
  {
    readonly get: (
      organizationId: OrganizationId,
      id: DeadLetterId
    ) => Effect.Effect<DeadLetterWhole, Rejected | LedgerUnreachable>
    /** Newest first. Fails with `invalid_query` where the cursor is none of ours. */
    readonly list: (
      asked: ListDeadLetters
    ) => Effect.Effect<CursorPage<DeadLetterSummary>, Rejected | LedgerUnreachable>
  }
>()("carillon/services/DeadLetterArchive") {
  static readonly layer = Layer.effect(
    DeadLetterArchive,
    Effect.gen(function* () {
      const reader = yield* DeadLetterReader

      const get = Effect.fn("DeadLetterArchive.get")(function* (
        organizationId: OrganizationId,
        id: DeadLetterId
      ) {
        const found = yield* reader.get(organizationId, id)
        if (Option.isNone(found)) return yield* missing(`there is no dead letter ${id}`)
        const { body, headers, history } = found.value
        return { ...summarize(found.value), ...bodyOf(body), headers, history }
      })

      const list = Effect.fn("DeadLetterArchive.list")(function* (asked: ListDeadLetters) {
        const { cursor, filter, organizationId } = asked
        const before = cursor === undefined ? undefined : yield* Effect.fromResult(readCursor(Place, cursor))
        const found = yield* reader.list(
          organizationId,
          { ...filter, ...(before === undefined ? {} : { before }) },
          asked
        )
        const page = cursorPage(asked, found, (row) =>
          writeCursor(Place, { diedAt: row.died_at, deadLetterId: row.dead_letter_id })
        )
        return { ...page, items: page.items.map(summarize) }
      })

      return DeadLetterArchive.of({ get, list })
    })
  )
}
