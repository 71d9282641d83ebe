set role cloison_owner;

-- What was promised: never changed, ended by a line of engagement_end.
create table rights.engagement (
    engagement  int8 primary key check (engagement > 0),
    tenant      int4 not null,
    person      uuid not null,
    practice    int4 not null,
    coverage    int8 not null,
    product     int4 not null,
    domain      int2 not null,
    valid_from  date not null,
    valid_to    date not null,                     -- first day of care it no longer binds
    held_cents  int8 not null default 0 check (held_cents >= 0),
    ceiling_year int2 not null,
    hold_until  date not null,                     -- a hold not used by then is given back
    reservation int8 not null,
    question    int4 not null,
    given_at    timestamptz not null default clock_timestamp(),
    unique (reservation, question),
    check (valid_from < valid_to and valid_to <= hold_until)
);
create index engagement_by_hold on rights.engagement (hold_until) where held_cents > 0;

-- The first line gives back what was held. Another follows when the invoice that used the promise was cancelled, or when it
-- comes after the hold expired: the promise itself still binds.
create table rights.engagement_end (
    engagement int8 not null,
    rank       int2 not null default 1 check (rank > 0),
    kind       int2 not null check (kind in (1, 2, 3)),  -- used, released, expired
    invoice    int8,
    ended_at   timestamptz not null default clock_timestamp(),
    primary key (engagement, rank),
    check ((kind = 1) = (invoice is not null))
);

-- Annual ceilings: used by payments, held by promises, and never beyond, whoever writes at the same time.
create table rights.ceiling (
    person        uuid not null,
    product       int4 not null,
    domain        int2 not null,
    year          int2 not null,
    ceiling_cents int8 not null check (ceiling_cents >= 0),
    used_cents    int8 not null default 0 check (used_cents >= 0),
    held_cents    int8 not null default 0 check (held_cents >= 0),
    primary key (person, product, domain, year),
    check (used_cents + held_cents <= ceiling_cents)
);

create function rights.refuse_change() returns trigger language plpgsql set search_path = '' as
$$ begin raise exception 'promises are append-only' using errcode = 'insufficient_privilege'; end $$;
create trigger append_only before update or delete or truncate on rights.engagement
    for each statement execute function rights.refuse_change();
create trigger append_only before update or delete or truncate on rights.engagement_end
    for each statement execute function rights.refuse_change();

-- Give numbers to questions that a committed reservation revealed. The person, the practice and the family of care come from the
-- log, not from the caller; `wanted_cents` asks to hold a part of the annual ceiling, and what could be held is returned.
create function rights.engage(
    p_reservation int8, p_question int4[], p_engagement int8[], p_coverage int8[], p_valid_to date[], p_hold_until date[],
    p_wanted_cents int8[], p_ceiling_cents int8[]
) returns table (question int4, held_cents int8) language plpgsql security definer set search_path = '' as $$
declare
    r record;
    granted int8;
    holds int8[] := array_fill(0::int8, array[cardinality(p_question)]);
begin
    perform disclosure.require_revealable(p_reservation);
    for r in
        select a.n, a.wanted_cents, a.ceiling_cents, e.act_family, extract(year from e.care_date)::int2 as year, i.person, c.product
        from unnest(p_question, p_coverage, p_wanted_cents, p_ceiling_cents)
                 with ordinality as a (question, coverage, wanted_cents, ceiling_cents, n)
        join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.mark is null
        join vault.online_index i on i.token = e.token and i.tenant = e.tenant
        join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
                              and c.valid_from <= e.care_date and e.care_date < c.valid_to
        where a.wanted_cents > 0 and a.ceiling_cents >= 0
        order by i.person, c.product, e.act_family
    loop
        insert into rights.ceiling as known (person, product, domain, year, ceiling_cents)
            values (r.person, r.product, r.act_family, r.year, r.ceiling_cents)
            on conflict (person, product, domain, year) do update set ceiling_cents = excluded.ceiling_cents
                where known.ceiling_cents < excluded.ceiling_cents;
        select greatest(least(r.wanted_cents, r.ceiling_cents - c.used_cents - c.held_cents), 0) into granted
            from rights.ceiling c
            where c.person = r.person and c.product = r.product and c.domain = r.act_family and c.year = r.year for update;
        update rights.ceiling c set held_cents = c.held_cents + granted
            where c.person = r.person and c.product = r.product and c.domain = r.act_family and c.year = r.year;
        holds[r.n] := granted;
    end loop;
    return query
    insert into rights.engagement as g (engagement, tenant, person, practice, coverage, product, domain, valid_from, valid_to,
                                        held_cents, ceiling_year, hold_until, reservation, question)
    select a.engagement, e.tenant, i.person, e.practice, c.coverage, c.product, e.act_family, e.care_date, a.valid_to,
           a.held, extract(year from e.care_date), a.hold_until, p_reservation, a.question
    from unnest(p_question, p_engagement, p_coverage, p_valid_to, p_hold_until, holds)
             as a (question, engagement, coverage, valid_to, hold_until, held)
    join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.mark is null
    join vault.online_index i on i.token = e.token and i.tenant = e.tenant
    join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
                          and c.valid_from <= e.care_date and e.care_date < c.valid_to
    returning g.question, g.held_cents;
end $$;

-- Give back the holds that nobody used in time. Returns how many.
create function rights.expire_engagements(p_today date) returns int4 language plpgsql security definer set search_path = '' as $$
declare
    ended int4;
begin
    with late as (
        insert into rights.engagement_end (engagement, kind)
        select e.engagement, 3 from rights.engagement e
        where e.held_cents > 0 and e.hold_until <= p_today
          and not exists (select from rights.engagement_end x where x.engagement = e.engagement)
        on conflict do nothing
        returning engagement
    ), given_back as (
        select e.person, e.product, e.domain, e.ceiling_year, sum(e.held_cents)::int8 as held, count(*) as many
        from late join rights.engagement e using (engagement) group by 1, 2, 3, 4
    ), written as (
        update rights.ceiling c set held_cents = c.held_cents - g.held from given_back g
        where c.person = g.person and c.product = g.product and c.domain = g.domain and c.year = g.ceiling_year
        returning g.many
    )
    select coalesce(sum(many), 0) into ended from written;
    return ended;
end $$;

grant usage on schema rights to c_portal, c_api, c_card, c_machine, c_batch, s_claims, c_office;
grant select on rights.insurer, rights.product, rights.guarantee to c_portal, c_api, c_card, c_machine, c_batch, s_claims,
    c_office;
grant execute on function rights.engage to c_portal, c_api, c_card, c_machine;
grant select on rights.engagement, rights.engagement_end to s_claims;
grant insert on rights.engagement_end to s_claims;
grant select, insert, update on rights.ceiling to s_claims;
grant execute on function rights.expire_engagements to s_claims;

reset role;
