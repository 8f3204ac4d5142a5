/** G4, anchor: nodemailer's SMTPConnection, twenty of them kept alive, with mails that are composed already. */

import MailComposer from "nodemailer/lib/mail-composer"
import SMTPConnection from "nodemailer/lib/smtp-connection"

import { Counting } from "../measure/Counting.ts"
import { orderOf, renderOrder, sender } from "../measure/mail.ts"
import { settings } from "../measure/side.ts"

const connections = 20

const content = await new MailComposer({ from: sender, to: orderOf(0).email, ...renderOrder(orderOf(0)) })
  .compile()
  .build()

const counting = new Counting()
let next = 0

const sendOn = (connection: SMTPConnection): void => {
  if (next >= settings.count) return
  const envelope = { from: "no-reply@example.org", to: orderOf(next++).email }
  connection.send(envelope, content, (error) => {
    if (error) throw error
    counting.add(1)
    sendOn(connection)
  })
}

for (let i = 0; i < connections; i++) {
  const connection = new SMTPConnection({ host: "127.0.0.1", port: settings.smtpPort, ignoreTLS: true })
  connection.connect(() => sendOn(connection))
}
