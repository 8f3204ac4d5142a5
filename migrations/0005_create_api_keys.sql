-- Keys of the API. A key is 256 random bits, so one round of sha256 keeps it: there is nothing to guess that a slow
-- hash would protect, and it is computed for every request.
create table api_keys (
  -- part of the key itself, so that one that is found somewhere can be told and revoked
  api_key_id varchar(50) primary key,
  organization_id varchar(50) not null,
  name varchar(100) not null,
  role varchar(20) not null check (role in ('operator', 'editor', 'publisher', 'viewer')),
  key_hash bytea not null check (length(key_hash) = 32),
  created_at timestamptz(3) not null default now(),
  -- to the minute
  last_used_at timestamptz(3)
);

create index api_keys_newest on api_keys (organization_id, created_at desc, api_key_id);
