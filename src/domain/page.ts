/** One page of a list that is counted whole. */

export interface Page {
  /** Items of a page, 1–100. */
  readonly limit: number
  /** Items skipped. */
  readonly offset: number
}

export interface PageOf<A> {
  readonly items: ReadonlyArray<A>
  /** Of the whole list. */
  readonly total: number
  readonly limit: number
  readonly offset: number
  readonly has_more: boolean
}

/** @param total of the whole list */
export const pageOf = <A>({ limit, offset }: Page, items: ReadonlyArray<A>, total: number): PageOf<A> => ({
  items,
  total,
  limit,
  offset,
  has_more: offset + items.length < total
})
