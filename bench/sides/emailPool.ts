/** G4, anchor: nodemailer's own pool, nothing else. It composes and sends what is rendered already. */

import { createTransport } from "nodemailer"

import { Counting } from "../measure/Counting.ts"
import { orderOf, renderOrder, sender } from "../measure/mail.ts"
import { settings } from "../measure/side.ts"

const transport = createTransport({ pool: true, host: "127.0.0.1", port: settings.smtpPort, ignoreTLS: true })
const counting = new Counting()

/** The pool takes whatever it is given: so many keep it busy. */
const atOnce = 200

let next = 0
const sendOn = async (): Promise<void> => {
  while (next < settings.count) {
    const order = orderOf(next++)
    // oxlint-disable-next-line no-await-in-loop -- one of many that send beside each other
    await transport.sendMail({ from: sender, to: order.email, ...renderOrder(order) })
    counting.add(1)
  }
}
await Promise.all(Array.from({ length: atOnce }, sendOn))
