set role cloison_owner;

-- ------------------------------------------------------------------ how a prise en charge is answered, per product and family
create table rights.quote_terms (
    tenant         int4 not null references rights.insurer,
    product        int4 not null references rights.product,
    domain         int2 not null check (domain between 1 and 10),
    by_insurer     bool not null,                  -- the insurer answers itself; otherwise the rules of its product do
    validity_days  int4 not null check (validity_days between 1 and 366),
    tolerance_days int4 not null check (tolerance_days between 0 and 366),  -- for the invoice, after the care
    days_max       int4 not null check (days_max between 1 and 731),        -- with all extensions
    primary key (tenant, product, domain),
    check (validity_days <= days_max)
);
grant select on rights.quote_terms to c_portal, c_api, c_card, c_machine, c_office, s_claims;
grant insert, update on rights.quote_terms to c_office;

-- ------------------------------------------------------------------ who acts for whom
-- Whether an account acts for a practice: today, when it is the practice of the account. Delegations replace this function.
create function identity.acts_for(p_account int8, p_practice int4) returns bool
language sql stable security definer set search_path = '' as
$$ select exists (select from identity.account a where a.account = p_account and a.practice = p_practice) $$;
grant execute on function identity.acts_for to c_portal, c_api, c_card, c_machine, c_office;

