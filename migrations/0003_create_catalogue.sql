-- What operators configure: event types, templates; and whom we know: profiles, suppressions.

create table event_types (
  organization_id varchar(50) not null,
  event_type varchar(100) not null,
  -- JSON Schema 2020-12; null: any object
  payload_schema jsonb,
  -- in the form of the API: template, channels, recipients, delivery rules
  notifications jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organization_id, event_type)
);

create table message_templates (
  template_id varchar(50) primary key,
  organization_id varchar(50) not null,
  template_code varchar(100) not null,
  channel varchar(20) not null,
  locale varchar(35) not null,
  -- 1 for the first; every change makes a new one
  version integer not null default 1,
  description text,
  syntax varchar(10) not null default 'carillon' check (syntax in ('carillon', 'format')),
  content jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, template_code, channel, locale)
);

create table message_template_versions (
  template_id varchar(50) not null references message_templates on delete cascade,
  version integer not null,
  description text,
  syntax varchar(10) not null,
  content jsonb not null,
  created_at timestamptz not null default now(),
  primary key (template_id, version)
);

create table profiles (
  organization_id varchar(50) not null,
  user_id varchar(100) not null,
  email varchar(320),
  phone varchar(50),
  first_name varchar(255),
  last_name varchar(255),
  locale varchar(35),
  timezone varchar(64),
  attributes jsonb not null default '{}',
  -- by channel; false: withdrawn
  consents jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);

-- Whom we must not write to. `subject` is 'user:<user_id>' or 'address:<sha256 of channel and address, hex>'.
create table suppressions (
  organization_id varchar(50) not null,
  subject varchar(150) not null,
  channel varchar(20) not null,
  reason varchar(50) not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, subject, channel)
);
