/** Lists in pages: the cap of the count, and the next page's place. */

/** What is counted exactly; beyond, a list says that there are more. */
export const mostCounted = 10_000

export interface PageRequest {
  /** Items of the page, 1–100. */
  readonly limit: number
  /** Items skipped, counted from the cursor where there is one. */
  readonly offset: number
}

export interface Rows<Row> {
  /** One more than the limit where the list goes on. */
  readonly rows: ReadonlyArray<Row>
  /** Up to one more than `mostCounted`. */
  readonly counted: number
}
