/** As much of BullMQ as its scripts use: the repository type-checks without the anchors' packages. */

declare module "bullmq" {
  interface Connection {
    readonly host: string
    readonly port: number
  }
  interface QueueOptions {
    readonly connection: Connection
    readonly defaultJobOptions?: { readonly removeOnComplete?: boolean }
  }
  interface WorkerOptions {
    readonly connection: Connection
    readonly concurrency?: number
  }
  export interface Job<Data> {
    readonly id?: string
    readonly data: Data
  }
  export class Queue<Data> {
    constructor(name: string, options: QueueOptions)
    add(name: string, data: Data): Promise<Job<Data>>
    addBulk(jobs: ReadonlyArray<{ readonly name: string; readonly data: Data }>): Promise<unknown>
    waitUntilReady(): Promise<unknown>
    close(): Promise<void>
  }
  export class Worker<Data> {
    constructor(name: string, handle: (job: Job<Data>) => Promise<unknown>, options: WorkerOptions)
    waitUntilReady(): Promise<unknown>
    on(event: "completed", listener: () => void): this
    close(): Promise<void>
  }
}
