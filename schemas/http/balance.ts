/** The ledger's own account: what was planned against what became of it. */

import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"

import { ExecutionId } from "../Ids.ts"
import { Authenticated } from "./Authenticated.ts"

/** What a planned message can have become; together they are all that was planned. */
export const balanceCounts = {
  /** Queued, sending or retrying. */
  in_flight: Schema.Int,
  /** Handed over, no later news. */
  sent: Schema.Int,
  /** Opened, clicked and unsubscribed too. */
  delivered: Schema.Int,
  expired: Schema.Int,
  failed: Schema.Int,
  bounced: Schema.Int,
  suppressed: Schema.Int,
  cancelled: Schema.Int,
  unknown: Schema.Int,
  dead: Schema.Int
}

export const BalanceSheet = Schema.Struct({
  balanced: Schema.Boolean,
  /** As planning counted; the others are counted from the rows. */
  planned: Schema.Int,
  ...balanceCounts
})
export type BalanceSheet = typeof BalanceSheet.Type

export class BalanceApi extends HttpApiGroup.make("balance")
  .add(
    HttpApiEndpoint.get("get", "/api/v1/balance", {
      query: { execution_id: Schema.optionalKey(ExecutionId) },
      success: BalanceSheet
    })
  )
  .middleware(Authenticated) {}
