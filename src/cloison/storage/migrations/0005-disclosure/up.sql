set role cloison_owner;

-- ------------------------------------------------------------------ channels
create table disclosure.channel (
    channel              int2 primary key,
    name                 text not null unique,
    role                 text not null unique,      -- the database role that is this channel
    frozen               bool not null default false,
    freeze_epoch         int8 not null default 0,
    reveal_seconds_max   int4 not null check (reveal_seconds_max between 1 and 900)  -- how long a reservation may be revealed
);
insert into disclosure.channel (channel, name, role, reveal_seconds_max) values
    (1, 'portal', 'c_portal', 30), (2, 'api', 'c_api', 30), (3, 'card', 'c_card', 30), (4, 'machine', 'c_machine', 30),
    (5, 'batch', 'c_batch', 600), (6, 'insurer', 'c_insurer', 30), (7, 'office', 'c_office', 30),
    (8, 'citizen', 'c_citizen', 30), (9, 'export', 'c_export', 30);

-- The channel of the role that logged in: not of what a caller says, nor of the function that runs.
create function disclosure.my_channel() returns int2 language sql stable security definer set search_path = '' as
$$ select channel from disclosure.channel where role = session_user $$;

-- ------------------------------------------------------------------ what was asked (RESERVED)
create table disclosure.reservation (
    reservation     int8 generated always as identity primary key,
    channel         int2 not null,
    xact            xid8 not null default pg_current_xact_id(),
    freeze_epoch    int8 not null,
    policy_version  int4 not null default 1,
    reserved_at     timestamptz not null default clock_timestamp()
);

-- One line per person and question. `fields` is the widest answer that may come; `token` is the blind index that was asked.
create table disclosure.entry (
    reservation   int8 not null,
    question      int4 not null,
    tenant        int4 not null,
    account       int8 not null,
    practice      int4 not null,
    session       uuid,
    authenticator uuid,
    purpose       int2 not null,
    act_family    int2 not null,
    proof         int2 not null,
    fields        int4 not null,
    token         uuid not null,
    mark          int8,                              -- chooses inside a family, batch zone only
    care_date     date not null,
    request_hash  uuid not null,                     -- first 128 bits of the salted SHA-256 of the request
    key_epoch     int2 not null default 1,
    credit_after  int4,                              -- milli-credits left, once credit is kept
    xact          xid8 not null default pg_current_xact_id(),
    reserved_at   timestamptz not null default now(),
    primary key (reservation, question)
);
create index entry_by_account on disclosure.entry (account, reservation);

-- ------------------------------------------------------------------ what was answered (SETTLED, VOID)
create table disclosure.settlement (
    reservation  int8 not null,
    question     int4 not null,
    kind         int2 not null,                      -- 2 settled, 3 void
    person       uuid,                               -- whose data it was; null when nobody was found
    result       int2 not null,                      -- class of the answer
    fields       int4 not null,                      -- what was really disclosed
    settled_at   timestamptz not null default now(),
    primary key (reservation, question),
    check (kind in (2, 3)),
    check (kind = 2 or fields = 0)
);
create index settlement_by_person on disclosure.settlement (person) where person is not null;

-- ------------------------------------------------------------------ what happened to the log itself
create table disclosure.event (
    event       int8 generated always as identity primary key,
    kind        text not null check (kind in ('FREEZE', 'LIFT', 'EXPORT', 'KEYOP', 'POLICY', 'ADMIN', 'ERASURE')),
    channel     int2,
    account     int8 not null,
    detail      text not null,
    xact        xid8 not null default pg_current_xact_id(),
    happened_at timestamptz not null default clock_timestamp()
);

-- ------------------------------------------------------------------ append-only
create function disclosure.refuse_change() returns trigger language plpgsql set search_path = '' as
$$ begin raise exception 'the log of disclosures is append-only' using errcode = 'insufficient_privilege'; end $$;
create trigger append_only before update or delete or truncate on disclosure.reservation
    for each statement execute function disclosure.refuse_change();
create trigger append_only before update or delete or truncate on disclosure.entry
    for each statement execute function disclosure.refuse_change();
create trigger append_only before update or delete or truncate on disclosure.settlement
    for each statement execute function disclosure.refuse_change();
create trigger append_only before update or delete or truncate on disclosure.event
    for each statement execute function disclosure.refuse_change();

-- ------------------------------------------------------------------ durable, whatever the caller sets
-- Fires while the reserving transaction commits, when no command of the caller can follow, and turns durable commit on.
-- It must not be brought forward (SET CONSTRAINTS): only a plain COMMIT, or our own single statement, is accepted.
create function disclosure.commit_durably() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if current_query() !~* '^\s*(commit|end)\s*;?\s*$'
       and current_query() <> 'select disclosure.reserve($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)'
    then
        raise exception 'a reservation is committed by COMMIT alone' using errcode = 'insufficient_privilege';
    end if;
    perform set_config('synchronous_commit', 'on', true);
    return null;
