-- The ledger: what was accepted, what became of each message, and what is still to be announced.

create schema campaign;

-- The first 48 bits of every job id are an instant in milliseconds, so a month of ids is a range of uuids.
create function campaign.first_uuid_at(at timestamptz) returns uuid
  language sql immutable strict parallel safe
  return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- The tenants. A row is made, with the built-in event types and templates, when one is first heard of.
create table organizations (
  organization_id varchar(50) primary key check (organization_id ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  created_at timestamptz not null default now()
);

-- Idempotency of events. Kept 400 days, longer than the events themselves.
create table event_keys (
  organization_id varchar(50) not null,
  event_id uuid not null,
  -- sha256 of the canonical JSON of type, source, instant and payload: another body is a conflict
  body_hash bytea not null,
  accepted_at timestamptz(3) not null,
  -- what planning counted; null where the members of an external segment are not yet known
  jobs_count integer,
  -- an execution's messages are counted by its chunks, not here
  execution_id varchar(50),
  primary key (organization_id, event_id)
);

create index event_keys_accepted on event_keys using brin (accepted_at);

-- What was counted by rows that are gone: the balance stays exact.
create table ledger_totals (
  organization_id varchar(50) primary key,
  planned bigint not null default 0
);

create table events (
  organization_id varchar(50) not null,
  event_id uuid not null,
  event_type varchar(100) not null,
  source varchar(100) not null,
  occurred_at timestamptz(3) not null,
  accepted_at timestamptz(3) not null,
  via varchar(4) not null check (via in ('http', 'nats')),
  payload jsonb not null,
  -- members of the envelope that we do not know; templates may use them
  extra jsonb not null default '{}',
  delivery jsonb,
  status varchar(20) not null check (status in ('accepted', 'planning', 'planned', 'rejected')),
  reason varchar(50),
  jobs_count integer,
  traceparent varchar(55),
  primary key (organization_id, event_id, accepted_at)
) partition by range (accepted_at);

-- Answers to the POSTs that create something, by the caller's Idempotency-Key. Kept 24 hours.
create table idempotency_keys (
  organization_id varchar(50) not null,
  key varchar(255) not null,
  request_hash bytea not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, key)
);

create index idempotency_keys_created on idempotency_keys (created_at);

-- One row a job = message = delivery. The last attempt lives in the row; earlier ones in delivery_attempts.
-- No index may mention a column that start or settle changes: 95 % of the updates are then heap-only.
create table campaign.campaign_messages (
  message_id uuid not null primary key,
  organization_id varchar(50) not null default 'default',
  campaign_id varchar(50),
  execution_id varchar(50),
  variant_id varchar(50),
  event_id uuid,
  user_id varchar(100) not null,
  channel_type varchar(20) not null
    check (channel_type in ('email', 'sms', 'whatsapp', 'in_app', 'webhook', 'push', 'ws')),
  -- the address that was used; set when planned only where the event itself brought one
  recipient_address varchar(320),
  contact_source varchar(10) check (contact_source in ('profile', 'auth', 'fallback', 'event')),
  -- 0 for the first channel of a fallback order, 1 for the next
  step smallint not null default 0,
  template_code varchar(100) not null,
  template_version integer,
  -- asked for when planned, used when started
  locale varchar(35),
  title varchar(255),
  data jsonb not null default '{}',
  -- transactional: in doubt, send again; campaign: in doubt, ask an operator
  message_class varchar(20) not null default 'transactional'
    check (message_class in ('transactional', 'campaign')),
  priority varchar(10) not null default 'normal' check (priority in ('low', 'normal', 'high')),
  traceparent varchar(55),
  status varchar(20) not null default 'queued' check (status in ('queued', 'sending', 'retrying', 'sent',
    'delivered', 'opened', 'clicked', 'bounced', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown',
    'dead', 'unsubscribed')),
  reason varchar(50),
  -- attempts started so far
  attempt smallint not null default 0,
  max_attempts smallint not null default 5,
  -- the wait before attempt 2, 3, …; the last one repeats; null: our own backoff
  retry_delays_seconds integer[],
  send_after timestamptz(3),
  expires_at timestamptz(3),
  retry_at timestamptz(3),
  -- who started the last attempt
  worker uuid,
  attempt_started_at timestamptz(3),
  attempt_finished_at timestamptz(3),
  phase varchar(10),
  result varchar(10),
  provider varchar(20),
  provider_code integer,
  enhanced_code varchar(20),
  provider_message_id varchar(255),
  notification_id varchar(50),
  error_message text,
  bounce_type varchar(20),
  metadata jsonb not null default '{}',
  queued_at timestamptz(3) not null default now(),
  sent_at timestamptz(3),
  delivered_at timestamptz(3),
  opened_at timestamptz(3),
  clicked_at timestamptz(3),
  bounced_at timestamptz(3),
  failed_at timestamptz(3),
  unsubscribed_at timestamptz(3),
  settled_at timestamptz(3)
) partition by range (message_id);