-- ------------------------------------------------------------------ promises: who gave one back, how long, on which ceilings
alter table rights.engagement_end add column account int8;
create table rights.engagement_extension (
    engagement  int8 not null,
    rank        int2 not null check (rank > 0),
    valid_to    date not null,
    hold_until  date not null,
    reservation int8 not null,
    question    int4 not null,
    given_at    timestamptz not null default clock_timestamp(),
    primary key (engagement, rank),
    check (valid_to <= hold_until)
);
-- What a promise holds of the ceiling of each account: the acts of one family of care may have several (rights.ceiling.domain).
create table rights.engagement_hold (
    engagement int8 not null,
    account    int2 not null,
    held_cents int8 not null check (held_cents > 0),
    primary key (engagement, account)
);
do $$ declare t text; begin
    foreach t in array array['engagement_extension', 'engagement_hold'] loop
        execute format('create trigger append_only before update or delete or truncate on rights.%I
                        for each statement execute function rights.refuse_change()', t);
    end loop;
end $$;
grant select on rights.engagement_extension to s_claims;
grant select, insert on rights.engagement_hold to s_claims;

-- The practice is the one that the account acts for: a caller cannot name another. Returns whether there was something to give back.
drop function rights.release_engagement(int8, int4);
create function rights.release_engagement(p_engagement int8, p_account int8) returns bool
language plpgsql security definer set search_path = '' as $$
declare
    given rights.engagement;
    place int2;
begin
    select * into given from rights.engagement g
        where g.engagement = p_engagement and identity.acts_for(p_account, g.practice);
    if not found then
        return false;
    end if;
    insert into rights.engagement_end (engagement, rank, kind, account)
        select p_engagement, 1 + count(*), 2, p_account from rights.engagement_end x where x.engagement = p_engagement
        having count(*) filter (where x.kind in (1, 2)) = 0     -- a promise whose hold expired still binds, and can be given back
        on conflict do nothing returning rank into place;
    if place is null then
        return false;
    end if;
    update rights.ceiling c set held_cents = c.held_cents - h.held_cents
        from (select given.domain as account, given.held_cents where given.held_cents > 0
              union all
              select x.account, x.held_cents from rights.engagement_hold x where x.engagement = p_engagement) as h
        where c.person = given.person and c.product = given.product and c.domain = h.account and c.year = given.ceiling_year
          and place = 1;
    return true;
end $$;
grant execute on function rights.release_engagement to c_portal, c_api, c_card, c_machine, c_office;

-- As before, with every ceiling on which a promise holds; one that was extended holds until its extension is over.
create or replace function rights.expire_engagements(p_today date) returns int4
language plpgsql security definer set search_path = '' as $$
declare
    ended int4;
begin
    with holding as (
        select e.engagement from rights.engagement e where e.held_cents > 0 and e.hold_until <= p_today
        union
        select e.engagement from rights.engagement_hold h join rights.engagement e using (engagement) where e.hold_until <= p_today
    ), late as (
        insert into rights.engagement_end (engagement, kind)
        select e.engagement, 3 from holding e
        where not exists (select from rights.engagement_end x where x.engagement = e.engagement)
          and not exists (select from rights.engagement_extension x
                          where x.engagement = e.engagement and x.hold_until > p_today)
        on conflict do nothing
        returning engagement
    ), freed as (
        select e.person, e.product, e.domain as account, e.ceiling_year, e.held_cents
        from late join rights.engagement e using (engagement) where e.held_cents > 0
        union all
        select e.person, e.product, h.account, e.ceiling_year, h.held_cents
        from late join rights.engagement e using (engagement) join rights.engagement_hold h using (engagement)
    ), given_back as (
        select person, product, account, ceiling_year, sum(held_cents)::int8 as held from freed group by 1, 2, 3, 4
    ), written as (
        update rights.ceiling c set held_cents = c.held_cents - g.held from given_back g
        where c.person = g.person and c.product = g.product and c.domain = g.account and c.year = g.ceiling_year
    )
    select count(*) into ended from late;
    return ended;
end $$;

-- What is already used or held of the ceilings that questions of a committed reservation concern. The person and the year come from
-- the log. `p_lock` keeps it so until the transaction of the caller ends.
create function rights.ceilings_busy(p_reservation int8, p_question int4[], p_coverage int8[], p_account int2[], p_lock bool)
returns table (question int4, account int2, busy_cents int8) language plpgsql security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    if p_lock then
        perform from rights.ceiling k
            where (k.person, k.product, k.domain, k.year) in (
                select i.person, c.product, a.account, extract(year from e.care_date)::int2
                from unnest(p_question, p_coverage, p_account) as a (question, coverage, account)
                join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
                join vault.online_index i on i.token = e.token and i.tenant = e.tenant
                join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
                where e.purpose = 5 and e.mark is null)
            order by k.person, k.product, k.domain, k.year for update;
    end if;
    return query
    select a.question, a.account, k.used_cents + k.held_cents
    from unnest(p_question, p_coverage, p_account) as a (question, coverage, account)
    join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
    join vault.online_index i on i.token = e.token and i.tenant = e.tenant
    join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
    join rights.ceiling k on k.person = i.person and k.product = c.product and k.domain = a.account
                         and k.year = extract(year from e.care_date)
    where e.purpose = 5 and e.fields & 128 <> 0 and e.mark is null;      -- a quote, which announced that it reads ceilings
end $$;
grant execute on function rights.ceilings_busy to c_portal, c_api, c_card, c_machine;

-- Hold parts of ceilings for promises just given to questions of a committed reservation. How high a ceiling is comes from the
-- guarantees of the product in that year (an account beyond 100 is of a family), not from the caller. It is never exceeded: its check
-- refuses, and the caller looks again.
create function rights.hold_ceilings(p_reservation int8, p_question int4[], p_account int2[], p_cents int8[])
returns int4 language plpgsql security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
    r record;
    held int4 := 0;
begin
    for r in
        select g.engagement, g.person, g.product, g.ceiling_year, a.account, a.cents, highest.ceiling
        from unnest(p_question, p_account, p_cents) as a (question, account, cents)
        join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
        join rights.engagement g on g.reservation = p_reservation and g.question = a.question
        cross join lateral (
            select max(w.annual_ceiling_cents) as ceiling from rights.guarantee w
            where w.product = g.product and w.domain = g.domain
              and case w.family when 0 then w.domain else 100 + w.family end = a.account
              and w.valid_from < make_date(g.ceiling_year + 1, 1, 1) and make_date(g.ceiling_year, 1, 1) < w.valid_to) as highest
        where a.cents > 0 and e.purpose = 5 and highest.ceiling >= 0
        order by g.person, g.product, a.account
    loop
        insert into rights.ceiling as known (person, product, domain, year, ceiling_cents, held_cents)
            values (r.person, r.product, r.account, r.ceiling_year, r.ceiling, r.cents)
            on conflict (person, product, domain, year) do update
                set ceiling_cents = greatest(known.ceiling_cents, excluded.ceiling_cents),
                    held_cents = known.held_cents + excluded.held_cents;
        insert into rights.engagement_hold (engagement, account, held_cents) values (r.engagement, r.account, r.cents);
        held := held + 1;
    end loop;
    return held;
end $$;
grant execute on function rights.hold_ceilings to c_portal, c_api, c_card, c_machine;

-- ------------------------------------------------------------------ quotes: one per family of care, never changed
create table claims.quote (
    tenant        int4 not null,
    quote         int8 not null check (quote > 0),   -- drawn: nobody guesses one
    kind          int2 not null check (kind in (2, 3)),  -- 2 calculation with guarantee (CLC), 3 prise en charge (PEC)
    practice      int4 not null,
    account       int8 not null,
    reference     text not null check (length(reference) between 1 and 40),  -- the practice's own
    person        uuid,
    coverage      int8 not null,
    product       int4 not null,
    domain        int2 not null,
    care_from     date not null,
    care_to       date not null,
    charged_cents int8 not null,
    base_cents    int8 not null,
    amo_cents     int8 not null check (amo_cents >= 0),
    amc_cents     int8 not null check (amc_cents >= 0),
    own_cents     int8 not null check (own_cents >= 0),
    reason        int2 not null,
    tariff        text not null,
    reservation   int8 not null,
    question      int4 not null,
    asked_at      timestamptz not null default clock_timestamp(),
    primary key (tenant, quote),
    check (amo_cents + amc_cents <= charged_cents)
);
-- The same reference for the same family is the same request, however often it is sent.
create unique index quote_once on claims.quote (tenant, practice, reference, domain);
create unique index quote_by_number on claims.quote (quote);
create unique index quote_by_question on claims.quote (reservation, question);

create table claims.quote_line (
    tenant        int4 not null,
    quote         int8 not null,
    line          int2 not null,
    code          char(5) not null,
    care_date     date not null,
    quantity      int4 not null check (quantity > 0),
    coefficient   int4 not null check (coefficient >= 0),
    charged_cents int8 not null check (charged_cents >= 0),
    base_cents    int8 not null,
    rate_bp       int4 not null,
    amo_cents     int8 not null check (amo_cents >= 0),
    amc_cents     int8 not null check (amc_cents >= 0),
    own_cents     int8 not null check (own_cents >= 0),
    reason        int2 not null,
    primary key (tenant, quote, line),
    check (amo_cents + amc_cents <= charged_cents)
);

-- The number under which a quote is promised, and what is promised for each of its lines.
create table claims.quote_number (
    tenant     int4 not null,
    quote      int8 not null,
    engagement int8 not null,
    primary key (tenant, quote)
);
create unique index quote_number_once on claims.quote_number (engagement);
create table claims.quote_promise (
    tenant         int4 not null,
    quote          int8 not null,
    line           int2 not null,
    promised_cents int8 not null check (promised_cents >= 0),
    primary key (tenant, quote, line)
);

-- ------------------------------------------------------------------ what happened to a quote
create table claims.quote_state (state int2 primary key, name text not null unique, meaning text not null);
insert into claims.quote_state values
    (1, 'requested', 'received, with its figures'),
    (2, 'pended', 'the insurer answers itself'),
    (3, 'accepted', 'promised under a number, until a day'),
    (4, 'refused', 'nothing is promised; the reason says why'),
    (5, 'billed', 'an invoice used the number'),
    (6, 'cancelled', 'given back by the practice'),
    (7, 'expired', 'its time is over, and what it held is free');
create table claims.quote_transition (from_state int2, to_state int2, meaning text not null, primary key (from_state, to_state));
insert into claims.quote_transition values
    (0, 1, 'received'), (1, 2, 'the insurer is asked'), (1, 3, 'answered by the rules'), (1, 4, 'answered by the rules'),
    (2, 3, 'the insurer accepts'), (2, 4, 'the insurer refuses'), (2, 6, 'withdrawn'), (2, 7, 'the insurer did not answer'),
    (3, 3, 'extended'), (3, 5, 'billed'), (3, 6, 'given back'), (3, 7, 'out of time'),
    (5, 5, 'billed anew, the first invoice being cancelled'), (7, 5, 'billed late'), (7, 6, 'given back late');
create table claims.quote_event (
    tenant       int4 not null,
    quote        int8 not null,
    rank         int2 not null check (rank > 0),
    state        int2 not null,
    account      int8,                              -- who did it; null when an invoice or the day did
    amount_cents int8,
    valid_to     date,                              -- first day of care that is no longer promised
    hold_until   date,                              -- pended: the insurer's last day; accepted: the last day for the invoice
    invoice      int8,
    reason       int2 not null default 0,
    happened_at  timestamptz not null default clock_timestamp(),
    primary key (tenant, quote, rank)
);
create index quote_event_by_time on claims.quote_event (hold_until) where state in (2, 3);

create function claims.check_quote_events() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if exists (
        select from new_rows n
        left join claims.quote_event p on p.tenant = n.tenant and p.quote = n.quote and p.rank = n.rank - 1
        left join claims.quote_transition t on t.from_state = coalesce(p.state, 0) and t.to_state = n.state
        where t.to_state is null or (n.rank > 1) <> (p.quote is not null)
    ) then
        raise exception 'this cannot happen to a quote in its state' using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger transitions after insert on claims.quote_event referencing new table as new_rows
    for each statement execute function claims.check_quote_events();
do $$ declare t text; begin
    foreach t in array array['quote', 'quote_line', 'quote_number', 'quote_promise', 'quote_event'] loop
        execute format('create trigger append_only before update or delete or truncate on claims.%I
                        for each statement execute function claims.refuse_change()', t);
    end loop;
end $$;

-- Whoever ends a promise (an invoice, the practice, the day), its quote is told in the same transaction.
create function claims.note_promise_ends() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into claims.quote_event (tenant, quote, rank, state, account, invoice)
    select n.tenant, n.quote, last.rank + 1, case e.kind when 1 then 5 when 2 then 6 else 7 end, e.account, e.invoice
    from ended e
    join claims.quote_number n on n.engagement = e.engagement
    cross join lateral (select max(x.rank) as rank from claims.quote_event x where x.tenant = n.tenant and x.quote = n.quote) as last;
    return null;
end $$;
create trigger quotes_are_told after insert on rights.engagement_end referencing new table as ended
    for each statement execute function claims.note_promise_ends();

-- Quotes that hold nothing, and requests that no insurer answered: their day is over too. Returns how many.
create function claims.expire_quotes(p_today date) returns int4 language plpgsql security definer set search_path = '' as $$
declare
    ended int4;
begin
    insert into claims.quote_event (tenant, quote, rank, state)
    select e.tenant, e.quote, e.rank + 1, 7
    from claims.quote_event e
    where e.state in (2, 3) and e.hold_until <= p_today
      and not exists (select from claims.quote_event x where x.tenant = e.tenant and x.quote = e.quote and x.rank > e.rank)
    on conflict do nothing;
    get diagnostics ended = row_count;
    return ended;
end $$;
grant execute on function claims.expire_quotes to s_claims, c_office;

-- ------------------------------------------------------------------ what a channel may do about quotes
-- What the practice of these accounts already asked under these references, for the persons of a committed reservation.
create function claims.quotes_before(p_reservation int8, p_question int4[], p_reference text[]) returns table (
    question int4, quote int8, kind int2, state int2, engagement int8, charged_cents int8, base_cents int8, amo_cents int8,
    amc_cents int8, own_cents int8, promised_cents int8, valid_from date, valid_to date, hold_until date, reason int2, same bool
) language plpgsql stable security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    select a.question, q.quote, q.kind, last.state, n.engagement, q.charged_cents, q.base_cents, q.amo_cents, q.amc_cents, q.own_cents,
           given.amount_cents, q.care_from, coalesce(given.valid_to, q.care_from), coalesce(last.hold_until, given.hold_until),
           case when last.reason > 0 then last.reason else q.reason end, i.person is not null
    from unnest(p_question, p_reference) as a (question, reference)
    join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
    join claims.quote q on q.tenant = e.tenant and q.practice = e.practice and q.reference = a.reference and q.domain = e.act_family
    left join claims.quote_number n on n.tenant = q.tenant and n.quote = q.quote
    left join vault.online_index i on i.token = e.token and i.tenant = e.tenant and i.person = q.person
    cross join lateral (select x.state, x.reason, x.hold_until from claims.quote_event x
                        where x.tenant = q.tenant and x.quote = q.quote order by x.rank desc limit 1) as last
    left join lateral (select x.amount_cents, x.valid_to, x.hold_until from claims.quote_event x
                       where x.tenant = q.tenant and x.quote = q.quote and x.state = 3 order by x.rank desc limit 1) as given on true
    where e.purpose = 5 and e.mark is null and identity.acts_for(e.account, e.practice);
end $$;

-- Write quotes for questions of a committed reservation. Person, insurer, practice and account come from the log; the account
-- must be of that practice. What is accepted was promised before, in this transaction. Returns how many were written.
create function claims.record_quotes(p_reservation int8, p_quotes jsonb, p_lines jsonb) returns int4
language plpgsql security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
    written int4;
begin
    insert into claims.quote (tenant, quote, kind, practice, account, reference, person, coverage, product, domain, care_from,
                              care_to, charged_cents, base_cents, amo_cents, amc_cents, own_cents, reason, tariff, reservation, question)
    select e.tenant, q.quote, q.kind, e.practice, e.account, q.reference, found.person, coalesce(found.coverage, 0),
           coalesce(found.product, 0), e.act_family, e.care_date, q.care_to, q.charged, q.base, q.amo, q.amc, q.own, q.reason,
           q.tariff, p_reservation, q.question
    from jsonb_to_recordset(p_quotes) as q (question int4, quote int8, kind int2, reference text, coverage int8, care_to date,
                                            charged int8, base int8, amo int8, amc int8, own int8, reason int2, tariff text)
    join disclosure.entry e on e.reservation = p_reservation and e.question = q.question and e.xact = reserving
    left join lateral (select i.person, c.coverage, c.product from vault.online_index i
                       left join rights.coverage c on c.person = i.person and c.coverage = q.coverage
                       where i.token = e.token and i.tenant = e.tenant order by c.coverage nulls last limit 1) as found on true
    where e.purpose = 5 and e.mark is null and identity.acts_for(e.account, e.practice);
    get diagnostics written = row_count;

    insert into claims.quote_line (tenant, quote, line, code, care_date, quantity, coefficient, charged_cents, base_cents, rate_bp,
                                   amo_cents, amc_cents, own_cents, reason)
    select q.tenant, q.quote, l.line, l.code, l.care_date, l.quantity, l.coefficient, l.charged, l.base, l.rate, l.amo, l.amc, l.own,
           l.reason
    from jsonb_to_recordset(p_lines) as l (question int4, line int2, code text, care_date date, quantity int4, coefficient int4,
                                           charged int8, base int8, rate int4, amo int8, amc int8, own int8, reason int2)
    join claims.quote q on q.reservation = p_reservation and q.question = l.question;

    insert into claims.quote_number (tenant, quote, engagement)
    select q.tenant, q.quote, g.engagement from claims.quote q
    join rights.engagement g on g.reservation = q.reservation and g.question = q.question
    where q.reservation = p_reservation;
    insert into claims.quote_promise (tenant, quote, line, promised_cents)
    select l.tenant, l.quote, l.line, l.amc_cents
    from claims.quote q join claims.quote_number n on n.tenant = q.tenant and n.quote = q.quote
    join claims.quote_line l on l.tenant = q.tenant and l.quote = q.quote where q.reservation = p_reservation;

    insert into claims.quote_event (tenant, quote, rank, state, account)
    select q.tenant, q.quote, 1, 1, q.account from claims.quote q where q.reservation = p_reservation;
    insert into claims.quote_event (tenant, quote, rank, state, amount_cents, valid_to, hold_until, reason)
    select q.tenant, q.quote, 2, case when n.engagement is not null then 3 when o.pended then 2 else 4 end,
           case when n.engagement is not null then q.amc_cents end, g.valid_to, coalesce(g.hold_until, o.answer_by), o.reason
    from jsonb_to_recordset(p_quotes) as o (question int4, pended bool, answer_by date, reason int2)
    join claims.quote q on q.reservation = p_reservation and q.question = o.question
    left join claims.quote_number n on n.tenant = q.tenant and n.quote = q.quote
    left join rights.engagement g on g.engagement = n.engagement;
    return written;
end $$;

-- Prolong promises, for persons whose right was just read on the last day asked for. Bounded by the terms of the product, the
-- contract, and the year on whose ceiling it holds. Returns those that last longer now.
create function claims.extend_quotes(
    p_reservation int8, p_question int4[], p_number int8[], p_coverage int8[], p_days_max int4, p_tolerance int4
) returns table (question int4, valid_to date) language plpgsql security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    with asked as (
        select a.question, g.engagement, n.tenant, n.quote, e.account, now_valid.valid_to as before, now_valid.rank,
               coalesce(t.tolerance_days, p_tolerance) as tolerance, last.rank as last_rank, last.state,
               least(e.care_date + 1, c.valid_to, g.valid_from + coalesce(t.days_max, p_days_max),
                     case when g.held_cents > 0 or exists (select from rights.engagement_hold h
                                                                    where h.engagement = g.engagement)
                          then make_date(g.ceiling_year + 1, 1, 1) else date 'infinity' end) as until,
               given.amount_cents
        from unnest(p_question, p_number, p_coverage) as a (question, number, coverage)
        join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
        join vault.online_index i on i.token = e.token and i.tenant = e.tenant
        join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
                              and c.valid_from <= e.care_date and e.care_date < c.valid_to
        join rights.engagement g on g.engagement = a.number and g.person = i.person and g.practice = e.practice
                                and g.product = c.product and g.domain = e.act_family
        join claims.quote_number n on n.engagement = g.engagement
        left join rights.quote_terms t on t.tenant = g.tenant and t.product = g.product and t.domain = g.domain
        cross join lateral (select x.rank, x.state from claims.quote_event x
                            where x.tenant = n.tenant and x.quote = n.quote order by x.rank desc limit 1) as last
        cross join lateral (select x.amount_cents from claims.quote_event x
                            where x.tenant = n.tenant and x.quote = n.quote and x.state = 3 order by x.rank desc limit 1) as given
        cross join lateral (select coalesce(max(x.rank), 0) as rank, coalesce(max(x.valid_to), g.valid_to) as valid_to
                            from rights.engagement_extension x where x.engagement = g.engagement) as now_valid
        where e.purpose = 5 and e.mark is null and identity.acts_for(e.account, e.practice)
    ), written as (
        insert into rights.engagement_extension (engagement, rank, valid_to, hold_until, reservation, question)
        select k.engagement, k.rank + 1, k.until, k.until + k.tolerance, p_reservation, k.question
        from asked k where k.state = 3 and k.until > k.before
        returning engagement_extension.engagement, engagement_extension.valid_to, engagement_extension.hold_until
    ), told as (
        insert into claims.quote_event (tenant, quote, rank, state, account, amount_cents, valid_to, hold_until)
        select k.tenant, k.quote, k.last_rank + 1, 3, k.account, k.amount_cents, w.valid_to, w.hold_until
        from written w join asked k on k.engagement = w.engagement
    )
    select k.question, w.valid_to from written w join asked k on k.engagement = w.engagement;
end $$;

-- DEL: the practice of this account withdraws a request or gives a promise back. `p_number` is the quote's or the promise's.
-- Returns the state that the quote is in then; 0 when this practice has no such quote.
create function claims.cancel_quote(p_number int8, p_account int8) returns int2
language plpgsql security definer set search_path = '' as $$
declare
    mine record;
begin
    select q.tenant, q.quote, n.engagement, last.rank, last.state into mine
        from claims.quote q
        left join claims.quote_number n on n.tenant = q.tenant and n.quote = q.quote
        cross join lateral (select x.rank, x.state from claims.quote_event x
                            where x.tenant = q.tenant and x.quote = q.quote order by x.rank desc limit 1) as last
        where (q.quote = p_number or n.engagement = p_number) and identity.acts_for(p_account, q.practice);
    if not found then
        return 0;
    end if;
    if mine.state = 2 then
        insert into claims.quote_event (tenant, quote, rank, state, account)
            values (mine.tenant, mine.quote, mine.rank + 1, 6, p_account);
        return 6;
    end if;
    if mine.state in (3, 7) and mine.engagement is not null and rights.release_engagement(mine.engagement, p_account) then
        return 6;
    end if;
    return mine.state;
end $$;

grant usage on schema claims to c_portal, c_api, c_card, c_machine, c_office;
grant execute on function claims.quotes_before, claims.record_quotes, claims.extend_quotes, claims.cancel_quote
    to c_portal, c_api, c_card, c_machine;
grant execute on function claims.cancel_quote to c_office;

-- The service that decides keeps promises, and writes what an insurer answers.
grant select on claims.quote, claims.quote_line, claims.quote_number, claims.quote_promise, claims.quote_event, claims.quote_state
    to s_claims;
grant insert on claims.quote_number, claims.quote_promise, claims.quote_event to s_claims;
grant insert on rights.engagement to s_claims;

reset role;
