/** Colours of a terminal (ECMA-48, "Select Graphic Rendition"), or none. */

import { type Status } from "#schemas/Status.ts"

const codes = { bold: 1, faint: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Colour = keyof typeof codes

export type Paint = (colour: Colour, text: string) => string

export const makePaint =
  (isColoured: boolean): Paint =>
  (colour, text) =>
    isColoured ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text

/** Green is good news, red is none, yellow waits; cyan is on its way. */
export const colourOf: Readonly<Record<Status, Colour>> = {
  queued: "cyan",
  sending: "cyan",
  retrying: "yellow",
  sent: "green",
  delivered: "green",
  opened: "green",
  clicked: "green",
  expired: "yellow",
  suppressed: "yellow",
  cancelled: "yellow",
  unsubscribed: "yellow",
  unknown: "yellow",
  failed: "red",
  bounced: "red",
  dead: "red"
}
