/** From a JSON Schema of the document to values: right ones, nearly right ones, and hostile ones in their midst. */

import * as fc from "fast-check"

import { hostileName, hostileValue, objectOf } from "./hostile.ts"
import { plausible } from "./plausible.ts"

/** As far as the document uses it. */
export interface JsonSchema {
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
}

/** What a value is made for. */
interface Wish {
  readonly schema: JsonSchema
  /** Of the member or parameter. */
  readonly name: string
  /** One value of so many is hostile, or missing, or too much. */
  readonly oneIn: number
}

const objectValue = ({ oneIn, schema: { properties = {}, required = [] } }: Wish): fc.Arbitrary<unknown> => {
  const members = Object.entries(properties).map(([name, schema]) =>
    fc.option(
      valueOf({ schema, name, oneIn }).map((value) => [name, value] as const),
      { freq: required.includes(name) ? oneIn : 1, nil: undefined }
    )
  )
  const extra = fc.option(fc.tuple(hostileName, hostileValue), { freq: 1, nil: undefined })
  return fc.tuple(fc.tuple(...members), extra, fc.nat({ max: oneIn })).map(([found, more, chance]) => {
    const all = chance === 0 ? [...found, more] : found
    return objectOf(all.filter((member) => member !== undefined))
  })
}

const integerValue = ({ schema: { maximum = 1_000_000, minimum = -10 } }: Wish) =>
  fc.integer({ min: minimum, max: maximum })

const arrayValue = ({ name, oneIn, schema: { items = {}, minItems = 0 } }: Wish) =>
  fc.array(valueOf({ schema: items, name: name.replace(/s$/, ""), oneIn }), {
    minLength: minItems,
    maxLength: 4
  })

/** By the type alone, where the name says nothing. */
const byType: Readonly<Record<string, (wish: Wish) => fc.Arbitrary<unknown>>> = {
  array: arrayValue,
  object: objectValue,
  integer: integerValue,
  number: integerValue,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  string: () => fc.string({ maxLength: 30 })
}

const anything = () => fc.jsonValue({ maxDepth: 3 })

/** Whether the schema says more of the value than its name does. */
const isTelling = ({ properties, type }: JsonSchema): boolean =>
  type === "array" || type === "null" || properties !== undefined

/** What the schema asks for. */
const rightValue = (wish: Wish): fc.Arbitrary<unknown> => {
  const { name, schema } = wish
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((one) => rightValue({ ...wish, schema: one })))
  const known = isTelling(schema) ? undefined : plausible(name)
  return known ?? (byType[schema.type ?? ""] ?? anything)(wish)
}

export const valueOf = (wish: Wish): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: wish.oneIn, arbitrary: rightValue(wish) }, { weight: 1, arbitrary: hostileValue })

/** Every other time all but right, else with something hostile in most of them. */
export const valueFor = (schema: JsonSchema, name: string): fc.Arbitrary<unknown> =>
  fc.oneof(valueOf({ schema, name, oneIn: 500 }), valueOf({ schema, name, oneIn: 10 }))
