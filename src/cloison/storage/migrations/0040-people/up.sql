set role cloison_owner;

-- ------------------------------------------------------------------ organisations and what they run
create table identity.organisation (
    organisation int4 generated always as identity primary key,
    name         text not null unique,
    kind         text not null check (kind in ('establishment', 'insurer', 'operator', 'partner')),
    tenant       int4 unique,                   -- the insurer that it is
    since        timestamptz not null default clock_timestamp(),
    check ((kind = 'insurer') = (tenant is not null))
);
create table identity.establishment (
    organisation int4 not null references identity.organisation,
    practice     int4 not null references identity.practice,
    valid_from   date not null,
    valid_to     date not null default 'infinity',  -- excluded
    primary key (organisation, practice, valid_from),
    check (valid_from < valid_to)
);
create index establishment_by_practice on identity.establishment (practice);

-- ------------------------------------------------------------------ accounts: what they stand for, and whether they may act
alter table identity.account add column kind text not null default 'professional'
    check (kind in ('professional', 'staff', 'insurer', 'insured', 'machine'));
update identity.account set kind = case when name = 'operator' then 'staff' else 'machine' end
    where name in ('operator', 'batch', 'payments');

-- By which name an identity provider knows an account: for Pro Sante Connect, the number in the RPPS.
create table identity.outside (
    provider text not null,
    subject  text not null,
    account  int8 not null references identity.account,
    primary key (provider, subject),
    unique (account, provider)
);
create table identity.vouching (
    vouching   int8 generated always as identity primary key,
    account    int8 not null references identity.account,
    provider   text not null,
    acr        text not null,
    vouched_at timestamptz not null
);
create index vouching_by_account on identity.vouching (account, vouched_at desc);

-- The last line of an account is in force; no line: active. Lines are added, never changed.
create table identity.standing (
    standing        int8 generated always as identity primary key,
    account         int8 not null references identity.account,
    state           text not null check (state in ('active', 'locked', 'off')),
    cause           text not null,
    probation_until timestamptz,
    since           timestamptz not null
);
create index standing_by_account on identity.standing (account, standing desc);
create table identity.failures (
    account   int8 primary key references identity.account,
    in_a_row  int4 not null,
    failed_at timestamptz not null
);

-- Which account reads the statement of which insured person: themselves, or a child.
create table identity.insured (
    account    int8 not null references identity.account,
    tenant     int4 not null,
    person     uuid not null,
    valid_from date not null,
    valid_to   date not null default 'infinity',
    primary key (account, person, valid_from),
    check (valid_from < valid_to)
);

-- ------------------------------------------------------------------ delegations: who acts for whom, from when to when
create table identity.delegation (
    delegation   int8 generated always as identity primary key,
    organisation int4 not null references identity.organisation,
    practice     int4 references identity.practice,     -- null: every practice of the organisation
    account      int8 not null references identity.account,
    duty         text not null check (duty in (
        'professional', 'delegate', 'staff', 'administrator', 'software', 'insurer_user', 'insurer_administrator',
        'insurer_software', 'insured', 'security_officer', 'data_protection_officer', 'finance_clerk',
        'operator_administrator')),
    given_by     int8 references identity.account,      -- null: at the foundation of the organisation
    valid_from   date not null,
    valid_to     date not null default 'infinity',      -- excluded
    ended_by     int8 references identity.account,
    recorded_at  timestamptz not null default clock_timestamp(),
    check (valid_from <= valid_to)
);
create index delegation_by_account on identity.delegation (account);
create index delegation_by_organisation on identity.delegation (organisation);

-- Where a professional practises, as their identity provider says it: renewed at each vouching.
create table identity.activity (
    account    int8 not null references identity.account,
    practice   int4 not null references identity.practice,
    valid_from date not null,
    valid_to   date not null default 'infinity',
    primary key (account, practice, valid_from),
    check (valid_from <= valid_to)                      -- ended on its first day: it never was
);

-- At least two administrators, on every day since the first: checked when the transaction commits, one change of an
-- organisation after the other, so that two administrators who remove each other cannot both succeed.
create function identity.keep_two_administrators() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    fewest int8;
begin
    perform from identity.organisation o where o.organisation = new.organisation for update;
    select min(n) into fewest from (
        select (select count(distinct a.account) from identity.delegation a
                where a.organisation = new.organisation and a.duty ~ 'administrator$'
                  and a.valid_from <= days.day and days.day < a.valid_to) as n
        from (select current_date as day
              union select o.since::date from identity.organisation o where o.organisation = new.organisation
              union select d.valid_to from identity.delegation d
                    where d.organisation = new.organisation and d.duty ~ 'administrator$' and d.valid_to < 'infinity') days
    ) as counted;
    if fewest < 2 then
        raise exception 'an organisation keeps two administrators' using errcode = 'CL010';
    end if;
    return null;
end $$;
create constraint trigger two_administrators after insert or update on identity.delegation
    deferrable initially deferred for each row execute function identity.keep_two_administrators();
create constraint trigger two_administrators after insert on identity.organisation
    deferrable initially deferred for each row execute function identity.keep_two_administrators();

-- ------------------------------------------------------------------ how persons show who they are
create table identity.passkey (
    passkey         uuid primary key,
    account         int8 not null references identity.account,
    credential      bytea not null unique,
    public_key      bytea not null,
    aaguid          uuid not null,
    synced          bool not null,                      -- may exist on several devices
    sign_count      int8 not null,                      -- noted, never trusted
    means           text not null check (means in ('provider', 'invitation', 'passkey')),
    enrolled_at     timestamptz not null,
    usable_from     timestamptz not null,
    probation_until timestamptz not null,
    used_at         timestamptz,
    revoked_at      timestamptz
);
create index passkey_by_account on identity.passkey (account);

