/** Matches the blocks of a token sequence: `{{#if}}…{{else}}…{{/if}}` and `{{#each}}…{{/each}}`. */

import { Result } from "effect"

import { Node, type Path, pathsOf, type Token } from "./Ast.ts"
import { maxNesting } from "./limits.ts"
import { type Problem } from "./problems.ts"

type Opening = Extract<Token, { readonly _tag: "If" | "Each" }>

/** A block whose end has not come. */
interface Open {
  readonly opening: Opening
  readonly body: Array<Node>
  /** What follows `{{else}}`. */
  otherwise?: Array<Node>
}

const nameOf = ({ _tag }: Opening) => (_tag === "If" ? "if" : "each")

const closed = ({ body, opening, otherwise = [] }: Open): Node =>
  opening._tag === "If"
    ? Node.If({ condition: opening.condition, body, otherwise })
    : Node.Each({ path: opening.path, body })

class Blocks {
  readonly nodes: Array<Node> = []
  readonly problems: Array<Problem> = []
  private readonly open: Array<Open> = []

  add(token: Token): void {
    switch (token._tag) {
      case "Text":
        return this.push(Node.Text({ text: token.text }))
      case "Output":
        this.checkPaths([token.path])
        return this.push(Node.Output({ path: token.path, filters: token.filters }))
      case "If":
        this.checkPaths(pathsOf(token.condition))
        return this.begin(token)
      case "Each":
        this.checkPaths([token.path])
        return this.begin(token)
      case "Else":
        return this.alternate(token.offset)
      case "End":
        return this.end(token.block, token.offset)
    }
  }

  /** Whatever is still open is a problem. */
  finish(): void {
    for (const { opening } of this.open)
      this.refuse(opening.offset, `{{#${nameOf(opening)}}} is never closed`)
  }

  private push(node: Node): void {
    const inner = this.open.at(-1)
    const into = inner === undefined ? this.nodes : (inner.otherwise ?? inner.body)
    into.push(node)
  }

  private begin(opening: Opening): void {
    if (this.open.length === maxNesting)
      this.refuse(opening.offset, `blocks nested more than ${maxNesting} deep`)
    this.open.push({ opening, body: [] })
  }

  private alternate(offset: number): void {
    const inner = this.open.at(-1)
    if (inner?.opening._tag !== "If") this.refuse(offset, "{{else}} outside of {{#if}}")
    else if (inner.otherwise !== undefined) this.refuse(offset, "a second {{else}} in one {{#if}}")
    else inner.otherwise = []
  }

  private end(block: "if" | "each", offset: number): void {
    const inner = this.open.at(-1)
    if (inner === undefined) return this.refuse(offset, `{{/${block}}} without {{#${block}}}`)
    const expected = nameOf(inner.opening)
    if (expected !== block)
      this.refuse(offset, `{{/${block}}} where {{#${expected}}} is still open: expected {{/${expected}}}`)
    this.open.pop()
    this.push(closed(inner))
  }

  private checkPaths(paths: ReadonlyArray<Path>): void {
    if (this.open.some(({ opening }) => opening._tag === "Each")) return
    for (const { offset, root } of paths)
      if (root !== "data") this.refuse(offset, "this and @index mean something within {{#each}} only")
  }

  private refuse(offset: number, message: string): void {
    this.problems.push({ offset, message })
  }
}

export const parse = (
  tokens: ReadonlyArray<Token>
): Result.Result<ReadonlyArray<Node>, ReadonlyArray<Problem>> => {
  const blocks = new Blocks()
  for (const token of tokens) blocks.add(token)
  blocks.finish()
  return blocks.problems.length === 0 ? Result.succeed(blocks.nodes) : Result.fail(blocks.problems)
}
