/** G9, anchor: Node's HTTP server, and one INSERT of one row a request. Nothing is checked and nothing is planned. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { text } from "node:stream/consumers"

import postgres from "postgres"

import { settings } from "../measure/side.ts"

/** As many connections as Carillon has by default. */
const sql = postgres(settings.databaseUrl, { max: 20, onnotice: () => undefined })
await sql`create table if not exists events (event_id uuid primary key, body jsonb not null)`

const insert = async (request: IncomingMessage): Promise<string> => {
  const body = await text(request)
  const event: unknown = JSON.parse(body)
  if (typeof event !== "object" || event === null || !("event_id" in event)) return "none"
  await sql`
    insert into events (event_id, body) values (${String(event.event_id)}, ${body}::text::jsonb) on conflict do nothing`
  return String(event.event_id)
}

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const id = request.url === "/api/v1/events" ? await insert(request) : ""
  const body = JSON.stringify({ status: "accepted", event_id: id })
  response.writeHead(202, { "content-type": "application/json", "content-length": body.length }).end(body)
}

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
}).listen(Number(new URL(settings.apiUrl).port), "127.0.0.1")
