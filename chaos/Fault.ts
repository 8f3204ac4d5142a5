/** What is done to the system while it works; each fault is over by itself. */

/** The processes of the engine in a run. */
export const processNames = ["gateway", "planner", "worker-1", "worker-2"] as const
export type ProcessName = (typeof processNames)[number]

export type ServerName = "nats" | "postgres"

export type Link = ServerName | "smtp"

/** What a wire does to what goes over it: late, in pieces, cut, or nothing arrives and nobody is told. */
export type WireTrouble = "latency" | "slices" | "resets" | "silence"

/** What the mail server does. Those after `slow_answer` leave open whether it took the message. */
export type ProviderTrouble =
  | "slow_banner"
  | "one_byte_at_a_time"
  | "slow_answer"
  | "busy_at_banner"
  | "busy_at_mail"
  | "busy_at_rcpt"
  | "busy_at_data"
  | "busy_at_final_dot"
  | "refusal_at_mail"
  | "refusal_at_rcpt"
  | "refusal_at_final_dot"
  | "reset_at_banner"
  | "reset_at_ehlo"
  | "reset_at_rcpt"
  | "reset_at_body"
  | "reset_before_taking"
  | "reset_after_taking"

export type Fault =
  /** kill -9; started again after `back_ms`. */
  | { readonly _tag: "Kill"; readonly process: ProcessName; readonly back_ms: number }
  /** SIGTERM; started again when it has ended. */
  | { readonly _tag: "Stop"; readonly process: ProcessName }
  /** SIGSTOP, and SIGCONT after `for_ms`. */
  | { readonly _tag: "Freeze"; readonly process: ProcessName; readonly for_ms: number }
  | {
      readonly _tag: "ServerAway"
      readonly server: ServerName
      /** `kill`: kill -9; `stop`: in order. */
      readonly how: "kill" | "stop"
      readonly for_ms: number
    }
  /** kill -9, and all that JetStream has stored is deleted. */
  | { readonly _tag: "EraseStore"; readonly for_ms: number }
  /** kill -9 of one process of Postgres that serves a connection: Postgres ends all others and recovers. */
  | { readonly _tag: "KillBackend" }
  /** kill -9 of everything at once. */
  | { readonly _tag: "KillAll"; readonly back_ms: number }
  /** The disk below the server has no byte left; then it has, and whoever operates the server restarts it. */
  | { readonly _tag: "FullDisk"; readonly server: ServerName; readonly for_ms: number }
  | { readonly _tag: "Wire"; readonly link: Link; readonly trouble: WireTrouble; readonly for_ms: number }
  | { readonly _tag: "Provider"; readonly trouble: ProviderTrouble; readonly for_ms: number }
  /** The file system below both servers stops at an instant; what was not on the disk is gone. */
  | { readonly _tag: "PowerCut" }
  /** Every dead letter of a message that the provider would take now is replayed, each twice at the same time. */
  | { readonly _tag: "ReplayTwice" }
  /** Nothing at all: a measure is taken at its end. */
  | { readonly _tag: "Calm"; readonly for_ms: number }

export interface TimedFault {
  /** Milliseconds after the begin of the load. */
  readonly at_ms: number
  readonly fault: Fault
}

/** Connections to the mail server that a worker holds at most (`src/providers/smtp/Smtp.ts`). */
export const connectionsOfWorker = 20

const isWorker = (name: ProcessName): boolean => name.startsWith("worker")

/** Workers whose open messages are in doubt after the fault. */
const workersInDoubt = (fault: Fault): number => {
  if (fault._tag === "Kill" || fault._tag === "Freeze") return isWorker(fault.process) ? 1 : 0
  return fault._tag === "KillAll" || fault._tag === "PowerCut" ? processNames.filter(isWorker).length : 0
}

/** Messages of the class that is sent again which may come twice because workers died: their open connections. */
export const mostDoubled = (faults: ReadonlyArray<TimedFault>): number =>
  faults.reduce((sum, { fault }) => sum + workersInDoubt(fault) * connectionsOfWorker, 0)

const leavesDoubt = (fault: Fault): boolean => {
  if (fault._tag === "Provider") return fault.trouble === "reset_after_taking"
  if (fault._tag === "Wire") return fault.link === "smtp" || fault.trouble === "silence"
  return workersInDoubt(fault) > 0
}

/** Whether some message may end as `unknown`: a connection to the mail server was lost with no answer. */
export const mayLeaveDoubt = (faults: ReadonlyArray<TimedFault>): boolean =>
  faults.some(({ fault }) => leavesDoubt(fault))

/** One line of a plan. */
export const describeFault = ({ at_ms, fault }: TimedFault): string => {
  const { _tag, ...rest } = fault
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`)
  return [`at ${(at_ms / 1000).toFixed(1)} s: ${_tag}`, ...details].join(", ")
}
