-- What operators decide: messages put back or settled by hand, dead letters replayed or discarded.

-- How often an operator has put the row back. Beside `attempt` it is the fence of whoever loaded the row before; a death
-- of each generation is a death of its own.
alter table campaign.campaign_messages add column generation smallint not null default 0;

-- An operator's word about one message, with what the row said before: its story tells both.
create table campaign.operator_decisions (
  decision_id bigint generated always as identity primary key,
  message_id uuid not null,
  decided_at timestamptz(3) not null,
  act varchar(10) not null check (act in ('replayed', 'resolved')),
  -- attempts started by then
  attempt smallint not null,
  -- what it led to
  status varchar(20) not null,
  from_status varchar(20) not null,
  from_reason varchar(50),
  from_at timestamptz(3),
  dead_letter_id uuid,
  decided_by varchar(100) not null,
  note varchar(1000)
);

create index operator_decisions_message on campaign.operator_decisions (message_id);

-- The register of what is `unknown`, written with the status itself: the ledger has no index on statuses.
create table campaign.deliveries_in_doubt (
  organization_id varchar(50) not null,
  message_id uuid not null,
  primary key (organization_id, message_id)
);

insert into campaign.deliveries_in_doubt (organization_id, message_id)
select organization_id, message_id from campaign.campaign_messages where status = 'unknown';

alter table dead_letters
  add column decided_at timestamptz(3),
  add column decided_by varchar(100);

-- What waits for an operator, newest first, however many have been decided.
create index dead_letters_to_decide on dead_letters (organization_id, died_at desc, dead_letter_id) where state = 'open';
