/** The first event to copy, as three programs publish it: a line each, which works as printed in a shell. */

import { Option } from "effect"

import { type Run } from "#src/embedded/runFile.ts"

export interface Surroundings {
  readonly run: Pick<Run, "http" | "nats">
  /** What a shell expands to the operator's key, where a call needs it. */
  readonly key: Option.Option<string>
  /** As set; none where it is the default one. */
  readonly home: Option.Option<string>
  /** Of the first two; the third draws its own. */
  readonly ids: readonly [string, string]
  readonly now: string
}

/** Of example.com, which never receives mail (RFC 2606). */
const users = [
  { user_id: "ada", email: "ada@example.com", first_name: "Ada" },
  { user_id: "grace", email: "grace@example.com", first_name: "Grace" },
  { user_id: "hedy", email: "hedy@example.com", first_name: "Hedy" }
] as const

const type = "user_registered"

const envelope = (event_id: string, occurred_at: string, payload: (typeof users)[number]): string =>
  JSON.stringify({ event_id, event_type: type, source: "first-event", occurred_at, payload })

/** What is in a URL of the user's own may be a password: the shell that started us has it as a variable. */
const natsServer = (url: string): string => (url.includes("@") ? '"$NATS_URL"' : url)

export const firstEvents = ({ home, ids, key, now, run }: Surroundings): ReadonlyArray<string> => {
  const [ada, grace, hedy] = users
  const authorization = Option.match(key, {
    onNone: () => "",
    onSome: (key) => ` -H "authorization: Bearer ${key}"`
  })
  const inHome = Option.match(home, { onNone: () => "", onSome: (home) => `CARILLON_HOME='${home}' ` })
  return [
    `curl -sS ${run.http}/api/v1/events -H 'content-type: application/json'${authorization} -d '${envelope(ids[0], now, ada)}'`,
    `nats -s ${natsServer(run.nats)} pub events.default.${type} '${envelope(ids[1], now, grace)}'`,
    `${inHome}npx carillon event publish ${type} --data '${JSON.stringify(hedy)}'`
  ]
}
