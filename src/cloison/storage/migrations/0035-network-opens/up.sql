set role cloison_owner;

-- As before, but a row of a network opens nothing for a practice outside it.
-- Give numbers to questions that a committed reservation revealed. The person, the practice and the family of care come from the log,
-- not from the caller; `wanted_cents` asks to hold a part of the annual ceiling, and what could be held is returned. A hold is on the
-- ceiling of the whole domain, when the row that opens the domain soonest is one of the whole domain (rules.shelf.find_domain).
create or replace function rights.engage(
    p_reservation int8, p_question int4[], p_engagement int8[], p_coverage int8[], p_valid_to date[], p_hold_until date[],
    p_wanted_cents int8[]
) returns table (question int4, held_cents int8) language plpgsql security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
    r record;
    granted int8;
    holds int8[] := array_fill(0::int8, array[cardinality(p_question)]);
begin
    for r in
        select a.n, a.wanted_cents, opens.ceiling_cents, e.act_family, extract(year from e.care_date)::int2 as year, i.person, c.product
        from unnest(p_question, p_coverage, p_wanted_cents) with ordinality as a (question, coverage, wanted_cents, n)
        join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
        join vault.online_index i on i.token = e.token and i.tenant = e.tenant
        join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
                              and c.valid_from <= e.care_date and e.care_date < c.valid_to
        cross join lateral (
            select w.family, w.annual_ceiling_cents as ceiling_cents from rights.guarantee w
            where w.product = c.product and w.domain = e.act_family and w.formula > 0
              and w.valid_from <= e.care_date and e.care_date < w.valid_to
              and (not w.network or exists (select from rights.network_member m join identity.practice p on p.number = m.practice
                                            where p.practice = e.practice and m.tenant = e.tenant
                                              and m.valid_from <= e.care_date and e.care_date < m.valid_to))
            order by greatest(w.waiting_days, 0), w.family > 0, w.network, w.optam <> -1, w.annual_ceiling_cents desc
            limit 1) as opens
        where a.wanted_cents > 0 and e.purpose in (2, 5) and e.mark is null and opens.family = 0 and opens.ceiling_cents >= 0
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
    join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
    join vault.online_index i on i.token = e.token and i.tenant = e.tenant
    join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
                          and c.valid_from <= e.care_date and e.care_date < c.valid_to
    where e.purpose in (2, 5) and e.mark is null
    returning g.question, g.held_cents;
end $$;

reset role;
