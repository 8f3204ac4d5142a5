/** Carillon's parts without the ledger, as the sides of the bench use them. */

import { ConfigProvider, Effect, Layer, type Scope } from "effect"

import * as deliverEmail from "../../consumers/deliverEmail.ts"
import { consumer } from "../../consumers/run.ts"
import { type NotificationJob } from "../../schemas/Job.ts"
import { Verdict } from "../../src/domain/Verdict.ts"
import { nats } from "../../src/main.ts"
import { type Consumer } from "../../src/nats/Consumer.ts"
import { NatsConnection } from "../../src/nats/NatsConnection.ts"
import { type Publisher } from "../../src/nats/Publisher.ts"
import { Streams } from "../../src/nats/Streams.ts"
import { DeadLetters } from "../../src/services/DeadLetters.ts"
import { readJob } from "../../src/services/readMessage.ts"
import { settings } from "../measure/side.ts"

type Parts = Consumer | NatsConnection | Publisher | Streams

/** With the stream and the durable of e-mail jobs, as shipped. */
export const withNats = <A, E>(effect: Effect.Effect<A, E, Parts | Scope.Scope>): Promise<A> => {
  const made = Streams.use(({ apply }) => apply([deliverEmail.definition.stream], [deliverEmail.definition]))
  const provider = ConfigProvider.fromUnknown({ NATS_URL: settings.natsUrl })
  const connected = Effect.andThen(
    NatsConnection.use(({ awaitUp }) => awaitUp),
    made
  )
  return Effect.runPromise(
    Effect.andThen(connected, effect).pipe(
      Effect.scoped,
      Effect.provide(nats),
      Effect.provideService(ConfigProvider.ConfigProvider, provider)
    )
  )
}

const noDeadLetters = Layer.succeed(
  DeadLetters,
  DeadLetters.of({ record: () => Effect.die("a job of the bench cannot be read") })
)

const done = Verdict.Done()

/** The loop that every consumer runs, with the decoder of jobs; all that it does with them is `see`. */
export const consumeJobs = (see: (jobs: ReadonlyArray<NotificationJob>) => void) =>
  Layer.launch(
    consumer({
      definition: deliverEmail.definition,
      decode: ({ data }) => readJob(data),
      handle: (jobs: ReadonlyArray<NotificationJob>) =>
        Effect.sync(() => {
          see(jobs)
          return jobs.map(() => done)
        })
    }).pipe(Layer.provide(noDeadLetters))
  )
