-- Monthly partitions, made ahead by maintenance and, for an old instant, before planning.

-- Makes the partitions of the month that `at` lies in (UTC), if they are missing.
create function campaign.ensure_partitions(at timestamptz) returns void language plpgsql as $$
declare
  month_start timestamptz := date_trunc('month', at, 'UTC');
  month_end timestamptz := date_trunc('month', at, 'UTC') + interval '32 days';
  suffix text := to_char(at at time zone 'UTC', 'YYYY_MM');
begin
  month_end := date_trunc('month', month_end, 'UTC');
  -- One maker at a time. Made apart and then attached, which takes no lock that readers and writers would wait for.
  perform pg_advisory_xact_lock(hashtext('carillon.partitions'));
  if to_regclass(format('campaign.campaign_messages_%s', suffix)) is null then
    -- fillfactor 45: room for the two updates of a row on its own page
    execute format('create table campaign.campaign_messages_%s (like campaign.campaign_messages
      including defaults including constraints) with (fillfactor = 45)', suffix);
    execute format('alter table campaign.campaign_messages attach partition campaign.campaign_messages_%s
      for values from (%L) to (%L)', suffix,
      campaign.first_uuid_at(month_start), campaign.first_uuid_at(month_end));
  end if;
  if to_regclass(format('campaign.delivery_attempts_%s', suffix)) is null then
    execute format('create table campaign.delivery_attempts_%s (like campaign.delivery_attempts
      including defaults including constraints)', suffix);
    execute format('alter table campaign.delivery_attempts attach partition campaign.delivery_attempts_%s
      for values from (%L) to (%L)', suffix,
      campaign.first_uuid_at(month_start), campaign.first_uuid_at(month_end));
  end if;
  if to_regclass(format('public.events_%s', suffix)) is null then
    execute format('create table events_%s (like events including defaults including constraints)', suffix);
    execute format('alter table events attach partition events_%s for values from (%L) to (%L)',
      suffix, month_start, month_end);
  end if;
end $$;

select campaign.ensure_partitions(now()), campaign.ensure_partitions(now() + interval '1 month');
