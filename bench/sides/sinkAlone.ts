/** How fast the sink is: twenty connections that write an envelope and a mail, and read no more than they must. */

import { connect } from "node:net"

import MailComposer from "nodemailer/lib/mail-composer"

import { Counting } from "../measure/Counting.ts"
import { orderOf, renderOrder, sender } from "../measure/mail.ts"
import { settings } from "../measure/side.ts"

const connections = 20

const content = await new MailComposer({ from: sender, to: orderOf(0).email, ...renderOrder(orderOf(0)) })
  .compile()
  .build()
const envelope = Buffer.from("MAIL FROM:<no-reply@example.org>\r\nRCPT TO:<user@example.org>\r\nDATA\r\n")
const body = Buffer.concat([content, Buffer.from("\r\n.\r\n")])

const counting = new Counting()

const open = (): void => {
  const socket = connect(settings.smtpPort, "127.0.0.1")
  socket.setNoDelay(true)
  socket.on("data", (bytes) => {
    const said = bytes.toString("latin1")
    if (said.startsWith("220")) socket.write("EHLO bench\r\n")
    else if (said.endsWith("354 go ahead\r\n")) socket.write(body)
    else if (said.startsWith("250-")) socket.write(envelope)
    else if (said.includes("taken")) {
      counting.add(1)
      socket.write(envelope)
    }
  })
}
for (let i = 0; i < connections; i++) open()
