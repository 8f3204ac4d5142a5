/** What must have been done on each connection before anything is consumed. */

import { Effect, FiberHandle, Latch, Schedule, type Scope } from "effect"

/** `serverId` is new at every start of a server. May run twice on one connection: it must be idempotent. */
export type ConnectHook<E, R> = (serverId: string) => Effect.Effect<void, E, R>

export interface ConnectHooks {
  /** Registered for as long as the scope; runs at once where there is a connection. */
  readonly register: <E, R>(hook: ConnectHook<E, R>) => Effect.Effect<void, never, R | Scope.Scope>
  /** A connection is there: from now on the hooks run, each until it has succeeded. */
  readonly start: (serverId: string) => Effect.Effect<void>
  /** The connection is gone: what runs is interrupted. */
  readonly stop: Effect.Effect<void>
  /** Runs all of them again on this connection; does nothing without one. */
  readonly restart: Effect.Effect<void>
  /** Returns when all have succeeded on this connection. */
  readonly awaitDone: Effect.Effect<void>
}

const pause = Schedule.spaced("1 second")

export const makeConnectHooks: Effect.Effect<ConnectHooks, never, Scope.Scope> = Effect.gen(function* () {
  const hooks = new Set<ConnectHook<never, never>>()
  const passed = new Set<ConnectHook<never, never>>()
  const done = yield* Latch.make(false)
  const running = yield* FiberHandle.make<void>()
  let serverId: string | undefined

  const runAll = Effect.fnUntraced(function* (serverId: string) {
    for (const hook of hooks) {
      if (passed.has(hook)) continue
      yield* hook(serverId)
      passed.add(hook)
    }
    yield* done.open
  })

  const resume = Effect.suspend(() =>
    serverId === undefined
      ? Effect.void
      : Effect.andThen(done.close, FiberHandle.run(running, runAll(serverId)))
  )

  const restart = Effect.suspend(() => {
    passed.clear()
    return Effect.asVoid(resume)
  })

  const stop = Effect.suspend(() => {
    serverId = undefined
    // Put in its place, so that a hook that is slow to end holds up nothing.
    return Effect.andThen(done.close, Effect.asVoid(FiberHandle.run(running, Effect.void)))
  })

  const register = Effect.fnUntraced(function* <E, R>(run: ConnectHook<E, R>) {
    const context = yield* Effect.context<R>()
    const hook = (serverId: string) =>
      run(serverId).pipe(
        Effect.tapError((error) => Effect.logWarning("nothing is consumed until this succeeds", error)),
        Effect.retry(pause),
        Effect.orDie,
        Effect.provide(context)
      )
    yield* Effect.acquireRelease(
      Effect.sync(() => hooks.add(hook)),
      () => Effect.sync(() => hooks.delete(hook))
    )
    yield* resume
  })

  return {
    register,
    restart,
    stop,
    start: (id) =>
      Effect.suspend(() => {
        serverId = id
        return restart
      }),
    awaitDone: done.await
  }
})
