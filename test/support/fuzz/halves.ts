/** Halves of what is written whole: statements that must find nothing, whatever came. */

export const halves: Readonly<Record<string, string>> = {
  "keys of events without their event": `select * from event_keys left join events using (organization_id, event_id) where event_type is null`,
  "events without their key": `select * from events left join event_keys k using (organization_id, event_id) where k.body_hash is null`,
  "events whose messages are not those that were counted": `select k.event_id, k.jobs_count, count(m.message_id) from event_keys k
      left join campaign.campaign_messages m using (organization_id, event_id)
      group by k.organization_id, k.event_id, k.jobs_count having k.jobs_count <> count(m.message_id)`,
  "open messages that nobody will announce": `select message_id from campaign.campaign_messages where status = 'queued'
      and message_id not in (select unnest(keys) from outbox where kind = 'jobs')`,
  "templates without their versions": `select template_id from message_templates t where version <>
        (select count(*) from message_template_versions v where v.template_id = t.template_id)`
}
