/** Profiles from the Auth service: in slices, under one deadline, not asked while it is down. */

import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Array as Arr, Clock, Config, Duration, Effect, Layer, Option } from "effect"
import { CircuitBreaker } from "effect/persistence"

import { type UserId } from "#schemas/Ids.ts"
import { AuthConfig } from "#src/config/AuthConfig.ts"
import { type ProfileAnswer } from "#src/domain/profileAnswer.ts"
import { type AuthApi, makeAuthApi } from "#src/providers/auth/AuthApi.ts"
import { NoAnswer } from "#src/providers/auth/NoAnswer.ts"
import { ProfileSource } from "#src/providers/auth/ProfileSource.ts"
import { makeRareWarning } from "#src/providers/auth/rareWarning.ts"

/** What Auth takes in one request. */
const sliceSize = 100
/** As many as 500 people need, so that all are under the same deadline. */
const slicesAtOnce = 5
const oneByOneAtOnce = 8
const patience = Duration.seconds(2)
/** How long an Auth without the batch endpoint is not asked for it again. */
const batchMissing_ms = 60_000

/** All that one `find` learns; it keeps what came before the deadline. */
interface Inquiry {
  readonly answers: Map<UserId, ProfileAnswer>
  readonly troubles: Array<NoAnswer>
}

/** About many at once, or one by one where Auth cannot do that. */
const makeAsk = (api: AuthApi) => {
  let batchMissingUntil_ms = 0

  const askOne = (user: UserId, { answers, troubles }: Inquiry) =>
    Effect.match(api.one(user), {
      onFailure: (trouble) => void troubles.push(trouble),
      onSuccess: (answer) => void answers.set(user, answer)
    })

  return Effect.fnUntraced(function* (users: ReadonlyArray<UserId>, inquiry: Inquiry) {
    const now_ms = yield* Clock.currentTimeMillis
    if (now_ms >= batchMissingUntil_ms) {
      const found = yield* api.many(users)
      if (Option.isSome(found)) {
        for (const [user, answer] of found.value) inquiry.answers.set(user, answer)
        return
      }
      batchMissingUntil_ms = now_ms + batchMissing_ms
      yield* Effect.logInfo("Auth has no endpoint for many profiles: asking one by one")
    }
    yield* Effect.forEach(users, (user) => askOne(user, inquiry), {
      concurrency: oneByOneAtOnce,
      discard: true
    })
  })
}

/** With a wrong path in `AUTH_URL`, every person is 404: after so many it is not by chance. */
const suspicious = 20

/** For the operator, without anything of the people. */
const makeReport = () => {
  const warn = makeRareWarning()
  let strangers = 0
  let knowsSomebody = false
  return Effect.fnUntraced(function* ({ answers, troubles }: Inquiry) {
    for (const answer of answers.values()) {
      if (answer === "nobody") strangers += 1
      else knowsSomebody = true
    }
    if (!knowsSomebody && strangers >= suspicious)
      yield* warn("Auth knows none of all whom it was asked about: is AUTH_URL its base address?", {})
    for (const { status, why } of troubles)
      yield* warn("no answer from Auth: the local profiles serve instead", {
        "auth.why": why,
        ...(status === undefined ? {} : { "auth.status": status })
      })
    if ([...answers.values()].includes("no_answer"))
      yield* warn("profiles from Auth that cannot be read: the local ones serve instead", {})
  })
}

const makeSource = Effect.fnUntraced(function* (api: AuthApi) {
  const ask = makeAsk(api)
  const report = makeReport()
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(3),
    openDuration: "5 seconds"
  })

  const askSlice = (users: ReadonlyArray<UserId>, inquiry: Inquiry) =>
    ask(users, inquiry).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(new NoAnswer({ why: "too_late" }))
      }),
      breaker.execute({
        key: "auth",
        // An Auth that answered about anyone is alive.
        classify: () =>
          users.some((user) => inquiry.answers.has(user)) ? CircuitBreaker.success : CircuitBreaker.failure()
      }),
      Effect.catchTags({
        NoAnswer: (trouble) => Effect.sync(() => void inquiry.troubles.push(trouble)),
        // Open: what opened it has been reported.
        CircuitBreakerError: () => Effect.void
      })
    )

  return ProfileSource.of({
    find: Effect.fn("ProfileSource.find")(function* (users) {
      const inquiry: Inquiry = { answers: new Map(), troubles: [] }
      yield* Effect.forEach(Arr.chunksOf(users, sliceSize), (slice) => askSlice(slice, inquiry), {
        concurrency: slicesAtOnce,
        discard: true
      })
      yield* report(inquiry)
      return inquiry.answers
    })
  })
})

const httpClient = NodeHttpClient.layerUndiciOptions({
  connections: 32,
  maxResponseSize: 1_048_576,
  connect: { timeout: Duration.toMillis(patience) }
})

/** `base` as in `AuthConfig`. Whether Auth is there is not asked before it is needed. */
export const layerOf = (base: string): Layer.Layer<ProfileSource> =>
  Layer.effect(ProfileSource, Effect.flatMap(makeAuthApi(base), makeSource)).pipe(
    Layer.provide([httpClient, CircuitBreaker.layerStoreMemory()])
  )

/** None where no `AUTH_URL` is set. */
export const configured = Config.map(AuthConfig, Option.map(layerOf))
