/** What a filter is: text in, text out, for a reader's language and time zone. */

import { type Result } from "effect"

import { type Environment } from "./formatters.ts"

/** A constant of a template: `'text'`, `12.5`, `true`. */
export type Literal = string | number | boolean

export type Filter = (text: string, environment: Environment) => string

/** Turns a filter's argument into the filter, once a template; fails with what is wrong with the argument. */
export type Prepare = (argument: Literal | undefined) => Result.Result<Filter, string>
