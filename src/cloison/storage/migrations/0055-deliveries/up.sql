create schema deliveries authorization cloison_owner;

set role cloison_owner;

-- A file on its way in over the wire: who sends it, how much of it is here, and what became of it. Its bytes are in the spool.
create table deliveries.upload (
    upload       uuid primary key,
    practice     int4 not null,                 -- whose it is: a practice,
    tenant       int4 not null,                 -- or an insurer; the other is 0
    account      int8 not null,                 -- who sent it
    kind         text not null check (kind in ('b2', 'movements')),
    name         text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    state        text not null default 'receiving' check (state in ('receiving', 'received', 'taken', 'refused')),
    size_bytes   int8 not null default 0 check (size_bytes >= 0),
    digest       bytea check (octet_length(digest) = 32),
    spool        uuid,
    file         int4,                          -- its number in the books of claims or of rights
    report       jsonb,                         -- counts, and lines with their reasons: no word of what the file holds
    created_at   timestamptz not null default clock_timestamp(),
    ended_at     timestamptz,
    check (practice <> 0 or tenant <> 0),
    check ((state = 'receiving') = (digest is null))
);
-- The same bytes are the same file, however often they are sent.
create unique index upload_once on deliveries.upload (practice, tenant, kind, digest) where digest is not null;
create index upload_waits on deliveries.upload (created_at) where state = 'received';
create index upload_of_owner on deliveries.upload (practice, tenant, created_at, upload);

-- The pieces of a file that is not whole yet, each sealed by itself.
create table deliveries.part (
    upload     uuid not null references deliveries.upload on delete cascade,
    starts     int8 not null,
    size_bytes int8 not null check (size_bytes > 0),
    spool      uuid not null,
    primary key (upload, starts)
);

-- Who wants to be told, and where.
create table deliveries.subscriber (
    subscriber uuid primary key,
    practice   int4 not null,
    tenant     int4 not null,
    url        text not null check (url ~ '^https?://' and octet_length(url) <= 500),
    created_at timestamptz not null default clock_timestamp(),
    ended_at   timestamptz
);
create index subscriber_of_owner on deliveries.subscriber (practice, tenant) where ended_at is null;

-- What a subscriber is told: that something happened, and where to read it. Never whom it concerns.
create table deliveries.notice (
    notice     uuid primary key,
    subscriber uuid not null references deliveries.subscriber,
    event      text not null,
    link       text not null,
    state      text not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up')),
    attempts   int2 not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    due_at     timestamptz not null default clock_timestamp()
);
create index notice_due on deliveries.notice (due_at) where state = 'waiting';
create index notice_of_subscriber on deliveries.notice (subscriber, created_at);

-- The log of deliveries: each attempt, once.
create table deliveries.attempt (
    notice       uuid not null references deliveries.notice,
    attempt      int2 not null,
    status       int2 not null,                 -- of the answer; 0: none came
    cause        text not null default '',
    attempted_at timestamptz not null default clock_timestamp(),
    primary key (notice, attempt)
);

grant usage on schema deliveries to s_claims;
grant select, insert, update on deliveries.upload, deliveries.subscriber, deliveries.notice to s_claims;
grant delete on deliveries.upload to s_claims;  -- one that was never whole
grant select, insert on deliveries.attempt to s_claims;
grant select, insert, delete on deliveries.part to s_claims;

reset role;
