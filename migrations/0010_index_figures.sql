-- What is counted for operators costs little, also where a count comes to nothing.

-- The rows that a look found open, oldest first: where the oldest queued message is looked for.
create index outbox_looked_at on outbox (outbox_id) where kind = 'jobs' and checks > 0;

-- A count that failed took its time too: the next one waits for it. Until one has succeeded there is none.
alter table ledger_figures add column tried_at timestamptz not null default now();
alter table ledger_figures alter column counted_at drop not null;
update ledger_figures set tried_at = counted_at;
