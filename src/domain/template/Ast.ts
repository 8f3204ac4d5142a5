/** The template language as data: what a text is read into before anything is filled in. */

import { Data } from "effect"

import { type Filter, type Literal } from "./Filter.ts"

/**
 * Where a value is looked up: `data` in the job's data, then the profile; `this` in the item of the
 * innermost `{{#each}}`; `index` is that item's position, 0 for the first.
 */
export interface Path {
  readonly root: "data" | "this" | "index"
  readonly segments: ReadonlyArray<string>
  /** Of the first character, 0 for the first in the text. */
  readonly offset: number
}

export type Operand = Data.TaggedEnum<{
  Reference: { readonly path: Path }
  Constant: { readonly value: Literal }
}>
export const Operand = Data.taggedEnum<Operand>()

export type Operator = "==" | "!=" | "<" | ">"

export type Condition = Data.TaggedEnum<{
  Truthy: { readonly path: Path }
  Compare: { readonly left: Operand; readonly operator: Operator; readonly right: Operand }
  Not: { readonly condition: Condition }
  All: { readonly conditions: ReadonlyArray<Condition> }
  Any: { readonly conditions: ReadonlyArray<Condition> }
}>
export const Condition = Data.taggedEnum<Condition>()

/** Where a token stands in the text, and how it is written there. */
interface Written {
  readonly offset: number
  readonly source: string
}

/** The text in sequence: blocks are not matched yet. */
export type Token = Data.TaggedEnum<{
  Text: { readonly text: string }
  Output: Written & { readonly path: Path; readonly filters: ReadonlyArray<Filter> }
  If: Written & { readonly condition: Condition }
  Each: Written & { readonly path: Path }
  Else: Written
  End: Written & { readonly block: "if" | "each" }
}>
export const Token = Data.taggedEnum<Token>()

/** A text with its blocks matched. */
export type Node = Data.TaggedEnum<{
  Text: { readonly text: string }
  Output: { readonly path: Path; readonly filters: ReadonlyArray<Filter> }
  If: {
    readonly condition: Condition
    readonly body: ReadonlyArray<Node>
    readonly otherwise: ReadonlyArray<Node>
  }
  Each: { readonly path: Path; readonly body: ReadonlyArray<Node> }
}>
export const Node = Data.taggedEnum<Node>()

/** The paths a condition reads, in the order they are written. */
export const pathsOf = (condition: Condition): ReadonlyArray<Path> =>
  Condition.$match(condition, {
    Truthy: ({ path }) => [path],
    Compare: ({ left, right }) =>
      [left, right].flatMap((operand) => (operand._tag === "Reference" ? [operand.path] : [])),
    Not: ({ condition }) => pathsOf(condition),
    All: ({ conditions }) => conditions.flatMap(pathsOf),
    Any: ({ conditions }) => conditions.flatMap(pathsOf)
  })
