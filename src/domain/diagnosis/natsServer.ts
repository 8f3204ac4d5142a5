/** What is wrong with the NATS server itself. */

import { type Finding, ok, problem, warning } from "./Finding.ts"

export interface NatsServerFacts {
  /** As it says itself, e.g. `2.12.1`. */
  readonly version: string
  readonly hasJetStream: boolean
}

/** What the streams are made with: message schedules, atomic batches. */
const oldest = [2, 12] as const

const isOldEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10))
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

export const natsAway = (address: string): Finding =>
  problem(
    "NATS",
    `does not answer at ${address}`,
    "Start it, or set NATS_URL. Meanwhile HTTP events are accepted and kept; nothing is sent."
  )

export const diagnoseNatsServer = ({ hasJetStream, version }: NatsServerFacts): ReadonlyArray<Finding> => [
  isOldEnough(version)
    ? ok("NATS", `version ${version}`)
    : problem("NATS", `version ${version} is too old`, `Install ${oldest.join(".")} or newer.`),
  hasJetStream
    ? ok("JetStream", "is on")
    : problem(
        "JetStream",
        "is off",
        "Start the server with JetStream: the file nats.conf of this repository does."
      )
]

/** How much of what an account may store is stored; -1 allows all. */
export interface StorageFacts {
  readonly used_bytes: number
  readonly limit_bytes: number
}

export const diagnoseStorage = ({ limit_bytes, used_bytes }: StorageFacts): Finding => {
  const subject = "storage of JetStream"
  const used_mb = Math.ceil(used_bytes / 1_000_000)
  if (limit_bytes <= 0) return ok(subject, `${used_mb} MB used; this account has no limit of its own`)
  const share = used_bytes / limit_bytes
  const detail = `${used_mb} MB of ${Math.floor(limit_bytes / 1_000_000)} MB used`
  const remedy = "Raise the account's max_file, or find out who does not consume: nats stream report"
  if (share < 0.8) return ok(subject, detail)
  return share < 0.95 ? warning(subject, detail, remedy) : problem(subject, detail, remedy)
}

/** JetStream does not store, or does not say so, though its server is connected. */
export const jetStreamFrozen = (why: string): Finding =>
  problem(
    "JetStream",
    `did not store a message: ${why}`,
    "See the server's log and its /healthz. After an error of the disk, streams stay frozen until the server is " +
      "started again; free the disk first. Nothing is lost: what is open is announced again."
  )
