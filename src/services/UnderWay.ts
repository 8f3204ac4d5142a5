/** The jobs that this process has under way, each from before its start to after its settlement. */

import { Context, Layer } from "effect"

import { type JobId } from "#schemas/Ids.ts"

export class UnderWay extends Context.Service<
  UnderWay,
  {
    /** Whether another hint of it must not start it: to take back that start could take back the one that was sent. */
    readonly has: (id: JobId) => boolean
    /** Whether nobody works on it any more, though it is not settled. */
    readonly isLost: (id: JobId) => boolean
    readonly lost: () => ReadonlyArray<JobId>
    readonly begin: (ids: Iterable<JobId>) => void
    /** The ledger refused to settle them: they stay as they are until they are found to be closed. */
    readonly lose: (ids: Iterable<JobId>) => void
    /** They are settled, or were never started: another hint may start them. */
    readonly end: (ids: Iterable<JobId>) => void
  }
>()("carillon/services/UnderWay") {
  static readonly layer = Layer.sync(UnderWay, () => {
    const worked = new Set<JobId>()
    const lost = new Set<JobId>()
    return UnderWay.of({
      has: (id) => worked.has(id) || lost.has(id),
      isLost: (id) => !worked.has(id),
      lost: () => [...lost],
      begin: (ids) => {
        for (const id of ids) worked.add(id)
      },
      lose: (ids) => {
        for (const id of ids) {
          worked.delete(id)
          lost.add(id)
        }
      },
      end: (ids) => {
        for (const id of ids) {
          worked.delete(id)
          lost.delete(id)
        }
      }
    })
  })
}
