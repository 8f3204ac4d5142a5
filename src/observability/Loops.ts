/** The loops that run for as long as the process: each says when it has gone round, so that one that died or hangs is seen. */

import { Cause, Clock, Context, Duration, Effect, Metric, type Scope } from "effect"

import { pulledGauge } from "./pulledMetric.ts"

/** What a loop may take for one turn besides its pause. Every question to a server gives up well before. */
const patience = Duration.minutes(1)

const afterDefect = Duration.seconds(1)

const lateLoops = Metric.gauge("carillon_late_loops", {
  description: "Loops of this process that hang, or have died: /health/ready names them"
})

export interface Loop {
  /** One turn: it begins now, and ends however `effect` ends. */
  readonly turn: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Waiting for work, or for a server that is away: however long it takes, the loop is alive. */
  readonly rest: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

interface Watched {
  readonly name: string
  readonly allowed: Duration.Duration
  /** Of the monotonic clock, when its turn began; null while it rests. */
  since_ms: number | null
}

interface Register {
  /** A loop that takes at most `pause` and a minute for a turn; watched until the scope ends. */
  readonly watch: (name: string, pause: Duration.Input) => Effect.Effect<Loop, never, Scope.Scope>
  /** The names of those that have not gone round in time. */
  readonly lateAt: (clock: Clock.Clock) => ReadonlyArray<string>
  /** A server is away, or nothing may be done: the time of every loop begins anew. */
  readonly excuse: Effect.Effect<void>
}

const monotonic_ms = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)

const now_ms = Effect.map(Clock.Clock, monotonic_ms)

const isLate =
  (now: number) =>
  ({ allowed, since_ms }: Watched): boolean =>
    since_ms !== null && now - since_ms > Duration.toMillis(allowed)

export const makeLoops = (): Register => {
  const all = new Set<Watched>()

  const watch = Effect.fnUntraced(function* (name: string, pause: Duration.Input) {
    const allowed = Duration.sum(Duration.fromInputUnsafe(pause), patience)
    const begun: Watched = { name, allowed, since_ms: yield* now_ms }
    const watched = yield* Effect.acquireRelease(
      Effect.sync(() => {
        all.add(begun)
        return begun
      }),
      () => Effect.sync(() => all.delete(begun))
    )
    const begin = Effect.map(now_ms, (now) => {
      watched.since_ms = now
    })
    const pausing = Effect.sync(() => {
      watched.since_ms = null
    })
    const loop: Loop = {
      turn: (effect) => Effect.andThen(begin, Effect.ensuring(effect, begin)),
      rest: (effect) => Effect.andThen(pausing, Effect.ensuring(effect, begin))
    }
    return loop
  })

  return {
    watch,
    lateAt: (clock) => [...all].filter(isLate(monotonic_ms(clock))).map(({ name }) => name),
    excuse: Effect.map(now_ms, (now) => {
      for (const watched of all) if (watched.since_ms !== null) watched.since_ms = now
    })
  }
}

/** Of the process, like its metrics. */
export const Loops = Context.Reference<Register>("carillon/observability/Loops", { defaultValue: makeLoops })

export const watchLoop = (name: string, pause: Duration.Input) =>
  Effect.flatMap(Loops, ({ watch }) => watch(name, pause))

/** Shows how many are late, until the scope ends. */
export const showLateLoops = Effect.gen(function* () {
  const [clock, { lateAt }] = [yield* Clock.Clock, yield* Loops]
  yield* pulledGauge(lateLoops, () => lateAt(clock).length)
})

/** `turn` for ever. A defect in it is logged, and does not end the loop. */
export const keepTurning = <R>(turn: Effect.Effect<unknown, never, R>): Effect.Effect<never, never, R> =>
  turn.pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.andThen(Effect.logError("a loop's turn died; it goes on", cause), Effect.sleep(afterDefect))
    ),
    Effect.forever
  )