end $$;
create constraint trigger durable after insert on disclosure.reservation
    deferrable initially deferred for each row execute function disclosure.commit_durably();

-- ------------------------------------------------------------------ reserve
create function disclosure.open_reservation() returns int8 language plpgsql security definer set search_path = '' as $$
declare
    here disclosure.channel;
    opened int8;
begin
    select * into here from disclosure.channel where role = session_user;
    if not found then
        raise exception 'this role is no channel' using errcode = 'insufficient_privilege';
    end if;
    perform pg_advisory_xact_lock_shared(1668246628, here.channel);
    select * into here from disclosure.channel where channel = here.channel;
    if here.frozen then
        raise exception 'channel frozen' using errcode = 'CL001';
    end if;
    insert into disclosure.reservation (channel, freeze_epoch) values (here.channel, here.freeze_epoch)
        returning reservation into opened;
    return opened;
end $$;

-- One round trip for a batch of questions; the settlements of earlier ones ride along. Small numbers travel together:
-- `place` is tenant * 2^32 + practice, `about` is purpose * 2^56 + act family * 2^48 + proof * 2^40 + fields.
-- Arrays of session and authenticator may be empty: they are null then.
create function disclosure.reserve(
    place int8[], account int8[], about int8[], token uuid[], care_date date[], request_hash uuid[],
    session uuid[], authenticator uuid[], settled_reservation int8[], settled_answer int8[], settled_person uuid[]
) returns int8 language plpgsql security definer set search_path = '' as $$
declare
    opened int8;
begin
    if cardinality(settled_reservation) > 0 then
        perform disclosure.settle(settled_reservation, settled_answer, settled_person);
    end if;
    opened := disclosure.open_reservation();
    insert into disclosure.entry (reservation, question, tenant, account, practice, session, authenticator, purpose, act_family,
                                  proof, fields, token, care_date, request_hash)
    select opened, a.n - 1, a.p >> 32, a.c, a.p & 4294967295, a.s, a.i, a.w >> 56, a.w >> 48 & 255, a.w >> 40 & 255,
           a.w & 1099511627775, a.t, a.d, a.h
    from unnest(place, account, about, session, authenticator, token, care_date, request_hash)
             with ordinality as a (p, c, w, s, i, t, d, h, n);
    return opened;
end $$;

-- What was really disclosed, once per question, by the channel that reserved it. `answer` is question * 2^40 + result * 2^32
-- + fields. Whoever reads takes `fields` of both lines together: a settlement can only narrow.
create function disclosure.settle(p_reservation int8[], p_answer int8[], p_person uuid[])
returns int4 language plpgsql security definer set search_path = '' as $$
declare
    written int4;
    mine int8[];
begin
    select array_agg(r.reservation) into mine from disclosure.reservation r
        where r.reservation = any (p_reservation) and r.channel = disclosure.my_channel();
    insert into disclosure.settlement (reservation, question, kind, person, result, fields)
    select s.reservation, s.answer >> 40, 2, s.person, s.answer >> 32 & 255, s.answer & 4294967295
    from unnest(p_reservation, p_answer, p_person) as s (reservation, answer, person)
    where s.reservation = any (mine)
    on conflict do nothing;
    get diagnostics written = row_count;
    return written;
end $$;

-- ------------------------------------------------------------------ reveal
-- Refuses what is not committed, not this channel's, too old, or reserved before a freeze.
-- Returns the transaction that reserved: only its own lines are revealed, not those that somebody added later.
create function disclosure.require_revealable(p_reservation int8) returns xid8
language plpgsql stable security definer set search_path = '' as $$
declare
    here disclosure.channel;
    asked disclosure.reservation;
begin
    select * into here from disclosure.channel where role = session_user;
    select * into asked from disclosure.reservation where reservation = p_reservation;
    if asked.reservation is null or here.channel is null or asked.channel <> here.channel then
        raise exception 'no such reservation on this channel' using errcode = 'CL002';
    end if;
    if pg_xact_status(asked.xact) is distinct from 'committed' then
        raise exception 'the reservation is not committed: nothing is revealed' using errcode = 'CL003';
    end if;
    if here.frozen or asked.freeze_epoch <> here.freeze_epoch then
        raise exception 'channel frozen' using errcode = 'CL001';
    end if;
    if asked.reserved_at < clock_timestamp() - make_interval(secs => here.reveal_seconds_max) then
        raise exception 'the reservation is too old to be revealed' using errcode = 'CL004';
    end if;
    return asked.xact;
end $$;

