/** The mail that all sides send: 2 KB of HTML with four values in it, and its text. */

const paragraph =
  "Your order is on its way to you. We packed it with care, and it left our house today; you can follow it on its journey at any time. "

/** In Carillon's template language. */
export const template = {
  subject: "Thank you, {{name}}",
  html: `<html><body><h1>Dear {{name}},</h1><p>We received {{amount | number: 2}} {{currency}} for order {{order}}.</p>${`<p>${paragraph}</p>`.repeat(13)}</body></html>`,
  text: `Dear {{name}},\nwe received {{amount | number: 2}} {{currency}} for order {{order}}.\n${paragraph}`
}

/** What is known of the nth order. */
export const orderOf = (n: number) => ({
  user_id: `user-${n}`,
  email: `user-${n}@example.org`,
  name: `Ada ${n}`,
  amount: 1234.5,
  currency: "EUR",
  order: `order-${n}`
})

export type Order = ReturnType<typeof orderOf>

const fill = (text: string, { amount, currency, name, order }: Order): string =>
  text
    .replaceAll("{{name}}", name)
    .replaceAll("{{amount | number: 2}}", amount.toFixed(2))
    .replaceAll("{{currency}}", currency)
    .replaceAll("{{order}}", order)

/** As the anchors render it: four replacements. */
export const renderOrder = (order: Order) => ({
  subject: fill(template.subject, order),
  html: fill(template.html, order),
  text: fill(template.text, order)
})

export const sender = "Carillon <no-reply@example.org>"
