/** Turns nodes into closures, once a template version; rendering then only calls them. No code is made from text. */

import { Option, Result } from "effect"

import { Condition, Node, type Operand, type Operator } from "./Ast.ts"
import { escapeStatic, escapeValue, type Mode } from "./escape.ts"
import { Frame, type RenderContext } from "./Frame.ts"
import { filterWork, nodeWork, type Reason } from "./limits.ts"
import { isEqual, isLess, isTruthy, textOf } from "./values.ts"

type Step = (frame: Frame) => void
type Test = (frame: Frame) => boolean

/** One field's text for one recipient, or the limit it met. */
export type Render = (context: RenderContext) => Result.Result<string, Reason>

/** Comparing looks at every character of a text, and joining at every item of a list. */
const lengthOf = (value: unknown): number =>
  typeof value === "string" || Array.isArray(value) ? value.length : 0

const comparisons: Readonly<Record<Operator, (left: unknown, right: unknown) => boolean>> = {
  "==": isEqual,
  "!=": (left, right) => !isEqual(left, right),
  "<": isLess,
  ">": (left, right) => isLess(right, left)
}

const compileOperand = (operand: Operand): ((frame: Frame) => unknown) => {
  if (operand._tag === "Constant") return () => operand.value
  return (frame) => frame.read(operand.path)
}

const compileComparison = ({
  left,
  operator,
  right
}: Extract<Condition, { readonly _tag: "Compare" }>): Test => {
  const [readLeft, readRight] = [compileOperand(left), compileOperand(right)]
  const compare = comparisons[operator]
  return (frame) => {
    const [leftValue, rightValue] = [readLeft(frame), readRight(frame)]
    frame.spend(nodeWork + lengthOf(leftValue) + lengthOf(rightValue))
    return compare(leftValue, rightValue)
  }
}

const compileTest: (condition: Condition) => Test = Condition.$match({
  Truthy:
    ({ path }): Test =>
    (frame) =>
      isTruthy(frame.read(path)),
  Compare: compileComparison,
  Not: ({ condition }) => {
    const test = compileTest(condition)
    return (frame: Frame) => !test(frame)
  },
  All: ({ conditions }) => {
    const tests = conditions.map(compileTest)
    return (frame: Frame) => tests.every((test) => test(frame))
  },
  Any: ({ conditions }) => {
    const tests = conditions.map(compileTest)
    return (frame: Frame) => tests.some((test) => test(frame))
  }
})

const compileOutput = ({ filters, path }: Extract<Node, { readonly _tag: "Output" }>, mode: Mode): Step => {
  const escape = escapeValue[mode]
  if (filters.length === 0)
    return (frame) => {
      const value = frame.read(path)
      frame.spend(nodeWork + lengthOf(value))
      frame.write(escape(textOf(value)))
    }
  return (frame) => {
    const value = frame.read(path)
    frame.spend(nodeWork + lengthOf(value))
    let text = textOf(value)
    for (const filter of filters) {
      frame.spend(filterWork + text.length)
      text = filter(text, frame.context)
    }
    frame.write(escape(text))
  }
}

const compileText = (source: string, mode: Mode): Step => {
  const text = escapeStatic[mode](source)
  return (frame) => {
    frame.spend(nodeWork)
    frame.write(text)
  }
}

const compileNode = (node: Node, mode: Mode): Step =>
  Node.$match(node, {
    Text: ({ text }) => compileText(text, mode),
    Output: (output) => compileOutput(output, mode),
    If: ({ body, condition, otherwise }): Step => {
      const test = compileTest(condition)
      const [then, instead] = [compileNodes(body, mode), compileNodes(otherwise, mode)]
      return (frame) => {
        frame.spend(nodeWork)
        if (test(frame)) then(frame)
        else instead(frame)
      }
    },
    Each: ({ body, path }): Step => {
      const fill = compileNodes(body, mode)
      return (frame) => {
        frame.spend(nodeWork)
        const items = frame.read(path)
        if (Array.isArray(items)) frame.each(items, fill)
      }
    }
  })

const compileNodes = (nodes: ReadonlyArray<Node>, mode: Mode): Step => {
  const steps = nodes.map((node) => compileNode(node, mode))
  return (frame) => {
    for (const step of steps) {
      if (Option.isSome(frame.stopped)) return
      step(frame)
    }
  }
}

/** Never throws; meets its limits before it holds up anyone else. */
export const compile = (nodes: ReadonlyArray<Node>, mode: Mode): Render => {
  const fill = compileNodes(nodes, mode)
  return (context) => {
    const frame = new Frame(context)
    fill(frame)
    return Option.match(frame.stopped, {
      onNone: () => Result.succeed(frame.text),
      onSome: Result.fail
    })
  }
}
