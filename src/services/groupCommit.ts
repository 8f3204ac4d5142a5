/** Many small calls, one big one: what comes while a call is under way goes into the next one together. */

import { Deferred, Effect, Exit, Queue, type Scope } from "effect"

interface Call<A, B, E> {
  readonly items: ReadonlyArray<A>
  readonly answered: Deferred.Deferred<ReadonlyArray<B>, E>
}

/** As many calls, in order, as fit into `most` items; at least one. */
const takeTogether = <C extends { readonly items: ReadonlyArray<unknown> }>(
  calls: ReadonlyArray<C>,
  most: number
): ReadonlyArray<ReadonlyArray<C>> => {
  const groups: Array<Array<C>> = []
  let size = Number.POSITIVE_INFINITY
  for (const call of calls) {
    if (size + call.items.length > most) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(call)
    size += call.items.length
  }
  return groups
}

/**
 * Nothing lingers: a call that comes alone goes alone. One is under way at a time, with `most` items unless one call
 * brings more. Where a shared call dies, each of its calls is tried alone, so that one of them cannot harm the others.
 *
 * @param run answers one for each item, in order
 */
export const makeGroupCommit = <A, B, E>(
  run: (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E>,
  most: number
): Effect.Effect<(items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const waiting = yield* Queue.unbounded<Call<A, B, E>>()

    const runAlone = ({ answered, items }: Call<A, B, E>) =>
      Effect.flatMap(Effect.exit(run(items)), (exit) => Deferred.done(answered, exit))

    const runTogether = Effect.fnUntraced(function* (calls: ReadonlyArray<Call<A, B, E>>) {
      const exit = yield* Effect.exit(run(calls.flatMap(({ items }) => items)))
      if (Exit.hasDies(exit)) return yield* Effect.forEach(calls, runAlone, { discard: true })
      let from = 0
      for (const { answered, items } of calls) {
        const begin = from
        from += items.length
        yield* Deferred.done(
          answered,
          Exit.map(exit, (answers) => answers.slice(begin, begin + items.length))
        )
      }
    })

    yield* Queue.takeBetween(waiting, 1, most).pipe(
      Effect.flatMap((calls) =>
        Effect.forEach(takeTogether(calls, most), (group) => Effect.uninterruptible(runTogether(group)), {
          discard: true
        })
      ),
      Effect.forever,
      Effect.forkScoped
    )

    return Effect.fnUntraced(function* (items: ReadonlyArray<A>) {
      if (items.length === 0) return []
      const answered = yield* Deferred.make<ReadonlyArray<B>, E>()
      yield* Queue.offer(waiting, { items, answered })
      return yield* Deferred.await(answered)
    })
  })
