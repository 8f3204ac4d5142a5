/** Which of a template's variables have no value for one reader. */

import { follow } from "./template/values.ts"

/** What a template is filled in with: `data` wins wherever it has a value. */
export interface Sources {
  readonly data: unknown
  readonly profile: unknown
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)

const segmentsOf = (path: string): ReadonlyArray<string> =>
  path.split(".").filter((segment) => segment !== "")

const read = ({ data, profile }: Sources, path: string): unknown => {
  const segments = segmentsOf(path)
  return follow(data, segments) ?? follow(profile, segments)
}

const itemsOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Everything that the variable reads: one value, or one of each item of its lists. */
const valuesOf = (sources: Sources, variable: string): ReadonlyArray<unknown> => {
  const members = variable.split("[]")
  return members.reduce<ReadonlyArray<unknown>>(
    (values, member, depth) =>
      depth === 0
        ? [read(sources, member)]
        : values.flatMap(itemsOf).map((item) => follow(item, segmentsOf(member))),
    []
  )
}

/** Those with an empty value; of a list's items where one of them has none. An empty list is named itself, its items are not. */
export const emptyVariables = (variables: ReadonlyArray<string>, sources: Sources): ReadonlyArray<string> =>
  variables.filter((variable) => valuesOf(sources, variable).some(isEmpty))
