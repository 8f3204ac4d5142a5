-- What other people's programs read: the original designs' tables, as views of ours.

create view templates as
  select template_id as id, template_code, locale, channel,
    content ->> 'subject' as subject,
    coalesce(content ->> 'html', content ->> 'body', content ->> 'text') as body,
    created_at, updated_at, organization_id
  from message_templates;

create view notification_delivery as
  select message_id as job_id, user_id, channel_type as channel, template_code, locale,
    case
      when status in ('sent', 'delivered', 'opened', 'clicked', 'unsubscribed') then 'SENT'
      when status in ('queued', 'sending', 'retrying') then 'RETRYING'
      when status = 'expired' then 'EXPIRED'
      else 'FAILED'
    end as status,
    attempt as attempts,
    case when status in ('failed', 'bounced', 'suppressed', 'cancelled', 'unknown', 'dead')
      then coalesce(reason, status) end as error_code,
    case when status not in ('sent', 'delivered', 'opened', 'clicked', 'unsubscribed')
      then error_message end as error_message,
    sent_at, queued_at as created_at,
    coalesce(settled_at, attempt_finished_at, attempt_started_at, queued_at) as updated_at,
    organization_id
  from campaign.campaign_messages;
