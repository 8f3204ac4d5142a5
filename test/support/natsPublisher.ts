/** Another service on NATS: it publishes events as anybody does, and reads what lies in the streams. */

import { jetstream, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Effect, Schedule } from "effect"

export const natsPublisher = Effect.fnUntraced(function* (url: string) {
  const connection = yield* Effect.acquireRelease(
    Effect.promise(() => connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 200 })),
    (connection) => Effect.promise(() => connection.close())
  )
  const stream = jetstream(connection)
  const manager = jetstreamManager(connection, { checkAPI: false })

  /** Text goes as it is, all else as JSON. */
  const publishOnce = (subject: string, body: unknown) =>
    Effect.tryPromise(() => stream.publish(subject, typeof body === "string" ? body : JSON.stringify(body)))

  return {
    /** Returns when the stream has it; fails where it says so, or says nothing. */
    publishOnce,
    /** Returns when the stream has it, which may still be being made. */
    publish: (subject: string, body: unknown) =>
      publishOnce(subject, body).pipe(Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 100 })),
    /** How many messages the stream has on each subject. */
    subjects: (name: string, filter = ">") =>
      Effect.tryPromise(() =>
        manager
          .then(({ streams }) => streams.info(name, { subjects_filter: filter }))
          .then(({ state }) => state.subjects ?? {})
      ),
    /** How many messages the stream has. */
    count: (name: string) =>
      Effect.tryPromise(() =>
        manager.then(({ streams }) => streams.info(name)).then(({ state }) => state.messages)
      ),
    /** What every message of the stream says, oldest first; one that has been removed is left out. */
    bodies: (name: string) =>
      Effect.tryPromise(() =>
        manager.then(({ streams }) =>
          streams
            .info(name)
            .then(({ state: { first_seq, last_seq } }) =>
              Promise.all(
                Array.from({ length: last_seq - first_seq + 1 }, (_, i) =>
                  streams.getMessage(name, { seq: first_seq + i })
                )
              )
            )
        )
      ).pipe(Effect.map((found) => found.flatMap((message) => message?.json<unknown>() ?? []))),
    /** What an operator does to streams and durables. */
    manage: <A>(run: (manager: JetStreamManager) => Promise<A>) => Effect.tryPromise(() => manager.then(run)),
    /** The last message on the subject. */
    last: (name: string, subject: string) =>
      Effect.tryPromise(() =>
        manager.then(({ streams }) => streams.getMessage(name, { last_by_subj: subject }))
      )
  }
})
