-- What operators are shown of the whole ledger: counted by one process at a time, read by all.

-- One row a set of figures.
create table ledger_figures (
  name varchar(20) primary key,
  figures jsonb not null,
  -- how long the count took: what takes long is counted less often
  took_seconds double precision not null,
  counted_at timestamptz not null
);

-- The open ones by reason, without reading what lies in them.
create index dead_letters_open on dead_letters (reason) where state = 'open';
