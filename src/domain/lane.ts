/** Which lane of its channel's stream a job's hints take. */

import { type Channel } from "#schemas/Channel.ts"
import { type MessageRow } from "#schemas/rows/MessageRow.ts"

export interface Lane {
  readonly channel: Channel
  readonly lane: "tx" | "bulk"
  readonly key: string
}

/**
 * Its organization's transactional lane, or its execution's. What an operator has put back takes the first: its execution
 * may be over, and the execution's lane with it.
 */
export const laneOf = ({ channel_type, execution_id, generation, organization_id }: MessageRow): Lane =>
  execution_id === null || generation > 0
    ? { channel: channel_type, lane: "tx", key: organization_id }
    : { channel: channel_type, lane: "bulk", key: execution_id }
