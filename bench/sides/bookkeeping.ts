/** G5: the shipped worker, but for a provider that takes every mail at once and has 500 connections; no relay. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas, as the program does
import "effect/schema/SchemaJITCompiler/enable"
import { Clock, ConfigProvider, Effect, Layer } from "effect"

import * as deliverEmail from "../../consumers/deliverEmail.ts"
import { patientConsumer } from "../../consumers/run.ts"
import { type NotificationJob } from "../../schemas/Job.ts"
import { toInstant } from "../../src/domain/instants.ts"
import { nats, repositories } from "../../src/main.ts"
import { EmailProvider } from "../../src/providers/EmailProvider.ts"
import { makeSlots } from "../../src/providers/smtp/Slots.ts"
import { Contacts } from "../../src/services/Contacts.ts"
import { DeadLetters } from "../../src/services/DeadLetters.ts"
import { Delivery } from "../../src/services/Delivery.ts"
import { Draining } from "../../src/services/Draining.ts"
import { OpenWork } from "../../src/services/OpenWork.ts"
import { Preparing } from "../../src/services/Preparing.ts"
import { readJob } from "../../src/services/readMessage.ts"
import { Sending } from "../../src/services/Sending.ts"
import { Settling } from "../../src/services/Settling.ts"
import { Templates } from "../../src/services/Templates.ts"
import { UnderWay } from "../../src/services/UnderWay.ts"
import { Workers } from "../../src/services/Workers.ts"
import { settings } from "../measure/side.ts"

const connections = 500

const nullProvider = Layer.effect(
  EmailProvider,
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const now = () => clock.currentTimeMillisUnsafe()
    // Its one domain gets half of them.
    const slots = makeSlots(2 * connections, now)
    return EmailProvider.of({
      ...slots,
      send: ({ address, attempt }) => {
        const at = toInstant(now())
        return Promise.resolve().then(() => {
          slots.release([address])
          return {
            attempt,
            started_at: at,
            finished_at: at,
            phase: "accepted",
            result: "sent",
            provider: "null",
            provider_code: 250,
            enhanced_code: "2.0.0",
            provider_message: "taken",
            provider_message_id: null,
            retry_after_seconds: null
          }
        })
      }
    })
  })
)

const ground = Workers.layerOf("bench").pipe(
  Layer.provideMerge(Layer.mergeAll(repositories, nats, OpenWork.layer, Draining.layer, UnderWay.layer))
)
const preparing = Preparing.layer.pipe(Layer.provide(Layer.merge(Contacts.layerLocal, Templates.layer)))
const sending = Sending.layer.pipe(Layer.provide(nullProvider), Layer.provideMerge(Settling.layer))
const delivery = Delivery.layer.pipe(Layer.provide(Layer.merge(preparing, sending)))
/** As many at a time as there are connections; the shipped hundred is for twenty. */
const worker = patientConsumer({
  definition: { ...deliverEmail.definition, maxBatch: connections },
  decode: ({ data }) => readJob(data),
  begin: (jobs: ReadonlyArray<NotificationJob>, batch) => Delivery.use(({ deliver }) => deliver(jobs, batch))
}).pipe(Layer.provide(Layer.merge(delivery, DeadLetters.layer)), Layer.provide(ground))

process.on("SIGTERM", () => process.exit(0))

await Effect.runPromise(
  Layer.launch(worker).pipe(
    Effect.provideService(
      ConfigProvider.ConfigProvider,
      ConfigProvider.fromUnknown({ NATS_URL: settings.natsUrl, DATABASE_URL: settings.databaseUrl })
    )
  )
)
