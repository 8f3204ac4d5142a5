/** The order in which a row refuses to be sent: one expression, used by load and, because only there is it fresh, by start. */

import { type Sql } from "#src/postgres/Postgres.ts"

/**
 * Over `m` (message, may be absent), `x` (execution), `p` (profile) and `hint.address_hash`. See "One row's life"
 * in docs/architecture.md: the order is part of the contract.
 */
export const judgement = (sql: Sql) => sql`
  case
    when m.message_id is null then 'missing'
    when m.status not in ('queued', 'retrying') then 'skip'
    when x.status = 'cancelled' then 'cancelled'
    when (p.consents -> m.channel_type) = 'false' or exists (
      select from suppressions s
      where s.organization_id = m.organization_id and s.channel = m.channel_type
        and s.subject in ('user:' || m.user_id, 'address:' || hint.address_hash)
    ) then 'suppressed'
    when m.expires_at <= now() then 'expired'
    when m.attempt >= m.max_attempts then 'dead'
    when x.status = 'paused' then 'hold'
    when coalesce(m.retry_at, m.send_after) > now() then 'later'
    else 'sending'
  end`
