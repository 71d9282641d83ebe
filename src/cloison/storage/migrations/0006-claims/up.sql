set role cloison_owner;

-- ------------------------------------------------------------------ files as received
create table claims.file (
    file         int4 generated always as identity primary key,
    name         text not null,
    digest       bytea not null unique check (octet_length(digest) = 32),
    size_bytes   int8 not null,
    spool        text not null,                    -- where the sealed bytes are kept
    state        int2 not null default 1,          -- see claims.file_transition
    invoices     int4 not null default 0,          -- as announced by the file
    reason       int2 not null default 0,          -- why it is refused as a whole
    received_at  timestamptz not null default clock_timestamp(),
    check (state between 1 and 4)
);
create table claims.file_transition (from_state int2, to_state int2, meaning text not null, primary key (from_state, to_state));
insert into claims.file_transition values
    (1, 2, 'received -> deciding'), (2, 3, 'deciding -> decided'), (1, 4, 'received -> refused as a whole');

-- How far the deciding of a file went: one line per chunk, written in the transaction that decided it.
create table claims.chunk (
    file     int4 not null references claims.file,
    chunk    int4 not null,
    invoices int4 not null,
    primary key (file, chunk)
);

-- ------------------------------------------------------------------ invoices and their decisions
-- One line per invoice accepted into the books. Never changed: what happens later are new decisions.
create table claims.invoice (
    invoice        int8 primary key,
    file           int4 not null,
    record         int4 not null,                  -- position of its first record in the file, from 1
    batch          int4 not null,                  -- number of its lot in the file
    tenant         int4 not null,
    practice       int4 not null,
    number         char(9) not null,
    person         uuid,
    care_from      date not null,
    care_to        date not null,
    nature         int2 not null,
    engagement     int8,                          -- the promise it was decided on, when it was
    charged_cents  int8 not null check (charged_cents >= 0),
    amc_asked_cents int8 not null check (amc_asked_cents >= 0),
    lines          int2 not null check (lines > 0)
);
-- The same invoice is accepted once, whoever sends it and however often: number of the practice and first day of care.
create unique index invoice_once on claims.invoice (practice, number, care_from);
create index invoice_by_person on claims.invoice (person) where person is not null;

create table claims.line (
    invoice       int8 not null,
    line          int2 not null,
    code          char(5) not null,
    care_date     date not null,
    quantity      int4 not null check (quantity > 0),
    coefficient   int4 not null check (coefficient >= 0),
    charged_cents int8 not null check (charged_cents >= 0),
    asked_cents   int8 not null check (asked_cents >= 0),
    primary key (invoice, line)
);

-- What was decided. `kind` 1 decision, 2 cancellation, 3 correction; a later one points at the one it takes back.
create table claims.decision (
    decision     int8 primary key,
    invoice      int8 not null,
    kind         int2 not null check (kind in (1, 2, 3)),
    replaces     int8 unique,
    state        int2 not null,                    -- see claims.state
    reason       int2 not null,                    -- 0, or why nothing or less is paid
    base_cents   int8 not null,
    amo_cents    int8 not null,
    amc_cents    int8 not null,
    own_cents    int8 not null,
    tariff       text not null,                    -- version of the tariff book
    decided_at   timestamptz not null default now(),
    check (kind = 1 or replaces is not null),
    check (amc_cents >= 0),
    check ((state = 2) = (amc_cents > 0)),         -- an amount is due where it was accepted, and nowhere else
    check (case kind when 2 then state = 4 else state in (1, 2, 3) end)
);
create unique index decided_first_once on claims.decision (invoice) where kind = 1;
create index decision_by_invoice on claims.decision (invoice) where kind <> 1;

create table claims.line_decision (
    decision   int8 not null,
    line       int2 not null,
    base_cents int8 not null,
    rate_bp    int4 not null,
    amo_cents  int8 not null check (amo_cents >= 0),
    amc_cents  int8 not null check (amc_cents >= 0),
    own_cents  int8 not null check (own_cents >= 0),
    reason     int2 not null,
    product    int4 not null,                      -- whose guarantee answered; 0 when none did
    primary key (decision, line)
);

