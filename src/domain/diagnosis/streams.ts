/** What is wrong with the streams and durables of the NATS server. */

import { counted, type Finding, ok, problem, warning } from "./Finding.ts"

interface Difference {
  readonly setting: string
  readonly wanted: string
  readonly found: string
}

export interface ConsumerFacts {
  readonly durable: string
  readonly exists: boolean
  readonly pending: number
  readonly ackPending: number
  /** Requests for messages that wait at the server. */
  readonly waitingPulls: number
  readonly isPaused: boolean
  readonly differences: ReadonlyArray<Difference>
}

export interface StreamFacts {
  readonly name: string
  readonly exists: boolean
  readonly messages: number
  readonly differences: ReadonlyArray<Difference>
  readonly consumers: ReadonlyArray<ConsumerFacts>
}

const apply =
  "Run carillon streams apply, as a user of NATS that may change streams; processes do so when they connect."

const listed = (differences: ReadonlyArray<Difference>): string =>
  differences.map(({ found, setting, wanted }) => `${setting} is ${found}, wanted ${wanted}`).join("; ")

/** The role that reads each durable, as `carillon serve` calls it. */
const roleOf = (durable: string): string => (durable.startsWith("deliver-") ? "worker" : "planner")

const diagnoseConsumer = (stream: string, consumer: ConsumerFacts): Finding => {
  const { ackPending, differences, durable, exists, isPaused, pending, waitingPulls } = consumer
  const subject = `durable ${durable} of ${stream}`
  if (!exists) return problem(subject, "is missing", apply)
  if (isPaused)
    return warning(
      subject,
      `is paused, with ${counted(pending, "message")} waiting`,
      `When that is no longer wanted: nats consumer resume ${stream} ${durable}`
    )
  if (pending > 0 && waitingPulls === 0 && ackPending === 0)
    return problem(
      subject,
      `${counted(pending, "message")} waiting, and nobody takes them`,
      `Start a process that does: carillon serve --role ${roleOf(durable)}`
    )
  if (differences.length > 0) return warning(subject, listed(differences), apply)
  return ok(subject, `${counted(pending, "message")} waiting, ${ackPending} in hand`)
}

const diagnoseStream = ({
  consumers,
  differences,
  exists,
  messages,
  name
}: StreamFacts): ReadonlyArray<Finding> => {
  const subject = `stream ${name}`
  if (!exists)
    return [problem(subject, "is missing", `${apply} What was announced there is announced again by itself.`)]
  const found =
    differences.length > 0
      ? warning(subject, listed(differences), apply)
      : ok(subject, counted(messages, "message"))
  return [found, ...consumers.map((consumer) => diagnoseConsumer(name, consumer))]
}

export const diagnoseStreams = (streams: ReadonlyArray<StreamFacts>): ReadonlyArray<Finding> =>
  streams.flatMap(diagnoseStream)
