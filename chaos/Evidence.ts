/** What a run leaves behind, from every side that saw it: the driver, the mail server, the ledger, the streams. */

import { type TakenMail } from "#test/support/smtpSink.ts"

import { type Plan } from "./Scenario.ts"

/** A message as the ledger has it. */
export interface LedgerMessage {
  readonly message_id: string
  readonly event_id: string
  readonly user_id: string
  readonly message_class: string
  readonly status: string
  readonly reason: string | null
  readonly attempt: number
  readonly max_attempts: number
  /** Of every attempt, the last one included, in order: `sent`, `transient`, `permanent`, `unknown`. */
  readonly results: ReadonlyArray<string>
}

export interface LedgerLetter {
  readonly dead_letter_id: string
  readonly reason: string
  readonly job_id: string | null
  readonly event_id: string | null
  readonly body: string
}

/** What the driver saw of one way in, for one event. */
export interface Try {
  readonly eventId: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly via: string
  /** `202`, `PubAck`, or why there was neither. */
  readonly said: string
}

/** A server came back: when the first event was accepted after that, and its mail was there. */
export interface Recovered {
  readonly what: string
  readonly accepted_ms: number
  readonly delivered_ms: number
}

/** While the ledger could not be reached: from when until when, in milliseconds since the epoch. */
export interface Outage {
  readonly from: number
  readonly until: number
}

/** A process that was told to stop. */
export interface Stopped {
  readonly process: string
  readonly code: number | null
  readonly took_ms: number
}

/** One look at a process, from `/proc`. */
export interface Sample {
  readonly process: string
  /** Milliseconds after the begin of the load. */
  readonly at_ms: number
  readonly memory_bytes: number
  readonly descriptors: number
}

export interface Evidence {
  readonly plan: Plan
  /** Milliseconds since the epoch: the begin of the load. */
  readonly startedAt: number
  /** When the first acknowledgement of each event reached the driver. */
  readonly acknowledged: ReadonlyMap<string, number>
  readonly tries: ReadonlyArray<Try>
  /** Other answers to an event that was published many times than the first one. */
  readonly contradictions: ReadonlyArray<string>
  readonly messages: ReadonlyArray<LedgerMessage>
  readonly letters: ReadonlyArray<LedgerLetter>
  readonly taken: ReadonlyArray<TakenMail>
  /** Message ids of which the mail server got a part. */
  readonly cutShort: ReadonlyArray<string>
  readonly balance: Readonly<Record<string, unknown>>
  /** Messages that were left in each stream where none should be. */
  readonly leftInStreams: Readonly<Record<string, number>>
  /** The letters of which `DLQ` has a copy. */
  readonly copies: ReadonlyArray<string>
  readonly recovered: ReadonlyArray<Recovered>
  readonly outages: ReadonlyArray<Outage>
  readonly stopped: ReadonlyArray<Stopped>
  /** Processes that ended though nobody told them to. */
  readonly crashed: ReadonlyArray<string>
  readonly samples: ReadonlyArray<Sample>
  /** Whether all was settled within the time given. */
  readonly drained: boolean
  /** From the end of the load until all was settled. */
  readonly drain_ms: number
}
