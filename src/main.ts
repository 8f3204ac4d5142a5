/** The composition root: which role is made of which layers. Nothing else provides one. */

// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas; before the first use of any
import "effect/schema/SchemaJITCompiler/enable"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Effect, Layer } from "effect"

import * as buryDeadLetters from "#consumers/buryDeadLetters.ts"
import * as deliverEmail from "#consumers/deliverEmail.ts"
import * as planEvents from "#consumers/planEvents.ts"
import { whySafe } from "#src/domain/ledgerClock.ts"
import { ProbesLayer } from "#src/http/Probes.ts"
import { ServerLayer } from "#src/http/Server.ts"
import { version } from "#src/http/version.ts"
import { Consumer } from "#src/nats/Consumer.ts"
import { NatsConnection } from "#src/nats/NatsConnection.ts"
import { Publisher } from "#src/nats/Publisher.ts"
import { Streams } from "#src/nats/Streams.ts"
import { Loops } from "#src/observability/Loops.ts"
import * as processMetrics from "#src/observability/processMetrics.ts"
import * as telemetry from "#src/observability/Telemetry.ts"
import { migrate } from "#src/postgres/migrate.ts"
import { Postgres } from "#src/postgres/Postgres.ts"
import * as smtp from "#src/providers/smtp/Smtp.ts"
import * as closeForgotten from "#src/relay/closeForgotten.ts"
import * as maintenance from "#src/relay/Maintenance.ts"
import * as noticeLoss from "#src/relay/noticeLoss.ts"
import * as relay from "#src/relay/Relay.ts"
import * as sweepOrphans from "#src/relay/sweepOrphans.ts"
import * as watchClock from "#src/relay/watchClock.ts"
import { AnnouncementReader } from "#src/repositories/AnnouncementReader.ts"
import { ApiKeyRepository } from "#src/repositories/ApiKeyRepository.ts"
import { BalanceRepository } from "#src/repositories/BalanceRepository.ts"
import { DeadLetterReader } from "#src/repositories/DeadLetterReader.ts"
import { DeadLetterRepository } from "#src/repositories/DeadLetterRepository.ts"
import { DiagnosisRepository } from "#src/repositories/DiagnosisRepository.ts"
import { EventRepository } from "#src/repositories/EventRepository.ts"
import { EventTypeRepository } from "#src/repositories/EventTypeRepository.ts"
import { FigureRepository } from "#src/repositories/FigureRepository.ts"
import { IdempotencyRepository } from "#src/repositories/IdempotencyRepository.ts"
import { Ledger } from "#src/repositories/Ledger.ts"
import { LedgerClockRepository } from "#src/repositories/LedgerClockRepository.ts"
import { LedgerFence } from "#src/repositories/LedgerFence.ts"
import { MaintenanceRepository } from "#src/repositories/MaintenanceRepository.ts"
import { OpenLetterRepository } from "#src/repositories/OpenLetterRepository.ts"
import { OrganizationRepository } from "#src/repositories/OrganizationRepository.ts"
import { OutboxRepository } from "#src/repositories/OutboxRepository.ts"
import { ProfileRepository } from "#src/repositories/ProfileRepository.ts"
import { Reachability } from "#src/repositories/Reachability.ts"
import { RestoreRepository } from "#src/repositories/RestoreRepository.ts"
import { StoryRepository } from "#src/repositories/StoryRepository.ts"
import { StreamMarkRepository } from "#src/repositories/StreamMarkRepository.ts"
import { TemplateRepository } from "#src/repositories/TemplateRepository.ts"
import { WorkerRepository } from "#src/repositories/WorkerRepository.ts"
import { ApiKeys } from "#src/services/ApiKeys.ts"
import { Balance } from "#src/services/Balance.ts"
import { BuiltIns, seedDefault } from "#src/services/BuiltIns.ts"
import { Burial } from "#src/services/Burial.ts"
import { Contacts } from "#src/services/Contacts.ts"
import { DeadLetterArchive } from "#src/services/DeadLetterArchive.ts"
import { DeadLetters } from "#src/services/DeadLetters.ts"
import { Delivery } from "#src/services/Delivery.ts"
import { Draining } from "#src/services/Draining.ts"
import { EventTypes } from "#src/services/EventTypes.ts"
import { Health, OtherChecks, Unfit } from "#src/services/Health.ts"
import { Idempotency } from "#src/services/Idempotency.ts"
import { LetterDecisions } from "#src/services/LetterDecisions.ts"
import { Metrics } from "#src/services/metrics/Metrics.ts"
import { Notifications } from "#src/services/Notifications.ts"
import { OpenWork } from "#src/services/OpenWork.ts"
import { Planning } from "#src/services/Planning.ts"
import { Preparing } from "#src/services/Preparing.ts"
import { Previews } from "#src/services/Previews.ts"
import { Recovery } from "#src/services/Recovery.ts"
import { Resolving } from "#src/services/Resolving.ts"
import { Restoration } from "#src/services/Restoration.ts"
import { SafeMode } from "#src/services/SafeMode.ts"
import { SelfCheck } from "#src/services/SelfCheck.ts"
import { Sending } from "#src/services/Sending.ts"
import { Settling } from "#src/services/Settling.ts"
import { Stories } from "#src/services/Stories.ts"
import { Templates } from "#src/services/Templates.ts"
import { UnderWay } from "#src/services/UnderWay.ts"
import { Workers } from "#src/services/Workers.ts"
import { allStreams } from "#streams/all.ts"

