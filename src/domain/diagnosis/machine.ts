/** What is wrong around the program: the disk, and what the environment names in vain. */

import { type Finding, ok, problem, warning } from "./Finding.ts"

export interface DiskFacts {
  readonly folder: string
  readonly free_bytes: number
  readonly total_bytes: number
}

const gigabyte = 1_000_000_000

/** Postgres and JetStream both stop, and JetStream stays stopped, where the disk is full. */
export const diagnoseDisk = ({ folder, free_bytes, total_bytes }: DiskFacts): Finding => {
  const subject = `disk of ${folder}`
  const share = total_bytes === 0 ? 1 : free_bytes / total_bytes
  const detail = `${(free_bytes / gigabyte).toFixed(1)} GB free (${Math.floor(share * 100)} %)`
  const remedy =
    "Free some: when it is full, Postgres stops, and JetStream stays frozen until it is started again."
  if (free_bytes < gigabyte / 4 || share < 0.01) return problem(subject, detail, remedy)
  return free_bytes < gigabyte || share < 0.05 ? warning(subject, detail, remedy) : ok(subject, detail)
}

/** Variables of the services that Carillon takes the place of, or of others; nothing reads them here. */
export const foreignVariables = [
  "REDIS_URL",
  "NATS_GRPC_HOST",
  "NATS_GRPC_PORT",
  "EVENT_SERVICE_URL"
] as const

/** One finding at most. */
export const diagnoseEnvironment = (found: ReadonlyArray<string>): ReadonlyArray<Finding> =>
  found.length === 0
    ? []
    : [
        warning(
          "environment",
          `${found.join(", ")} set, and not read`,
          "Remove what is not needed: Carillon speaks to NATS (NATS_URL) and Postgres (DATABASE_URL) directly."
        )
      ]

export interface AuthFacts {
  /** Of a question about someone whom nobody knows; null: no answer. */
  readonly status: number | null
  readonly isJson: boolean
}

/** An Auth service says 404 in JSON; so does no web server of pages. */
export const diagnoseAuth = ({ isJson, status }: AuthFacts): Finding => {
  const subject = "Auth service"
  if (status === null)
    return warning(
      subject,
      "does not answer",
      "The local profiles serve instead. Start it, or correct AUTH_URL."
    )
  if ((status === 200 || status === 404) && isJson) return ok(subject, "answers")
  return warning(
    subject,
    `answers ${status}${isJson ? "" : ", and no JSON,"} to a question about a profile`,
    "Is AUTH_URL its base address, without /api/v1? Else every message ends as no_contact."
  )
}
