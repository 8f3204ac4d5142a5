/** G4, anchor: the rows and the jobs that BullMQ's worker finds. */

import postgres from "postgres"

import { orderOf } from "../measure/mail.ts"
import { done, settings } from "../measure/side.ts"
import { addAll } from "./bullmq.ts"

const sql = postgres(settings.databaseUrl, { max: 1 })
await sql`
  create table messages (id integer primary key, data jsonb not null, status text not null default 'queued',
    attempt integer not null default 0, sent_at timestamptz, provider_id text)`
const ids = Array.from({ length: settings.count }, (_, id) => id)
const orders = ids.map((id) => JSON.stringify(orderOf(id)))
await sql`insert into messages (id, data) select * from unnest(${ids}::int[], ${orders}::text[]::jsonb[])`
await addAll(
  ids.map((id) => ({ id })),
  () => undefined
)
await sql.end()
done()