/** Every durable, whoever runs it: made at the first connection. */
export const allConsumers = [planEvents.definition, deliverEmail.definition, buryDeadLetters.definition]

/** All that reads and writes the ledger. */
export const repositories = Layer.mergeAll(
  AnnouncementReader.layer,
  ApiKeyRepository.layer,
  BalanceRepository.layer,
  DeadLetterReader.layer,
  DeadLetterRepository.layer,
  EventRepository.layer,
  DiagnosisRepository.layer,
  EventTypeRepository.layer,
  FigureRepository.layer,
  IdempotencyRepository.layer,
  Ledger.layer,
  LedgerClockRepository.layer,
  MaintenanceRepository.layer,
  OpenLetterRepository.layer,
  OrganizationRepository.layer,
  OutboxRepository.layer,
  ProfileRepository.layer,
  Reachability.layer,
  RestoreRepository.layer,
  StoryRepository.layer,
  StreamMarkRepository.layer,
  TemplateRepository.layer,
  WorkerRepository.layer
).pipe(Layer.provideMerge(LedgerFence.layer), Layer.provideMerge(Postgres.layer))

/** What speaks to NATS. */
export const nats = Layer.mergeAll(Publisher.layer, Consumer.layer).pipe(
  Layer.provideMerge(Streams.layer),
  Layer.provideMerge(NatsConnection.layer)
)

/** What every role stands on. */
const ground = (name: string) =>
  Layer.mergeAll(Workers.layerOf(name), SafeMode.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(repositories, nats, OpenWork.layer, Draining.layer, UnderWay.layer))
  )

const catalogue = Layer.mergeAll(BuiltIns.layer, EventTypes.layer, Templates.layer)
const planning = Planning.layer.pipe(Layer.provideMerge(catalogue))
const sending = Sending.layer.pipe(Layer.provide(smtp.layer()), Layer.provideMerge(Settling.layer))
const preparing = Preparing.layer.pipe(Layer.provide(Layer.merge(Contacts.layerFromConfig, catalogue)))
const delivery = Delivery.layer.pipe(Layer.provide(Layer.merge(preparing, sending)))

