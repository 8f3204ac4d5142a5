/** Our definitions in JetStream's own terms, and how what is found differs from them. Pure. */

import {
  AckPolicy,
  type ConsumerConfig,
  DiscardPolicy,
  PersistMode,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamSource
} from "@nats-io/jetstream"
import { Duration, Option } from "effect"

import { type ConsumerDefinition } from "#streams/ConsumerDefinition.ts"
import { type StreamDefinition } from "#streams/StreamDefinition.ts"

/** Where a definition meets the world: how many copies, and who holds its shareable subjects. */
export interface Surroundings {
  readonly replicas: number
  /** Shareable subjects that other streams hold, each with what to source from its holder. */
  readonly sources: ReadonlyArray<StreamSource>
}

export interface Difference {
  readonly setting: string
  readonly wanted: string
  readonly found: string
  /** Whether the server cannot change it once the stream or durable exists. */
  readonly isFixed: boolean
}

const nanos = (duration: Duration.Duration): number => Duration.toMillis(duration) * 1_000_000

/** Replicas refuse `async`, and need it least: they commit in groups. */
const persistMode = ({ persist }: StreamDefinition, replicas: number): PersistMode =>
  persist === "async" && replicas === 1 ? PersistMode.Async : PersistMode.Default

/** What makes a stream a KV bucket to other clients. */
const lastOfEach = {
  max_msgs_per_subject: 1,
  discard: DiscardPolicy.New,
  allow_rollup_hdrs: true,
  allow_direct: true,
  deny_delete: true
} as const

/** What the server can change later; the rest is in `fixed`. */
export const toStreamConfig = (definition: StreamDefinition, { replicas, sources }: Surroundings) => ({
  changeable: {
    description: definition.description,
    subjects: [
      ...definition.subjects,
      ...definition.shareable.filter((subject) => sources.every((held) => held.filter_subject !== subject))
    ],
    sources: [...sources],
    max_age: Option.match(definition.maxAge, { onNone: () => 0, onSome: nanos }),
    duplicate_window: nanos(definition.duplicateWindow),
    allow_msg_schedules: definition.schedules,
    allow_atomic: definition.atomic,
    num_replicas: replicas,
    ...(definition.bucket && lastOfEach)
  },
  fixed: {
    name: definition.name,
    storage: StorageType.File,
    retention: definition.retention === "workqueue" ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    persist_mode: persistMode(definition, replicas)
  }
})

export type WantedStream = ReturnType<typeof toStreamConfig>

export const toConsumerConfig = (definition: ConsumerDefinition) =>
  ({
    durable_name: definition.durable,
    ack_policy: AckPolicy.Explicit,
    ...(definition.filterSubjects.length > 0 && { filter_subjects: [...definition.filterSubjects] }),
    ack_wait: nanos(definition.backoff[0]),
    backoff: definition.backoff.map(nanos),
    max_deliver: definition.maxDeliver,
    max_ack_pending: definition.maxAckPending
  }) satisfies Partial<ConsumerConfig>

type Setting = readonly [name: string, wanted: unknown, found: unknown, isFixed?: "fixed" | false]

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

const differencesAmong = (settings: ReadonlyArray<Setting>): ReadonlyArray<Difference> =>
  settings
    .map(([setting, wanted, found, isFixed]) => ({
      setting,
      wanted: text(wanted),
      found: text(found),
      isFixed: isFixed === "fixed"
    }))
    .filter(({ found, wanted }) => found !== wanted)

/** Order means nothing in these. */
const sorted = (texts: ReadonlyArray<string> | undefined): ReadonlyArray<string> => (texts ?? []).toSorted()

/** Where it began to source is no difference: that is the moment when it was first told to. */
const sourceNames = (sources: ReadonlyArray<StreamSource> | undefined) =>
  sorted((sources ?? []).map(({ filter_subject, name }) => `${filter_subject ?? ">"} from ${name}`))

export const streamDifferences = (
  { changeable, fixed }: WantedStream,
  found: StreamConfig
): ReadonlyArray<Difference> =>
  differencesAmong([
    ["retention", fixed.retention, found.retention, "fixed"],
    ["storage", fixed.storage, found.storage, "fixed"],
    ["persist_mode", fixed.persist_mode, optional(found.persist_mode, PersistMode.Default), "fixed"],
    [
      "allow_msg_schedules",
      changeable.allow_msg_schedules,
      optional(found.allow_msg_schedules, false),
      // It may be added, never dropped.
      changeable.allow_msg_schedules ? false : "fixed"
    ],
    ["description", changeable.description, optional(found.description, "")],
    ["subjects", sorted(changeable.subjects), sorted(found.subjects)],
    ["sources", sourceNames(changeable.sources), sourceNames(found.sources)],
    ["max_age", changeable.max_age, found.max_age],
    ["duplicate_window", changeable.duplicate_window, found.duplicate_window],
    ["allow_atomic", changeable.allow_atomic, optional(found.allow_atomic, false)],
    ["max_msgs_per_subject", changeable.max_msgs_per_subject ?? -1, found.max_msgs_per_subject],
    ["num_replicas", changeable.num_replicas, found.num_replicas]
  ])

export const consumerDifferences = (
  definition: ConsumerDefinition,
  found: ConsumerConfig
): ReadonlyArray<Difference> => {
  const wanted = toConsumerConfig(definition)
  const single = found.filter_subject === undefined ? [] : [found.filter_subject]
  return differencesAmong([
    ["ack_policy", wanted.ack_policy, found.ack_policy, "fixed"],
    ["filter_subjects", sorted(definition.filterSubjects), sorted(found.filter_subjects ?? single)],
    ["ack_wait", wanted.ack_wait, found.ack_wait],
    ["backoff", wanted.backoff, found.backoff ?? []],
    ["max_deliver", wanted.max_deliver, found.max_deliver],
    ["max_ack_pending", wanted.max_ack_pending, found.max_ack_pending]
  ])
}

/** The server leaves out what has its zero value. */
const optional = <A>(value: A | undefined, zero: A): A => value ?? zero

const listed = (differences: ReadonlyArray<Difference>): string =>
  differences.map(({ found, setting, wanted }) => `${setting} is ${found}, wanted ${wanted}`).join("; ")

/** For the operator: what differs, and what to do about it. */
export const explainStream = (
  { name, persist }: StreamDefinition,
  fixed: ReadonlyArray<Difference>
): string =>
  `stream ${name}: ${listed(fixed)}. This is fixed once a stream exists. ${
    persist === "async"
      ? `What it holds only announces what the ledger knows: delete it (nats stream rm ${name}) and start again.`
      : `Restore the old setting, or keep what it holds (nats stream backup ${name} FOLDER), delete it (nats stream rm ${name}) and start again.`
  }`

export const explainConsumer = (
  { durable, stream }: ConsumerDefinition,
  fixed: ReadonlyArray<Difference>
): string =>
  `durable ${durable} of ${stream.name}: ${listed(fixed)}. This is fixed once a durable exists. Delete it (nats consumer rm ${stream.name} ${durable}) and start again.`
