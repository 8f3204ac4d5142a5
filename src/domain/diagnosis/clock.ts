/** Whether two clocks agree well enough: delays, expiry and schedules are by them. */

import { type Finding, ok, problem, warning } from "./Finding.ts"

const noticeable_ms = 2000
const harmful_ms = 30_000

/** @param skew_ms how far the other clock is ahead of this machine's; negative: behind */
export const diagnoseClock = (whose: string, skew_ms: number): Finding => {
  const subject = `clock of ${whose}`
  const away_ms = Math.abs(skew_ms)
  const seconds = (away_ms / 1000).toFixed(1)
  const detail = `${seconds} s ${skew_ms > 0 ? "ahead of" : "behind"} this machine's`
  const remedy = "Messages are sent too early or too late by that much: run NTP on both machines."
  if (away_ms < noticeable_ms)
    return ok(subject, `agrees with this machine's within ${noticeable_ms / 1000} s`)
  return away_ms < harmful_ms ? warning(subject, detail, remedy) : problem(subject, detail, remedy)
}
