/** What `carillon doctor` finds, as tests compare it. */

import { assert } from "@effect/vitest"

import { type Finding } from "#src/domain/diagnosis/Finding.ts"

/** What is not ok, as `level subject: detail`. */
export const wrong = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings
    .filter(({ level }) => level !== "ok")
    .map(({ detail, level, subject }) => `${level} ${subject}: ${detail}`)

/** Whatever is wrong says what to do. */
export const allHaveRemedies = (findings: ReadonlyArray<Finding>) => {
  for (const { level, remedy } of findings) assert.strictEqual(remedy === null, level === "ok")
}