create index campaign_messages_user on campaign.campaign_messages (user_id, message_id);
create index campaign_messages_execution on campaign.campaign_messages (execution_id, message_id);

-- Attempts that did not end their job, copied here before the row forgets them.
create table campaign.delivery_attempts (
  message_id uuid not null,
  -- 1 for the first
  attempt smallint not null,
  worker uuid,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  -- null where the process died and no one knows how far it got
  phase varchar(10),
  result varchar(10) not null,
  provider varchar(20),
  provider_code integer,
  enhanced_code varchar(20),
  provider_message text,
  provider_message_id varchar(255),
  retry_at timestamptz(3),
  primary key (message_id, attempt)
) partition by range (message_id);

-- One run of a campaign.
create table campaign.campaign_executions (
  id serial primary key,
  execution_id varchar(50) not null unique,
  organization_id varchar(50) not null default 'default',
  campaign_id varchar(50) not null,
  execution_type varchar(20) not null check (execution_type in ('scheduled', 'triggered', 'manual')),
  trigger_event_id varchar(50),
  status varchar(20) not null default 'pending'
    check (status in ('pending', 'running', 'paused', 'completed', 'failed', 'cancelled', 'skipped')),
  total_audience_size integer default 0,
  holdout_size integer default 0,
  messages_queued integer default 0,
  messages_sent integer default 0,
  messages_delivered integer default 0,
  messages_failed integer default 0,
  started_at timestamptz,
  completed_at timestamptz,
  paused_at timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create index campaign_executions_campaign on campaign.campaign_executions (campaign_id);

-- In shards, so that no row is fought over by all workers of an execution.
create table campaign.execution_counters (
  execution_id varchar(50) not null,
  shard smallint not null,
  status varchar(20) not null,
  count bigint not null,
  primary key (execution_id, shard, status)
);

-- The register of open work: the id of every open job is in a row of it. One row a commit, not a job.
create table outbox (
  outbox_id bigint generated always as identity primary key,
  kind varchar(20) not null check (kind in ('jobs', 'events', 'outcomes', 'dead_letters')),
  -- where it is announced; what is lost with a stream is announced again by this
  stream varchar(50) not null,
  -- job ids, event ids or dead letter ids
  keys uuid[] not null,
  -- outcomes only: what was true then, in the order of keys
  entries jsonb,
  -- events only: the organizations, in the order of keys
  organizations varchar(50)[],
  -- jobs only: the earliest instant at which one of them may start; null: now
  due_at timestamptz,
  created_at timestamptz not null default now(),
  announced_at timestamptz,
  leased_until timestamptz,
  -- when the reconciler looks at it next, and how often it has looked
  check_at timestamptz,
  checks smallint not null default 0
);

create index outbox_to_announce on outbox (kind, outbox_id) where announced_at is null;
create index outbox_to_check on outbox (check_at) where announced_at is not null;

-- What died, with body and history, until an operator decides.
create table dead_letters (
  dead_letter_id uuid primary key,
  organization_id varchar(50) not null,
  stream varchar(50) not null,
  subject varchar(500) not null,
  consumer varchar(100) not null,
  reason varchar(30) not null,
  detail text not null,
  deliveries integer not null,
  job_id uuid,
  event_id uuid,
  event_type varchar(100),
  body bytea not null,
  headers jsonb not null default '{}',
  history jsonb not null default '[]',
  died_at timestamptz(3) not null,
  state varchar(10) not null default 'open' check (state in ('open', 'replayed', 'discarded'))
);

create index dead_letters_newest on dead_letters (organization_id, died_at desc, dead_letter_id);
create index dead_letters_job on dead_letters (job_id) where job_id is not null;

-- Who is alive: `beat` rises every 2 s; what does not rise for 15 s is dead.
create table workers (
  worker_id uuid primary key,
  role varchar(50) not null,
  host varchar(255) not null,
  pid integer not null,
  beat bigint not null default 0,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now(),
  dead_at timestamptz
);

-- What we last knew of each stream: a difference means that it was lost or restarted.
create table stream_marks (
  stream varchar(50) primary key,
  created timestamptz not null,
  server_id varchar(100) not null,
  last_seq bigint not null,
  updated_at timestamptz not null default now()
);
