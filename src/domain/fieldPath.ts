/** Dotted paths into a body: how problems name a member. */

/** One event or resource is told at most so many problems: a body of thousands must not earn an answer of megabytes. */
export const mostProblems = 100

const longest = 100

// oxlint-disable-next-line no-control-regex -- they are what it replaces
const controls = /[\u0000-\u001f\u007f-\u009f]/g

/** A name as a path shows it: shortened, and without what would spoil a log line or an answer. */
const segment = (name: PropertyKey): string =>
  String(name).slice(0, longest).toWellFormed().replaceAll(controls, "\ufffd")

/** `joinPath("events.3", "source")` is `events.3.source`; an empty path is the body itself. */
export const joinPath = (path: string, name: PropertyKey): string =>
  path === "" ? segment(name) : `${path}.${segment(name)}`
