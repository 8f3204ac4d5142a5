/** G4, anchor: a BullMQ worker that reads its row, marks it, renders, sends by nodemailer's pool, marks it again. */

import { Worker } from "bullmq"
import { createTransport } from "nodemailer"
import postgres from "postgres"

import { Counting } from "../measure/Counting.ts"
import { type Order, renderOrder, sender } from "../measure/mail.ts"
import { settings } from "../measure/side.ts"
import { bullConnection, bullQueue } from "./bullmq.ts"

/** As many jobs, connections to the SMTP server and connections to Postgres as Carillon has. */
const atOnce = 20

const sql = postgres(settings.databaseUrl, { max: atOnce })
const transport = createTransport({
  pool: true,
  maxConnections: atOnce,
  host: "127.0.0.1",
  port: settings.smtpPort,
  ignoreTLS: true
})
const counting = new Counting()

const worker = new Worker<{ readonly id: number }>(
  bullQueue,
  async ({ data: { id } }) => {
    const [row] = await sql<Array<{ data: Order }>>`select data from messages where id = ${id}`
    if (row === undefined) return
    await sql`update messages set status = 'sending', attempt = attempt + 1 where id = ${id} and status = 'queued'`
    const { messageId } = await transport.sendMail({
      from: sender,
      to: row.data.email,
      ...renderOrder(row.data)
    })
    await sql`
      update messages set status = 'sent', sent_at = now(), provider_id = ${messageId}
      where id = ${id} and status = 'sending'`
  },
  { connection: bullConnection, concurrency: atOnce }
)
worker.on("completed", () => counting.add(1))
