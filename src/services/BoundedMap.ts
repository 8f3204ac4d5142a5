/** A cache that cannot grow: what was not asked for the longest goes first. */
export class BoundedMap<K, V> {
  private readonly capacity: number
  private readonly entries = new Map<K, V>()

  /** @param capacity at least 1 */
  constructor(capacity: number) {
    this.capacity = capacity
  }

  get(key: K): V | undefined {
    const value = this.entries.get(key)
    if (value !== undefined) {
      this.entries.delete(key)
      this.entries.set(key, value)
    }
    return value
  }

  set(key: K, value: V): void {
    this.entries.delete(key)
    this.entries.set(key, value)
    const [oldest] = this.entries.keys()
    if (this.entries.size > this.capacity && oldest !== undefined) this.entries.delete(oldest)
  }
}