-- Online: the composite index only. One row per question and coverage now known; coverage 0 for a person who has none left.
create function disclosure.reveal_rights(p_reservation int8) returns table (
    question int4, person uuid, coverage int8, product int4, quality int2, ordre int2, valid_from date, valid_to date
) language plpgsql stable security definer set search_path = '' rows 100 as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    select e.question, i.person, coalesce(c.coverage, 0), coalesce(c.product, 0), coalesce(c.quality, 0::int2),
           coalesce(c.ordre, 0::int2), coalesce(c.valid_from, date '1900-01-01'), coalesce(c.valid_to, date '1900-01-01')
    from disclosure.entry e
    join vault.online_index i on i.token = e.token and i.tenant = e.tenant
    left join rights.coverage c on c.person = i.person and c.known_to = 'infinity'
    where e.reservation = p_reservation and e.mark is null and e.xact = reserving;
end $$;

-- Batch: found by the insured's NIR alone, then chosen in the family by the mark of the birth date and rank.
create function disclosure.reveal_rights_batch(p_reservation int8) returns table (
    question int4, person uuid, coverage int8, product int4, quality int2, ordre int2, valid_from date, valid_to date
) language plpgsql stable security definer set search_path = '' rows 20000 as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    select e.question, i.person, coalesce(c.coverage, 0), coalesce(c.product, 0), coalesce(c.quality, 0::int2),
           coalesce(c.ordre, 0::int2), coalesce(c.valid_from, date '1900-01-01'), coalesce(c.valid_to, date '1900-01-01')
    from disclosure.entry e
    join vault.batch_index i on i.nir_token = e.token and i.tenant = e.tenant and (e.mark = i.birth_mark or e.mark = 0)
    left join rights.coverage c on c.person = i.person and c.known_to = 'infinity'
    where e.reservation = p_reservation and e.xact = reserving;
end $$;

-- ------------------------------------------------------------------ freeze: linearizable with reserve
create function disclosure.freeze(p_channel text, p_frozen bool, p_account int8, p_reason text) returns int8
language plpgsql security definer set search_path = '' as $$
declare
    here disclosure.channel;
begin
    select * into strict here from disclosure.channel where name = p_channel;
    perform pg_advisory_xact_lock(1668246628, here.channel);
    update disclosure.channel set frozen = p_frozen, freeze_epoch = freeze_epoch + 1 where channel = here.channel;
    insert into disclosure.event (kind, channel, account, detail)
        values (case when p_frozen then 'FREEZE' else 'LIFT' end, here.channel, p_account, p_reason);
    return here.freeze_epoch + 1;
end $$;

-- ------------------------------------------------------------------ what nobody settled counts as disclosed in full
-- Up to which reservation everything is settled. Not part of the log: it can be computed again. It stays an hour behind: a
-- transaction that is still open may bring a lower number later, but by then nothing of it may be revealed.
create table disclosure.swept (
    one              bool primary key default true check (one),
    last_reservation int8 not null default 0
);
insert into disclosure.swept default values;

create function disclosure.sweep(p_older_than interval) returns int8 language plpgsql security definer set search_path = '' as $$
declare
    written int8;
    first_one int8;
    last_one int8;
    closed_one int8;
begin
    select last_reservation into first_one from disclosure.swept for update;
    select coalesce(max(reservation), first_one),
           coalesce(max(reservation) filter (where reserved_at < clock_timestamp() - interval '1 hour'), first_one)
        into last_one, closed_one from disclosure.reservation
        where reservation > first_one and reserved_at < clock_timestamp() - p_older_than;
    insert into disclosure.settlement (reservation, question, kind, person, result, fields)
    select distinct on (e.reservation, e.question) e.reservation, e.question, 2, coalesce(o.person, b.person), 0, e.fields
    from disclosure.entry e
    left join disclosure.settlement s on s.reservation = e.reservation and s.question = e.question
    left join vault.online_index o on o.token = e.token and o.tenant = e.tenant and e.mark is null
    left join vault.batch_index b on b.nir_token = e.token and b.tenant = e.tenant and e.mark is not null
                                  and (e.mark = b.birth_mark or e.mark = 0)
    where s.reservation is null and e.reservation > first_one and e.reservation <= last_one
    on conflict do nothing;
    get diagnostics written = row_count;
    update disclosure.swept set last_reservation = closed_one;
    return written;
end $$;

-- ------------------------------------------------------------------ who learned what, whom did an account learn about
-- Asking about a person is a disclosure like another: it is reserved first, then revealed.
create function disclosure.reveal_statement(p_reservation int8) returns table (
    question int4, reserved_at timestamptz, channel text, account text, practice text, tenant int4, purpose int2, act_family int2,
    proof int2, care_date date, fields int4, result int2, settled bool
) language plpgsql stable security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    with asked as (
        select e.question, i.person, i.tenant
        from disclosure.entry e join vault.online_index i on i.token = e.token and i.tenant = e.tenant
        where e.reservation = p_reservation and e.xact = reserving
    ), open_entries as (                                -- what is older is settled
        select e.* from disclosure.entry e
        where e.reservation > (select last_reservation from disclosure.swept)
          and not exists (select from disclosure.settlement s
                          where s.reservation = e.reservation and s.question = e.question)
    ), found as (
        select a.question, s.reservation as reservation, s.question as entry_question
        from asked a join disclosure.settlement s on s.person = a.person
        union
        select a.question, e.reservation, e.question
        from open_entries e
        join vault.online_index o on o.token = e.token and o.tenant = e.tenant and e.mark is null
        join asked a on a.person = o.person
        union
        select a.question, e.reservation, e.question
        from open_entries e
        join vault.batch_index b on b.nir_token = e.token and b.tenant = e.tenant and (e.mark = 0 or e.mark = b.birth_mark)
        join asked a on a.person = b.person
    )
    select f.question, e.reserved_at, c.name, coalesce(ac.name, ''), coalesce(pr.number, ''), e.tenant, e.purpose,
           e.act_family, e.proof, e.care_date, coalesce(s.fields & e.fields, e.fields), coalesce(s.result, 0::int2), s.kind is not null
    from found f
    join disclosure.entry e on e.reservation = f.reservation and e.question = f.entry_question
    join disclosure.reservation r on r.reservation = e.reservation
    join disclosure.channel c on c.channel = r.channel
    left join disclosure.settlement s on s.reservation = e.reservation and s.question = e.question
    left join identity.account ac on ac.account = e.account
    left join identity.practice pr on pr.practice = e.practice
    where coalesce(s.kind, 2) = 2
    order by 1, 2;
end $$;

-- The enquiry into an account names no person: pseudonyms only. It is written down and committed before it is answered.
create function disclosure.open_inquiry(p_account int8, p_detail text) returns int8
language sql security definer set search_path = '' as $$
    insert into disclosure.event (kind, channel, account, detail)
    values ('ADMIN', disclosure.my_channel(), p_account, p_detail) returning event
$$;
create function disclosure.reveal_account(p_event int8, p_account int8, p_since timestamptz, p_until timestamptz)
returns table (tenant int4, person uuid, reserved_at timestamptz, channel text, purpose int2, act_family int2, proof int2,
               fields int4, result int2, settled bool)
language plpgsql stable security definer set search_path = '' as $$
begin
    if not exists (select from disclosure.event e where e.event = p_event and e.channel = disclosure.my_channel()
                   and pg_xact_status(e.xact) = 'committed' and e.happened_at > clock_timestamp() - interval '10 minutes') then
        raise exception 'the inquiry is not committed: nothing is revealed' using errcode = 'CL003';
    end if;
    return query
    select e.tenant, coalesce(s.person, o.person, b.person), e.reserved_at, c.name, e.purpose, e.act_family, e.proof,
           coalesce(s.fields & e.fields, e.fields), coalesce(s.result, 0::int2), s.kind is not null
    from disclosure.entry e
    join disclosure.reservation r on r.reservation = e.reservation
    join disclosure.channel c on c.channel = r.channel
    left join disclosure.settlement s on s.reservation = e.reservation and s.question = e.question
    left join vault.online_index o on s.kind is null and e.mark is null and o.token = e.token and o.tenant = e.tenant
    left join vault.batch_index b on s.kind is null and e.mark is not null and b.nir_token = e.token
                                  and b.tenant = e.tenant and (e.mark = b.birth_mark or e.mark = 0)
    where e.account = p_account and e.reserved_at >= p_since and e.reserved_at < p_until and coalesce(s.kind, 2) = 2;
end $$;

-- ------------------------------------------------------------------ grants
grant usage on schema disclosure to c_portal, c_api, c_card, c_machine, c_batch, c_insurer, c_office, c_citizen, c_export;
grant execute on function
    disclosure.reserve, disclosure.settle, disclosure.reveal_rights
    to c_portal, c_api, c_card, c_machine;
-- The batch channel writes its lines by COPY: only these columns, so that what dates and binds a line cannot be chosen.
grant execute on function disclosure.open_reservation, disclosure.reveal_rights_batch to c_batch;
grant insert (reservation, question, tenant, account, practice, purpose, act_family, proof, fields, token, mark, care_date,
              request_hash) on disclosure.entry to c_batch;
grant insert (reservation, question, kind, person, result, fields) on disclosure.settlement to c_batch;
grant execute on function disclosure.reserve, disclosure.settle, disclosure.reveal_statement to c_office, c_citizen;
grant execute on function disclosure.freeze, disclosure.sweep, disclosure.open_inquiry, disclosure.reveal_account to c_office;
grant select on disclosure.channel to c_office;

reset role;
