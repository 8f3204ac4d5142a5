/** How long it was between two instants, as short as a person needs it. */

const second_ms = 1000
const minute_ms = 60_000
const hour_ms = 3_600_000
const day_ms = 86_400_000

/** Two units at most, e.g. `12 ms`, `1.50 s`, `2 min 5 s`, `3 h 0 min`, `2 d 1 h`. Never negative. */
export const span = (from: string, to: string): string => {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from))
  const whole = (unit_ms: number, of_ms = ms) => Math.floor(of_ms / unit_ms)
  if (ms < second_ms) return `${ms} ms`
  if (ms < minute_ms) return `${(ms / second_ms).toFixed(2)} s`
  if (ms < hour_ms) return `${whole(minute_ms)} min ${whole(second_ms, ms % minute_ms)} s`
  if (ms < day_ms) return `${whole(hour_ms)} h ${whole(minute_ms, ms % hour_ms)} min`
  return `${whole(day_ms)} d ${whole(hour_ms, ms % day_ms)} h`
}
