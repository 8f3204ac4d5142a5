/** A batch, grouped by what its members are counted under: one update a group. */

type Labels = Readonly<Record<string, string>>

interface Group<A> {
  readonly labels: Labels
  readonly items: ReadonlyArray<A>
}

/** Labels are from small closed sets, so that groups are few; their values have no white space. */
export const byLabels = <A>(
  items: ReadonlyArray<A>,
  labelsOf: (item: A) => Labels
): ReadonlyArray<Group<A>> => {
  const groups = new Map<string, { labels: Labels; items: Array<A> }>()
  for (const item of items) {
    const labels = labelsOf(item)
    const key = Object.values(labels).join(" ")
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { labels, items: [item] })
    else group.items.push(item)
  }
  return [...groups.values()]
}
