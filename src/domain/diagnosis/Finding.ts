/** What `carillon doctor` says about one thing that it looked at. */

export type Level = "ok" | "warning" | "problem"

export interface Finding {
  /** What was looked at, e.g. `stream EVENTS`. */
  readonly subject: string
  readonly level: Level
  readonly detail: string
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null
}

export const ok = (subject: string, detail: string): Finding => ({
  subject,
  level: "ok",
  detail,
  remedy: null
})

export const warning = (subject: string, detail: string, remedy: string): Finding => ({
  subject,
  level: "warning",
  detail,
  remedy
})

export const problem = (subject: string, detail: string, remedy: string): Finding => ({
  subject,
  level: "problem",
  detail,
  remedy
})

/** `1 row`, `2 rows`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`
