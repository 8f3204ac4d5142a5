/** How much may be in hand at once: beyond, requests are sent away before they take memory. */

import { limits_bytes } from "./readBody.ts"

export interface AdmissionLimits {
  readonly maxRequests: number
  /** Of bodies, as declared; one that does not say is counted as the largest. */
  readonly maxBody_bytes: number
}

export const defaultLimits: AdmissionLimits = { maxRequests: 2000, maxBody_bytes: 134_217_728 }

export class Admission {
  #requests = 0
  #body_bytes = 0
  readonly #limits: AdmissionLimits

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** Whether there is room; what was let in must `leave` with the same size. */
  enter(body_bytes: number): boolean {
    const fits =
      this.#requests < this.#limits.maxRequests && this.#body_bytes + body_bytes <= this.#limits.maxBody_bytes
    if (!fits) return false
    this.#requests += 1
    this.#body_bytes += body_bytes
    return true
  }

  leave(body_bytes: number): void {
    this.#requests -= 1
    this.#body_bytes -= body_bytes
  }
}

/** What a request's body may take: no more than the largest that is read at all. */
export const bodySize_bytes = (headers: Readonly<Record<string, string | undefined>>): number => {
  const declared = headers["content-length"]
  if (declared === undefined) return headers["transfer-encoding"] === undefined ? 0 : limits_bytes.batch
  return Math.min(Number(declared), limits_bytes.batch)
}
