/** A batch, grouped by what its members are counted under: one update a group. */

type Labels = Readonly<Record<string, string>>

interface Group<A> {
  readonly labels: Labels
  readonly items: ReadonlyArray<A>
}

export interface Grouping<A> {
  /** As cheap as can be: it is asked of every member. */
  readonly key: (item: A) => string
  /** Of the first of a group. From small closed sets, so that groups are few. */
  readonly labels: (item: A) => Labels
}

export const byLabels = <A>(
  items: ReadonlyArray<A>,
  { key, labels }: Grouping<A>
): ReadonlyArray<Group<A>> => {
  const groups = new Map<string, { labels: Labels; items: Array<A> }>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), { labels: labels(item), items: [item] })
    else group.items.push(item)
  }
  return [...groups.values()]
}
