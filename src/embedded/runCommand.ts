/** Runs a program to its end: what it printed, or why it failed. */

import { spawn } from "node:child_process"

import { Effect, Option, Schema } from "effect"

/** The user that a program runs as; numeric, as the kernel knows it. */
export interface User {
  readonly uid: number
  readonly gid: number
}

export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", {
  command: Schema.String,
  /** The end of what it printed, or why it could not be started. */
  output: Schema.String
}) {
  override get message() {
    return `${this.command} failed: ${this.output}`
  }
}

export interface Command {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly as?: Option.Option<User>
  /** Added to our own environment. */
  readonly env?: Record<string, string>
  readonly input?: string
  readonly cwd?: string
}

/** As much of the output as an error repeats, in characters. */
const TAIL = 2000

/** Standard output of the program; interrupting ends it. Fails where it exits with anything but 0. */
export const runCommand = ({ program, args, as = Option.none(), env = {}, input = "", cwd = "." }: Command) =>
  Effect.callback<string, CommandFailed>((resume) => {
    const child = spawn(program, args, {
      stdio: "pipe",
      cwd,
      ...Option.getOrElse(as, () => ({})),
      // eslint-disable-next-line node/no-process-env -- the child is to see our environment
      env: { ...process.env, ...env }
    })
    let output = ""
    let printed = ""
    const fail = (reason: string) =>
      resume(Effect.fail(new CommandFailed({ command: program, output: reason })))
    child.stdout.on("data", (text: Buffer) => {
      output += text.toString()
      printed += text.toString()
    })
    child.stderr.on("data", (text: Buffer) => {
      printed += text.toString()
    })
    // It may end without reading its input; its exit code says what that means.
    child.stdin.on("error", () => undefined)
    child.stdin.end(input)
    child.once("error", (error) => fail(error.message))
    child.once("close", (code, signal) =>
      code === 0
        ? resume(Effect.succeed(output))
        : fail(`${printed.slice(-TAIL).trim()} (${signal ?? `exit code ${code}`})`)
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })
