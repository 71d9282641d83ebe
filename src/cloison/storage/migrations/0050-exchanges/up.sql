create schema exchanges authorization cloison_owner;

set role cloison_owner;

-- What was said over the wire: each request and each answer, once, as the bytes that crossed, sealed. A later version of a document
-- (a claim that was cancelled) is a new line.
create table exchanges.document (
    practice    int4 not null,                 -- whose it is: nobody else sees that it exists
    document    uuid not null,
    version     int2 not null check (version > 0),
    place       int8 generated always as identity,
    kind        text not null check (kind ~ '^[A-Z][A-Za-z]{2,40}$'),
    tenant      int4 not null,                 -- the insurer concerned, 0 when none
    account     int8 not null,                 -- who sent it
    name        bytea check (octet_length(name) = 32),             -- keyed digest of the sender's own identifier
    digest      bytea not null check (octet_length(digest) = 32),  -- keyed digest of what was sent
    token       uuid,                          -- blind index of the person concerned, as it was asked
    patient     uuid,                          -- what this practice may call that person: it means nothing to anybody else
    about       uuid,                          -- the document that this one answers or changes
    status      text not null,
    outcome     text,
    use         text,
    day         date not null,
    recorded_at timestamptz not null default clock_timestamp(),
    dek         bytea not null,
    sealed      bytea not null,
    primary key (practice, document, version)
);
-- The same thing is created once, whoever sends it at the same time and however often.
create unique index document_once on exchanges.document (practice, kind, name) where name is not null and version = 1;
create index document_in_order on exchanges.document (practice, kind, place);
create index document_answers on exchanges.document (practice, about) where about is not null;
create index document_by_patient on exchanges.document (practice, patient) where patient is not null;

create function exchanges.refuse_change() returns trigger language plpgsql set search_path = '' as
$$ begin raise exception 'what was said is append-only' using errcode = 'insufficient_privilege'; end $$;
create trigger append_only before update or delete or truncate on exchanges.document
    for each statement execute function exchanges.refuse_change();

-- Each practice sees its own lines, in a transaction that said which practice it acts for; without that, an error.
alter table exchanges.document enable row level security;
alter table exchanges.document force row level security;
create policy owner_functions on exchanges.document to cloison_owner using (true) with check (true);
create policy own_documents on exchanges.document for select to c_portal, c_api, c_machine
    using (practice = current_setting('cloison.practice')::int4);

-- Record documents. Those whose name, or whose version, is taken already are not written: the caller finds out which are missing.
create function exchanges.record(
    p_practice int4[], p_document uuid[], p_version int2[], p_kind text[], p_tenant int4[], p_account int8[], p_name bytea[],
    p_digest bytea[], p_token uuid[], p_patient uuid[], p_about uuid[], p_status text[], p_outcome text[],
    p_use text[], p_day date[], p_dek bytea[], p_sealed bytea[]
) returns table (document uuid, version int2, recorded_at timestamptz)
language sql security definer set search_path = '' as $$
    insert into exchanges.document (practice, document, version, kind, tenant, account, name, digest, token, patient, about,
                                    status, outcome, use, day, dek, sealed)
    select * from unnest(p_practice, p_document, p_version, p_kind, p_tenant, p_account, p_name, p_digest, p_token, p_patient,
                         p_about, p_status, p_outcome, p_use, p_day, p_dek, p_sealed)
    on conflict do nothing
    returning document, version, recorded_at
$$;

-- Reading one's own exchange again is a disclosure like another: written down first. The person and the day come from the document.
-- One line per document that is this practice's; the others are passed over, as if they did not exist.
create function disclosure.reserve_documents(
    p_practice int4, p_account int8, p_document uuid[], p_session uuid, p_authenticator uuid
) returns int8 language plpgsql security definer set search_path = '' as $$
declare
    opened int8 := disclosure.open_reservation();
begin
    insert into disclosure.entry (reservation, question, tenant, account, practice, session, authenticator, purpose, act_family,
                                  proof, fields, token, care_date, request_hash)
    select opened, row_number() over (order by d.place) - 1, d.tenant, p_account, p_practice, p_session, p_authenticator, 6, 0, 5,
           255, coalesce(d.token, '00000000-0000-0000-0000-000000000000'), d.day, d.document
    from exchanges.document d where d.practice = p_practice and d.document = any (p_document) and d.version = 1;
    return opened;
end $$;

create or replace function disclosure.commit_durably() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if current_query() !~* '^\s*(commit|end)\s*;?\s*$'
       and current_query() <> 'select disclosure.reserve($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)'
       and current_query() <> 'select disclosure.reserve_documents($1,$2,$3,$4,$5)'
    then
        raise exception 'a reservation is committed by COMMIT alone' using errcode = 'insufficient_privilege';
    end if;
    perform set_config('synchronous_commit', 'on', true);
    return null;
end $$;

-- The bytes of the documents that a committed reservation names, all their versions.
create function disclosure.reveal_documents(p_reservation int8) returns table (
    document uuid, version int2, kind text, tenant int4, recorded_at timestamptz, dek bytea, sealed bytea
) language plpgsql stable security definer set search_path = '' rows 100 as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    select d.document, d.version, d.kind, d.tenant, d.recorded_at, d.dek, d.sealed
    from disclosure.entry e
    join exchanges.document d on d.practice = e.practice and d.document = e.request_hash
    where e.reservation = p_reservation and e.purpose = 6 and e.xact = reserving
    order by d.place;
end $$;

grant usage on schema exchanges to c_portal, c_api, c_machine;
grant select (practice, document, version, place, kind, tenant, account, name, digest, patient, about, status, outcome, use, day,
              recorded_at)
    on exchanges.document to c_portal, c_api, c_machine;
grant execute on function exchanges.record, disclosure.reserve_documents, disclosure.reveal_documents
    to c_portal, c_api, c_machine;

reset role;
