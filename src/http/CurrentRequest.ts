/** What is known of the request in hand: its id, its place in a trace, the route that answers it. */

import { randomUUID } from "node:crypto"

import { Context } from "effect"
import { type Headers } from "effect/http"

export interface CurrentRequest {
  /** The caller's own where it is plain, else drawn. */
  readonly requestId: string
  /** W3C Trace Context: the caller's where it is valid, else the first of a new trace. */
  traceparent: string
  /** As declared, e.g. `/api/v1/events/:event_id`: without the ids of people. Known once the route is found. */
  route: string
}

export const CurrentRequest = Context.Reference<CurrentRequest>("carillon/http/CurrentRequest", {
  defaultValue: () => ({ requestId: "none", traceparent: "", route: "none" })
})

const plainId = /^[A-Za-z0-9._:-]{1,100}$/

/** Version 00, as W3C Trace Context level 1 has it; an id of zeros is none. */
const traceContext = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** From uuids, which Node draws many at a time: fresh bytes for each request cost more than all else here. */
const newTraceparent = (): string => {
  const traceId = randomUUID().replaceAll("-", "")
  const spanId = randomUUID().slice(19).replace("-", "")
  return `00-${traceId}-${spanId}-01`
}

export const makeCurrentRequest = (headers: Headers.Headers): CurrentRequest => {
  const id = headers["x-request-id"]
  const traceparent = headers["traceparent"]
  return {
    requestId: id !== undefined && plainId.test(id) ? id : randomUUID(),
    traceparent: traceparent !== undefined && traceContext.test(traceparent) ? traceparent : newTraceparent(),
    route: "none"
  }
}

export const traceIdOf = ({ traceparent }: CurrentRequest): string => traceparent.slice(3, 35)
