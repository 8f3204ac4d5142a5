/** The ledger's own account. */

import { Context, Effect, Layer } from "effect"

import { type ExecutionId, type OrganizationId } from "#schemas/Ids.ts"
import { balance, type Sheet } from "#src/domain/balance.ts"
import { missing, type Rejected } from "#src/domain/Rejected.ts"
import { BalanceRepository } from "#src/repositories/BalanceRepository.ts"
import { type LedgerUnreachable } from "#src/repositories/LedgerUnreachable.ts"

export class Balance extends Context.Service<
  Balance,
  {
    readonly ofOrganization: (organizationId: OrganizationId) => Effect.Effect<Sheet, LedgerUnreachable>
    /** Fails with `not_found` where there is no such execution. */
    readonly ofExecution: (
      organizationId: OrganizationId,
      executionId: ExecutionId
    ) => Effect.Effect<Sheet, Rejected | LedgerUnreachable>
  }
>()("carillon/services/Balance") {
  static readonly layer = Layer.effect(
    Balance,
    Effect.gen(function* () {
      const repository = yield* BalanceRepository

      const ofOrganization = Effect.fn("Balance.ofOrganization")(function* (organizationId: OrganizationId) {
        const { counts, planned } = yield* repository.ofOrganization(organizationId)
        return balance(planned, counts)
      })

      const ofExecution = Effect.fn("Balance.ofExecution")(function* (
        organizationId: OrganizationId,
        executionId: ExecutionId
      ) {
        const { counts, planned } = yield* repository.ofExecution(organizationId, executionId)
        if (planned === null) return yield* missing(`there is no execution ${executionId}`)
        return balance(planned, counts)
      })

      return Balance.of({ ofOrganization, ofExecution })
    })
  )
}
