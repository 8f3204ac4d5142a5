/** The mails that were caught: one file each, as they came, so that they survive a restart. */

import { randomBytes } from "node:crypto"

import { Clock, Context, DateTime, Effect, FileSystem, Layer, Option, Path, type PlatformError } from "effect"

import { type Mail, readMail } from "#src/embedded/mail/readMail.ts"

/** The oldest go when there are more. */
const KEPT = 10_000
/** Parsed mails held in memory: what a page and its reader ask for again and again. */
const PARSED = 500

/** Nine characters of time in base 36 (milliseconds, until the year 5188), then chance: sorts by arrival, safe in a path. */
const makeId = (now: number) => now.toString(36).padStart(9, "0") + randomBytes(6).toString("hex")
const ID = /^[0-9a-z]{21}$/

/** When the mail with this id arrived, RFC 3339 in UTC. */
export const arrivedAt = (id: string) =>
  DateTime.formatIso(DateTime.makeUnsafe(Number.parseInt(id.slice(0, 9), 36)))

/** Beside its place first: a process that is killed leaves no half of a mail. */
const writeWhole = (fs: FileSystem.FileSystem, file: string, raw: Uint8Array) =>
  Effect.andThen(fs.writeFile(`${file}.new`, raw, { mode: 0o600 }), fs.rename(`${file}.new`, file))

export class MailStore extends Context.Service<
  MailStore,
  {
    /** Keeps a mail; it is in the list as soon as this returns. Its id. */
    readonly add: (raw: Uint8Array) => Effect.Effect<string, PlatformError.PlatformError>
    /** Newest first. */
    readonly ids: Effect.Effect<ReadonlyArray<string>>
    /** How many nobody has opened since this process started. */
    readonly unread: Effect.Effect<number>
    readonly isRead: (id: string) => boolean
    readonly markRead: (id: string) => Effect.Effect<void>
    /** None where there is no such mail. */
    readonly raw: (id: string) => Effect.Effect<Option.Option<Uint8Array>>
    readonly mail: (id: string) => Effect.Effect<Option.Option<Mail>>
    /** Removes these; those that are not there are no error. */
    readonly remove: (ids: ReadonlyArray<string>) => Effect.Effect<void>
  }
>()("carillon/embedded/mail/MailStore") {
  /** Over the files in `folder`, which exists. */
  static readonly layer = (folder: string) =>
    Layer.effect(
      MailStore,
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { join } = yield* Path.Path
        const file = (id: string) => join(folder, `${id}.eml`)
        const names = yield* fs.readDirectory(folder)
        /** Oldest first: arrivals are appended. */
        const stored = new Set(
          names
            .filter((name) => name.endsWith(".eml"))
            .map((name) => name.slice(0, -".eml".length))
            .filter((id) => ID.test(id))
            .toSorted()
        )
        // Whether a mail was read is not worth a file: what is older than this process counts as read.
        const unread = new Set<string>()
        const parsed = new Map<string, Mail>()

        const remove = Effect.fnUntraced(function* (ids: ReadonlyArray<string>) {
          for (const id of ids.filter((id) => stored.has(id))) {
            stored.delete(id)
            unread.delete(id)
            parsed.delete(id)
            yield* Effect.ignore(fs.remove(file(id)))
          }
        })

        const add = Effect.fnUntraced(function* (raw: Uint8Array) {
          const id = makeId(yield* Clock.currentTimeMillis)
          yield* writeWhole(fs, file(id), raw)
          stored.add(id)
          unread.add(id)
          if (stored.size > KEPT) yield* remove([...stored].slice(0, stored.size - KEPT))
          return id
        })

        const raw = Effect.fnUntraced(function* (id: string) {
          if (!stored.has(id)) return Option.none<Uint8Array>()
          return yield* Effect.option(fs.readFile(file(id)))
        })

        const mail = Effect.fnUntraced(function* (id: string) {
          const known = Option.fromUndefinedOr(parsed.get(id))
          if (Option.isSome(known)) return known
          const source = yield* raw(id)
          if (Option.isNone(source)) return Option.none<Mail>()
          const read = yield* readMail(source.value)
          const [oldest] = parsed.keys()
          if (parsed.size >= PARSED && oldest !== undefined) parsed.delete(oldest)
          parsed.set(id, read)
          return Option.some(read)
        })

        return MailStore.of({
          add,
          remove,
          raw,
          mail,
          ids: Effect.sync(() => [...stored].toReversed()),
          unread: Effect.sync(() => unread.size),
          isRead: (id) => !unread.has(id),
          markRead: (id) => Effect.sync(() => unread.delete(id))
        })
      })
    )
}
