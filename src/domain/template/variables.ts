/** The paths that a template reads. */

import { Node, type Path, pathsOf } from "./Ast.ts"

/** Nothing for `@index`, which is no data. `list` is where the items come from: `items[]`. */
const written = ({ root, segments }: Path, list: string): ReadonlyArray<string> => {
  if (root === "index") return []
  return [(root === "this" ? [list, ...segments] : segments).join(".")]
}

const namesIn = (nodes: ReadonlyArray<Node>, list: string): ReadonlyArray<string> =>
  nodes.flatMap(
    Node.$match({
      Text: () => [],
      Output: ({ path }) => written(path, list),
      If: ({ body, condition, otherwise }) => [
        ...pathsOf(condition).flatMap((path) => written(path, list)),
        ...namesIn(body, list),
        ...namesIn(otherwise, list)
      ],
      Each: ({ body, path }) => {
        const names = written(path, list)
        return [...names, ...names.flatMap((name) => namesIn(body, `${name}[]`))]
      }
    })
  )

/** Each once, in the order of first use; an item of a list is `items[]`, its member `items[].title`. */
export const variablesOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> => [
  ...new Set(namesIn(nodes, ""))
]
