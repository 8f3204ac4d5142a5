/** The ledger's figures as metrics. */

import { DeadLetterReason } from "#schemas/DeadLetter.ts"
import { Status } from "#schemas/Status.ts"
import { balance } from "#src/domain/balance.ts"
import { type Sample } from "#src/observability/gaugeSet.ts"
import { type Figure } from "#src/repositories/FigureRepository.ts"

interface Shape {
  readonly name: string
  readonly description: string
  /** In the order of the figure's labels. */
  readonly labels: ReadonlyArray<string>
}

/** By the figure's name. */
const shapes: Readonly<Record<string, Shape>> = {
  outbox_rows: {
    name: "carillon_outbox_rows",
    description: "Rows of the register that wait to be announced (counted to 20000)",
    labels: ["kind"]
  },
  outbox_age_seconds: {
    name: "carillon_outbox_oldest_seconds",
    description: "How long the oldest of them has waited; 0 where none waits",
    labels: ["kind"]
  },
  queued_age_seconds: {
    name: "carillon_queued_message_oldest_seconds",
    description:
      "How long the oldest message that may be sent has waited, where it is a minute or more, or not announced",
    labels: []
  },
  dead_letters: {
    name: "carillon_dead_letters_open",
    description: "Dead letters that nobody has replayed or discarded",
    labels: ["reason"]
  },
  figures_age_seconds: {
    name: "carillon_figures_age_seconds",
    description:
      "How long ago the ledger was counted: its work, and its balance, which takes longer the more it holds",
    labels: ["figures"]
  },
  workers: {
    name: "carillon_workers",
    description: "Processes by their beat: alive, silent for 15 s, or taken for dead and not yet recovered",
    labels: ["role", "state"]
  }
}

const toSample = ({ labels, name, value }: Figure): ReadonlyArray<Sample> => {
  const shape = shapes[name]
  if (shape === undefined) return []
  const named = Object.fromEntries(shape.labels.map((label, i) => [label, labels[i] ?? ""]))
  return [{ name: shape.name, description: shape.description, labels: named, value }]
}

/** A reason without a letter is a zero, so that the first one is seen to come. */
const noLetters = DeadLetterReason.literals.map((reason) => ({
  name: "dead_letters",
  labels: [reason],
  value: 0
}))

const letterKey = ({ labels }: Figure) => labels[0]

export const workSamples = (figures: ReadonlyArray<Figure>): ReadonlyArray<Sample> => {
  const known = new Set(figures.filter(({ name }) => name === "dead_letters").map(letterKey))
  return [...figures, ...noLetters.filter((zero) => !known.has(letterKey(zero)))].flatMap(toSample)
}

const isStatus = (text: string | undefined): text is Status =>
  Status.literals.some((status) => status === text)

/** The columns of the account, and what is left when they are taken from what was planned: 0. */
export const balanceSamples = (figures: ReadonlyArray<Figure>): ReadonlyArray<Sample> => {
  const planned = figures.find(({ name }) => name === "planned")
  if (planned === undefined) return []
  const counts = figures.flatMap(({ labels: [status], value }) =>
    isStatus(status) ? [{ status, count: value }] : []
  )
  const { balanced: _, planned: total, ...columns } = balance(planned.value, counts)
  const found = Object.values(columns).reduce((sum, count) => sum + count, 0)
  const column = (state: string, value: number): Sample => ({
    name: "carillon_balance_messages",
    description: "The ledger's own account: planned, and what became of it",
    labels: { state },
    value
  })
  return [
    column("planned", total),
    ...Object.entries(columns).map(([state, count]) => column(state, count)),
    {
      name: "carillon_balance_difference",
      description: "Planned messages less those that are found in a state; anything but 0 is a bug",
      labels: {},
      value: total - found
    }
  ]
}
