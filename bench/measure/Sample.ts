/** What one run of one side came to. */

export interface Sample {
  readonly count: number
  readonly seconds: number
  /** Per 10,000: of the side's own processes, and of each server. */
  readonly ownCpu: number
  readonly serverCpu: Readonly<Record<string, number>>
  /** Of the own process that held most. */
  readonly peak_bytes: number
  /** In milliseconds; none where nothing was timed one by one. */
  readonly latencies: ReadonlyArray<number>
}

/** What a run is given, as JSON in the environment variable BENCH. Ports are on loopback. */
export interface Settings {
  readonly count: number
  /** So many of the first are not counted: the compiler is still at work. */
  readonly warm: number
  /** Processes of the side itself; empty: the one that measures. */
  readonly own: ReadonlyArray<number>
  /** The servers that work for it, by name. */
  readonly servers: Readonly<Record<string, number>>
  readonly natsUrl: string
  readonly databaseUrl: string
  readonly smtpPort: number
  readonly redisPort: number
  readonly apiUrl: string
  /** Whether the own processes are told when to begin and end their profile. */
  readonly isProfiled: boolean
}

export const defaultSettings: Settings = {
  count: 0,
  warm: 0,
  own: [],
  servers: {},
  natsUrl: "",
  databaseUrl: "",
  smtpPort: 0,
  redisPort: 0,
  apiUrl: "",
  isProfiled: false
}

/** What a process says to the one who started it. */
export type Answer =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "sample"; readonly sample: Sample }
