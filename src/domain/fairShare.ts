/** Who of those that wait gets the free places, so that nobody who is slow gets them all. */

/**
 * Positions in `wanted`, in order: each takes a place while its key holds fewer than are free. So a key that is alone gets
 * half of all, each further slow one half of what is left, and the last place is for one that holds none.
 *
 * Dynamic thresholds with α = 1: Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches",
 * IEEE/ACM Transactions on Networking 6 (1998).
 *
 * @param holds how many places a key has
 */
export const fairShare = (
  wanted: ReadonlyArray<string>,
  { free, holds }: { readonly free: number; readonly holds: (key: string) => number }
): ReadonlyArray<number> => {
  const taken: Array<number> = []
  const now = new Map<string, number>()
  for (const [position, key] of wanted.entries()) {
    const has = now.get(key) ?? holds(key)
    if (has >= free - taken.length) continue
    now.set(key, has + 1)
    taken.push(position)
  }
  return taken
}
