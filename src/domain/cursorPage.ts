/** One page of a list that is followed by cursor: its items, and where the next one begins. */

/** The most that is counted exactly. */
const mostCounted = 10_000

interface Asked {
  /** 1–100 */
  readonly limit: number
  readonly offset: number
}

export interface CursorPage<Row> {
  readonly items: ReadonlyArray<Row>
  readonly members: {
    readonly total: number
    readonly total_capped?: boolean
    readonly limit: number
    readonly offset: number
    readonly has_more: boolean
    readonly next_cursor: string | null
  }
}

/**
 * @param found one row more than the limit where the list goes on
 * @param cursorOf names the place after a row
 */
export const cursorPage = <Row>(
  asked: Asked,
  found: { readonly rows: ReadonlyArray<Row>; readonly counted: number },
  cursorOf: (row: Row) => string
): CursorPage<Row> => {
  const { limit, offset } = asked
  const items = found.rows.slice(0, limit)
  const last = items.at(-1)
  const has_more = found.rows.length > limit
  return {
    items,
    members: {
      total: Math.min(found.counted, mostCounted),
      ...(found.counted > mostCounted ? { total_capped: true } : {}),
      limit,
      offset,
      has_more,
      next_cursor: has_more && last !== undefined ? cursorOf(last) : null
    }
  }
}
