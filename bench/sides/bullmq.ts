/** What BullMQ's sides share: one queue, whose finished jobs are not kept. */

import { Queue } from "bullmq"

import { settings } from "../measure/side.ts"

export const bullQueue = "bench"
export const bullConnection = { host: "127.0.0.1", port: settings.redisPort }

export const makeQueue = <Data>() =>
  new Queue<Data>(bullQueue, { connection: bullConnection, defaultJobOptions: { removeOnComplete: true } })

/** So many in one `addBulk`. */
const bulk = 1000

/** Returns when Redis has all of them; `onAdded` is told of each bulk. */
export const addAll = async (
  data: ReadonlyArray<unknown>,
  onAdded: (count: number) => void
): Promise<void> => {
  const queue = makeQueue<unknown>()
  for (let from = 0; from < data.length; from += bulk) {
    const slice = data.slice(from, from + bulk).map((data) => ({ name: "job", data }))
    // oxlint-disable-next-line no-await-in-loop -- one bulk after the other, as its users do
    await queue.addBulk(slice)
    onAdded(slice.length)
  }
}