create table claims.state (state int2 primary key, name text not null unique, meaning text not null);
insert into claims.state values
    (1, 'refused', 'nothing is paid; the reason says why and who must act'),
    (2, 'accepted', 'an amount is due to the practice'),
    (3, 'nothing_due', 'covered, but nothing is left for the complementary part'),
    (4, 'cancelled', 'an accepted decision taken back');
create table claims.transition (from_state int2, to_state int2, kind int2, primary key (from_state, to_state, kind));
insert into claims.transition values (2, 4, 2), (3, 4, 2), (1, 2, 3), (1, 3, 3), (1, 1, 3), (2, 2, 3), (2, 1, 3), (2, 3, 3),
    (3, 2, 3), (3, 1, 3), (3, 3, 3), (4, 2, 3), (4, 1, 3), (4, 3, 3);

-- Enforced for whole batches: an invoice has one decision of kind 1, and each later one replaces one that nothing replaced.
create function claims.check_decisions() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if exists (select from new_rows n where n.kind <> 1) and exists (
        select from new_rows n
        left join claims.decision p on p.decision = n.replaces
        left join claims.transition t on t.from_state = p.state and t.to_state = n.state and t.kind = n.kind
        where n.kind <> 1 and (t.kind is null or p.invoice <> n.invoice)
    ) then
        raise exception 'this decision cannot follow the one it replaces' using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger transitions after insert on claims.decision referencing new table as new_rows
    for each statement execute function claims.check_decisions();

-- ------------------------------------------------------------------ what could not be processed: kept, listed, resubmitted
create table claims.quarantine (
    quarantine  int8 generated always as identity primary key,
    file        int4 not null,
    record      int4 not null,
    records     int4 not null,                     -- how many records from there
    reason      int2 not null,
    field       text not null,
    practice    text not null,
    number      text not null,
    state       int2 not null default 1 check (state in (1, 2, 3)), -- open, resubmitted, abandoned
    kept_at     timestamptz not null default clock_timestamp()
);
create unique index quarantine_once on claims.quarantine (file, record);

-- A record of a file that was already received, in this file or another: harmless, and accounted for.
create table claims.resend (
    file    int4 not null,
    record  int4 not null,
    invoice int8 not null,
    primary key (file, record)
);

-- In which payment run's returns a decision without payment was told: once.
create table claims.told (
    decision int8 primary key,
    run      int4 not null
);
create index told_by_run on claims.told (run);

-- ------------------------------------------------------------------ append-only
create function claims.refuse_change() returns trigger language plpgsql set search_path = '' as
$$ begin raise exception 'claims are append-only: write a new decision' using errcode = 'insufficient_privilege'; end $$;
do $$ declare t text; begin
    foreach t in array array['invoice', 'line', 'decision', 'line_decision', 'chunk', 'resend', 'told'] loop
        execute format('create trigger append_only before update or delete or truncate on claims.%I
                        for each statement execute function claims.refuse_change()', t);
    end loop;
end $$;
create function claims.check_file_state() returns trigger language plpgsql set search_path = '' as $$
begin
    if new.state <> old.state
       and not exists (select from claims.file_transition where from_state = old.state and to_state = new.state) then
        raise exception 'a file cannot go from state % to %', old.state, new.state using errcode = 'check_violation';
    end if;
    if (new.name, new.digest, new.size_bytes, new.spool, new.received_at) is distinct from
       (old.name, old.digest, old.size_bytes, old.spool, old.received_at) then
        raise exception 'what was received does not change' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger states before update on claims.file for each row execute function claims.check_file_state();

-- The first decision of an invoice has the invoice's own number (file and record); later ones are drawn from here.
create sequence claims.later_decision start 4611686018427387904;

grant usage on schema claims to s_claims, c_pay;
grant usage on sequence claims.later_decision to s_claims;
grant select, insert on all tables in schema claims to s_claims;
grant update (state, invoices, reason) on claims.file to s_claims;
grant update (state) on claims.quarantine to s_claims;
grant select, insert on claims.told to c_pay;
grant select on claims.invoice, claims.line, claims.decision, claims.line_decision, claims.file to c_pay;

reset role;
