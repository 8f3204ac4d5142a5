/** G9: requests over fifty kept connections, one after the other on each, by the least code that speaks HTTP. */

import { connect } from "node:net"

import { Counting } from "../measure/Counting.ts"
import { settings } from "../measure/side.ts"
import { awaitGateway, configure, eventOf, headers } from "./orders.ts"

const { host, hostname, port } = new URL(settings.apiUrl)

const requestOf = (path: string, body: string): string =>
  [
    `POST ${path} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    "",
    body
  ].join("\r\n")

export interface Load {
  readonly path: string
  readonly connections: number
  /** Events in one request. */
  readonly batch: number
}

/** Complete when its head, and as much as that promises, is there. */
const isWhole = (text: string): boolean => {
  const head = text.indexOf("\r\n\r\n")
  const length = /content-length: (\d+)/i.exec(text)
  return head >= 0 && length !== null && text.length >= head + 4 + Number(length[1])
}

/** Answers when all of `settings.count` events are accepted. */
export const sendRequests = async ({ batch, connections, path }: Load): Promise<void> => {
  await awaitGateway()
  await configure()
  let next = 0
  const bodies = Array.from({ length: Math.ceil(settings.count / batch) }, () => {
    const events = Array.from({ length: batch }, () => eventOf(next++))
    return requestOf(path, JSON.stringify(batch === 1 ? events[0] : { events }))
  })
  const counting = new Counting()
  let sent = 0

  const open = (): void => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    let begun_ms = 0
    let received = ""
    const send = (): void => {
      const request = bodies[sent++]
      if (request === undefined) return
      begun_ms = performance.now()
      socket.write(request)
    }
    socket.on("connect", send)
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1")
      if (!isWhole(received)) return
      if (!received.startsWith("HTTP/1.1 20") || received.includes('"error"'))
        throw new Error(`not accepted: ${received.slice(0, 500)}`)
      received = ""
      counting.meter.time(performance.now() - begun_ms)
      counting.add(batch)
      send()
    })
  }
  for (let i = 0; i < connections; i++) open()
}
