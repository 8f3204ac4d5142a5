/** One rendering of one field: what was written, what values mean here, and how much work is left. */

import { Option } from "effect"

import { type Path } from "./Ast.ts"
import { type Environment } from "./formatters.ts"
import { maxIterations, maxOutputLength, maxWork, nodeWork, type Reason } from "./limits.ts"
import { follow } from "./values.ts"

/** What a template is filled in with. */
export interface RenderContext extends Environment {
  /** The job's data; wins over the profile's fields, wherever it has a value. */
  readonly data: Readonly<Record<string, unknown>>
  readonly profile: Readonly<Record<string, unknown>>
}

export class Frame {
  readonly context: RenderContext
  text = ""
  /** The limit that was met. Once there is one, nothing more is done. */
  stopped: Option.Option<Reason> = Option.none()
  private item: unknown = undefined
  private index = 0
  private iterations = 0
  private work = 0

  constructor(context: RenderContext) {
    this.context = context
  }

  write(text: string): void {
    this.text += text
    if (this.text.length > maxOutputLength) this.stop("the output is larger than 2 MiB")
  }

  /** Counts work that is about to be done. */
  spend(work: number): void {
    this.work += work
    if (this.work > maxWork) this.stop("the template takes too much work")
  }

  /** Undefined or null where neither data nor profile has a value. */
  read({ root, segments }: Path): unknown {
    this.spend(nodeWork * segments.length)
    const { data, profile } = this.context
    if (root === "data") return follow(data, segments) ?? follow(profile, segments)
    return root === "this" ? follow(this.item, segments) : this.index
  }

  /** Runs `body` with each item as `this`. */
  each(items: ReadonlyArray<unknown>, body: (frame: Frame) => void): void {
    const { index, item } = this
    for (const [position, value] of items.entries()) {
      this.iterations += 1
      if (this.iterations > maxIterations) this.stop("{{#each}} repeats more than 10000 times")
      if (Option.isSome(this.stopped)) break
      this.index = position
      this.item = value
      body(this)
    }
    this.index = index
    this.item = item
  }

  private stop(reason: Reason): void {
    this.stopped = Option.orElse(this.stopped, () => Option.some(reason))
  }
}
