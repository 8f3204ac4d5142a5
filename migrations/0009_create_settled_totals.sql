-- What is old goes, and stays counted: messages of a month are rolled up into totals before their partition is dropped.

-- Statuses of messages whose rows are gone. `execution_id` is empty for those of no execution.
create table settled_totals (
  organization_id varchar(50) not null,
  execution_id varchar(50) not null default '',
  status varchar(20) not null,
  count bigint not null,
  primary key (organization_id, execution_id, status)
);

-- Partitions `<parent>_YYYY_MM` whose month was over before `before`, oldest first, with the month's first instant.
create function campaign.partitions_before(parent regclass, before timestamptz)
  returns table (name text, month timestamptz) language sql stable as $$
  select c.oid::regclass::text, named.month
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  cross join lateral (
    select to_date(right(c.relname, 7), 'YYYY_MM')::timestamp at time zone 'UTC' as month
  ) as named
  where i.inhparent = parent and c.relname ~ '_[0-9]{4}_[0-9]{2}$' and named.month + interval '1 month' <= before
  order by named.month
$$;

-- Drops the oldest month of events from before `before`; its name, or null where there is none. Waits a second at most
-- for those who read events at this moment, and else fails: others would wait behind it.
create function campaign.drop_events(before timestamptz) returns text language plpgsql as $$
declare
  old record;
begin
  perform set_config('lock_timeout', '1s', true);
  select * into old from campaign.partitions_before('events', before) limit 1;
  if not found then return null; end if;
  execute format('drop table %s', old.name);
  return old.name;
end $$;

-- Drops the oldest month of messages, with their attempts, from before `before`, unless some of it is still open; its name,
-- or null where there is none. In one transaction with their sum, so that the balance is exact at every instant: until
-- the end nobody can change them.
create function campaign.drop_messages(before timestamptz) returns text language plpgsql as $$
declare
  old record;
  is_open boolean;
  first_id uuid;
  end_id uuid;
begin
  perform set_config('lock_timeout', '1s', true);
  for old in select * from campaign.partitions_before('campaign.campaign_messages', before) loop
    execute format('lock table %s in share mode', old.name);
    execute format('select exists (select from %s where status in (''queued'', ''sending'', ''retrying''))',
      old.name) into is_open;
    continue when is_open;
    first_id := campaign.first_uuid_at(old.month);
    end_id := campaign.first_uuid_at(old.month + interval '1 month');
    execute format('
      insert into settled_totals (organization_id, execution_id, status, count)
      select organization_id, coalesce(execution_id, ''''), status, count(*) from %s group by 1, 2, 3
      on conflict (organization_id, execution_id, status)
        do update set count = settled_totals.count + excluded.count', old.name);
    delete from campaign.operator_decisions where message_id >= first_id and message_id < end_id;
    delete from campaign.deliveries_in_doubt where message_id >= first_id and message_id < end_id;
    execute format('drop table %s', old.name);
    execute format('drop table if exists campaign.delivery_attempts_%s', to_char(old.month at time zone 'UTC', 'YYYY_MM'));
    return old.name;
  end loop;
  return null;
end $$;
