-- Which ledger this is and how far it has come; NATS keeps a copy, by which an older Postgres is known.

create table ledger_clock (
  only_row boolean primary key default true check (only_row),
  -- drawn with the schema; a backup restored elsewhere keeps it, a new database has another
  ledger_id uuid not null default gen_random_uuid(),
  -- raised every 10 s while NATS is there
  seq bigint not null default 0,
  raised_at timestamptz not null default now()
);

insert into ledger_clock default values;

-- True, or fails: a statement that must not be carried out by an older ledger asks it, once. Null: nothing is known.
create function ledger_reaches(known_id uuid, known_seq bigint) returns boolean language plpgsql as $$
begin
  if known_id is not null and not exists (
    select from ledger_clock where ledger_id = known_id and seq >= known_seq
  ) then
    raise exception 'this ledger is older than the one that NATS knows' using errcode = 'CL001';
  end if;
  return true;
end $$;