-- An invitation: one administrator asks, another approves; the code is told by hand and known here by its digest.
create table identity.invitation (
    invitation  int8 generated always as identity primary key,
    code        bytea not null unique,
    account     int8 not null references identity.account,
    asked_by    int8 not null references identity.account,
    approved_by int8 references identity.account,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    check (asked_by <> approved_by and asked_by <> account and approved_by <> account)
);

-- What may be used once: the challenge of a passkey, the state of a login, the confirmation of a request. Using it is deleting it.
create table identity.challenge (
    digest         bytea primary key,
    use            text not null check (use in ('register', 'login', 'step_up', 'sign_in')),
    account        int8,
    session        uuid,
    key_thumbprint bytea,
    nonce          bytea,
    verifier       text,
    issued_at      timestamptz not null,
    expires_at     timestamptz not null
);
create index challenge_by_end on identity.challenge (expires_at);

-- Identifiers of proofs and assertions that were used, until they would be too old anyhow.
create table identity.used (
    digest     bytea primary key,
    expires_at timestamptz not null
);
create index used_by_end on identity.used (expires_at);

create table identity.session (
    session        uuid primary key,
    cookie         bytea not null unique,               -- digest of the value in force; it changes at a step-up
    key_thumbprint bytea not null,                      -- RFC 7638, of the key that the browser holds
    account        int8 not null references identity.account,
    kind           text not null check (kind in ('vouched', 'open')),
    organisation   int4,
    practice       int4,
    tenant         int4,
    passkey        uuid references identity.passkey,
    opened_at      timestamptz not null,
    seen_at        timestamptz not null,
    ends_at        timestamptz not null,
    stepped_up_at  timestamptz,
    ended_at       timestamptz
);
create index session_by_account on identity.session (account) where ended_at is null;

-- ------------------------------------------------------------------ machines: one contract each
create table identity.client (
    client          int4 generated always as identity primary key,
    name            text not null unique check (name ~ '^[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]$'),
    account         int8 not null unique references identity.account,
    organisation    int4 references identity.organisation,
    channel         int2 not null,
    practices       int4[] not null,                    -- empty: none
    tenants         int4[] not null,                    -- empty: every insurer
    purposes        int2[] not null,                    -- empty: every purpose of its channel
    scopes          text[] not null,
    persons_per_day int4 not null check (persons_per_day > 0),
    valid_from      date not null,
    valid_to        date not null,
    revoked_at      timestamptz,
    revoked_why     text,
    since           timestamptz not null default clock_timestamp(),
    check (valid_from < valid_to)
);
create table identity.client_key (
    client_key int4 generated always as identity primary key,
    client     int4 not null references identity.client,
    kind       text not null check (kind in ('certificate', 'jwk')),
    thumbprint bytea not null unique,                   -- SHA-256 of the certificate (DER), or RFC 7638 of the key
    jwk        text,
    valid_from timestamptz not null,
    valid_to   timestamptz not null,
    revoked_at timestamptz,
    check ((kind = 'jwk') = (jwk is not null))
);
create index client_key_by_client on identity.client_key (client);

-- The keys that sign access tokens; the private half is sealed.
create table identity.token_key (
    kid        text primary key,
    public     text not null,
    wrapped    bytea not null,
    signs_from timestamptz not null,
    signs_to   timestamptz not null
);

-- ------------------------------------------------------------------ what happened, and what somebody is told of it
create table identity.event (
    event       int8 generated always as identity primary key,
    kind        text not null,
    account     int8,
    session     uuid,
    detail      text not null default '',
    happened_at timestamptz not null
);
create index event_by_account on identity.event (account, event);
create table identity.notice (
    notice   int8 generated always as identity primary key,
    account  int8 not null references identity.account,
    kind     text not null,
    way      text not null check (way in ('portal', 'administrators')),
    noted_at timestamptz not null,
    told_at  timestamptz
);

-- ------------------------------------------------------------------ grants: one service, and no channel
grant usage on schema identity to s_identity;
grant select on all tables in schema identity to s_identity;
grant insert on identity.account, identity.organisation, identity.establishment, identity.outside, identity.vouching,
    identity.standing, identity.failures, identity.insured, identity.delegation, identity.activity, identity.passkey, identity.invitation,
    identity.challenge, identity.used, identity.session, identity.client, identity.client_key, identity.token_key,
    identity.event, identity.notice to s_identity;
grant update (valid_to) on identity.establishment, identity.insured, identity.activity to s_identity;
grant update (in_a_row, failed_at) on identity.failures to s_identity;
grant update (valid_to, ended_by) on identity.delegation to s_identity;
grant update (sign_count, used_at, revoked_at) on identity.passkey to s_identity;
grant update (approved_by, expires_at, used_at) on identity.invitation to s_identity;
grant update (cookie, organisation, practice, tenant, seen_at, stepped_up_at, ended_at) on identity.session to s_identity;
grant update (revoked_at, revoked_why) on identity.client to s_identity;
grant update (revoked_at) on identity.client_key to s_identity;
grant update (told_at) on identity.notice to s_identity;
grant delete on identity.challenge, identity.used to s_identity;

reset role;