const planner = Layer.mergeAll(
  planEvents.layer,
  buryDeadLetters.layer,
  sweepOrphans.layer([deliverEmail.definition])
).pipe(
  Layer.provide(Burial.layer),
  Layer.provide(Layer.mergeAll(planning, Settling.layer, DeadLetters.layer))
)
const selfCheck = closeForgotten.layer.pipe(Layer.provide(SelfCheck.layer), Layer.provide(Settling.layer))
const worker = Layer.merge(
  deliverEmail.layer.pipe(Layer.provide(Layer.mergeAll(delivery, DeadLetters.layer))),
  selfCheck
)
const housekeeping = maintenance.layer(allStreams).pipe(Layer.provide(Recovery.layer))

/** In every process: what it commits it announces, and what was lost is announced again before anything is consumed. */
const announcing = Layer.merge(relay.layer, watchClock.layer).pipe(
  Layer.provideMerge(noticeLoss.layer(allStreams, allConsumers))
)

/** For those who ask after our health; the gateway goes on accepting without NATS. */
const checks = Layer.effect(
  OtherChecks,
  Effect.gen(function* () {
    const { ping } = yield* NatsConnection
    const { age } = yield* SafeMode
    const isCurrent = Effect.suspend(() => {
      const now = age()
      return now === "current" ? Effect.void : Effect.fail(new Unfit({ detail: whySafe[now] }))
    })
    const { lateAt } = yield* Loops
    const goRound = Effect.flatMap(Effect.map(Clock.Clock, lateAt), (names) =>
      names.length === 0
        ? Effect.void
        : Effect.fail(new Unfit({ detail: `hangs or has died, restart the process: ${names.join(", ")}` }))
    )
    return OtherChecks.of({
      nats: { check: ping, needed: false },
      loops: { check: goRound, needed: false },
      ledger_clock: { check: isCurrent, needed: true }
    })
  })
)

/** What every process answers those who watch it. */
const probed = Layer.merge(Layer.provide(Health.layer, checks), Metrics.layerOf(allStreams, allConsumers))

const answers = Layer.mergeAll(
  Layer.provide(ApiKeys.layer, catalogue),
  Balance.layer,
  DeadLetterArchive.layer,
  Idempotency.layer,
  Layer.provide(
    Layer.mergeAll(LetterDecisions.layer, Resolving.layer),
    Layer.merge(planning, Settling.layer)
  ),
  Layer.provide(Notifications.layer, planning),
  Layer.provide(Previews.layer, catalogue),
  Stories.layer
)
const gateway = ServerLayer.pipe(Layer.provide(Layer.mergeAll(answers, probed, planning)))
const probes = ProbesLayer.pipe(Layer.provide(probed))

/** What `carillon doctor` looks with. Builds while NATS and Postgres are away. */
export const examination = SafeMode.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(repositories, nats, NodeHttpClient.layerUndici))
)

export const roles = ["gateway", "planner", "worker", "all"] as const
export type Role = (typeof roles)[number]

/** Every role but the gateway does maintenance, one process at a time. What is named first stops first. */
const layersOf = {
  gateway,
  planner: Layer.mergeAll(probes, planner, housekeeping),
  worker: Layer.mergeAll(probes, worker, housekeeping),
  all: Layer.provideMerge(gateway, Layer.mergeAll(planner, worker, housekeeping))
}

/** Runs for as long as its scope. Builds while NATS and Postgres are away, and goes on when they are there. */
export const engine = (role: Role) =>
  layersOf[role].pipe(
    Layer.provideMerge(announcing),
    Layer.provideMerge(ground(role)),
    Layer.provideMerge(processMetrics.layer({ role, version })),
    Layer.provideMerge(telemetry.layer({ role, version }))
  )

/** Brings the schema forward, and the default organization with its built-ins. The names of what was applied now. */
export const migration = Effect.tap(migrate, seedDefault).pipe(
  Effect.provide(Layer.provideMerge(BuiltIns.layer, repositories))
)

/** What brings a restored ledger up to the streams; needs NATS, and no engine. */
export const restoration = Restoration.layer.pipe(
  Layer.provide(Layer.mergeAll(SafeMode.layer, DeadLetters.layer)),
  Layer.provide(catalogue),
  Layer.provide(Layer.mergeAll(repositories, OpenWork.layer))
)
