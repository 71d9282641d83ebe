set role cloison_owner;

-- ------------------------------------------------------------------ the public register, for everybody
grant select (practice, number, category, name, departement, town, specialty, since) on identity.practice
    to c_insurer, c_citizen;
create index practice_by_name on identity.practice (lower(name) text_pattern_ops);

-- ------------------------------------------------------------------ whose a line is: the token says it, not who settles
-- Who settles names the person that it read. The person that the question named is found again by its token, so a settlement can
-- neither hide somebody ("nobody was found") nor put somebody else there. What the token finds no more is taken as it is said.
create or replace function disclosure.settle(p_reservation int8[], p_answer int8[], p_person uuid[])
returns int4 language plpgsql security definer set search_path = '' as $$
declare
    written int4;
    mine int8[];
begin
    select array_agg(r.reservation) into mine from disclosure.reservation r
        where r.reservation = any (p_reservation) and r.channel = disclosure.my_channel();
    insert into disclosure.settlement (reservation, question, kind, person, result, fields)
    select s.reservation, s.answer >> 40, 2, coalesce(asked.person, s.person), s.answer >> 32 & 255, s.answer & 4294967295
    from unnest(p_reservation, p_answer, p_person) as s (reservation, answer, person)
    left join disclosure.entry e on e.reservation = s.reservation and e.question = (s.answer >> 40)::int4 and e.mark is null
    left join lateral (
        select i.person from vault.online_index i where i.token = e.token and i.tenant = e.tenant
        order by i.person is distinct from s.person, i.person limit 1
    ) asked on true
    where s.reservation = any (mine)
    on conflict do nothing;
    get diagnostics written = row_count;
    return written;
end $$;

-- The lines of the log about persons: what was settled about them, and what is not settled yet, by the token that was asked.
create function disclosure.lines_about(p_person uuid[]) returns table (person uuid, reservation int8, question int4)
language sql stable set search_path = '' rows 100 as $$
    with open_entries as (                              -- what is older is settled
        select e.reservation, e.question, e.tenant, e.token, e.mark from disclosure.entry e
        where e.reservation > (select last_reservation from disclosure.swept)
          and not exists (select from disclosure.settlement s
                          where s.reservation = e.reservation and s.question = e.question)
    )
    select s.person, s.reservation, s.question from disclosure.settlement s where s.person = any (p_person)
    union
    select o.person, e.reservation, e.question
    from open_entries e
    join vault.online_index o on o.token = e.token and o.tenant = e.tenant and e.mark is null
    where o.person = any (p_person)
    union
    select b.person, e.reservation, e.question
    from open_entries e
    join vault.batch_index b on b.nir_token = e.token and b.tenant = e.tenant and (e.mark = 0 or e.mark = b.birth_mark)
    where b.person = any (p_person)
$$;

create or replace function disclosure.reveal_statement(p_reservation int8) returns table (
    question int4, reserved_at timestamptz, channel text, account text, practice text, tenant int4, purpose int2, act_family int2,
    proof int2, care_date date, fields int4, result int2, settled bool
) language plpgsql stable security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    with asked as (
        select e.question, i.person
        from disclosure.entry e join vault.online_index i on i.token = e.token and i.tenant = e.tenant
        where e.reservation = p_reservation and e.xact = reserving
    )
    select a.question, e.reserved_at, c.name, coalesce(ac.name, ''), coalesce(pr.number, ''), e.tenant, e.purpose,
           e.act_family, e.proof, e.care_date, coalesce(s.fields & e.fields, e.fields), coalesce(s.result, 0::int2), s.kind is not null
    from disclosure.lines_about(array(select distinct asked.person from asked)) f
    join asked a on a.person = f.person
    join disclosure.entry e on e.reservation = f.reservation and e.question = f.question
    join disclosure.reservation r on r.reservation = e.reservation
    join disclosure.channel c on c.channel = r.channel
    left join disclosure.settlement s on s.reservation = e.reservation and s.question = e.question
    left join identity.account ac on ac.account = e.account
    left join identity.practice pr on pr.practice = e.practice
    where coalesce(s.kind, 2) = 2
    order by 1, 2;
end $$;

-- ------------------------------------------------------------------ an account is bound to its person by what is on the card
alter table identity.insured add column token uuid;     -- blind index that the person proved; null where an office bound them

-- Five tries a day: an account is no way to find out who is insured.
create function disclosure.reserve_enrolment(
    p_account int8, p_tenant int4, p_token uuid, p_session uuid, p_authenticator uuid
) returns int8 language plpgsql security definer set search_path = '' as $$
declare
    opened int8;
begin
    perform from identity.account a where a.account = p_account and a.kind = 'insured' for update;
    if not found then
        raise exception 'no account of an insured person' using errcode = 'CL002';
    end if;
    if (select count(*) from disclosure.entry e
        where e.account = p_account and e.purpose = 4 and e.proof = 1 and e.reserved_at > clock_timestamp() - interval '1 day') >= 5 then
        raise exception 'too many tries' using errcode = 'CL007';
    end if;
    opened := disclosure.open_reservation();
    insert into disclosure.entry (reservation, question, tenant, account, practice, session, authenticator, purpose, act_family,
                                  proof, fields, token, care_date, request_hash)
    values (opened, 0, p_tenant, p_account, 0, p_session, p_authenticator, 4, 0, 1, 1, p_token, current_date, gen_random_uuid());
    return opened;
end $$;

-- Binds the account of a committed try to the one person that its token finds; returns how many bindings stand: 1, or 0.
create function disclosure.bind_own(p_reservation int8) returns int4
language plpgsql security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
    asked disclosure.entry;
    found_person uuid[];
begin
    select * into asked from disclosure.entry e
        where e.reservation = p_reservation and e.question = 0 and e.xact = reserving and e.purpose = 4 and e.proof = 1;
    select array_agg(i.person) into found_person from vault.online_index i where i.token = asked.token and i.tenant = asked.tenant;
    if cardinality(found_person) is distinct from 1 then
        return 0;
    end if;
    insert into identity.insured (account, tenant, person, token, valid_from)
    select asked.account, asked.tenant, found_person[1], asked.token, current_date
    where not exists (select from identity.insured b
                      where b.account = asked.account and b.person = found_person[1] and b.valid_to > current_date)
    on conflict do nothing;
    return 1;
end $$;

-- ------------------------------------------------------------------ what a person reads of themselves: reserved like anything else
-- One line for each person that the account is bound to today, for the statement (4) or the reimbursements (7). What is read is
-- read in full, so it is settled at once: that counts even when the binding no longer finds anybody by its token.
create function disclosure.reserve_own(p_account int8, p_purpose int2, p_session uuid, p_authenticator uuid)
returns int8 language plpgsql security definer set search_path = '' as $$
declare
    opened int8;
begin
    if p_purpose not in (4, 7) or not exists (select from identity.account a where a.account = p_account and a.kind = 'insured') then
        raise exception 'no account of an insured person, or no purpose of one' using errcode = 'CL002';
    end if;
    opened := disclosure.open_reservation();
    insert into disclosure.entry (reservation, question, tenant, account, practice, session, authenticator, purpose, act_family,
                                  proof, fields, token, care_date, request_hash)
    select opened, row_number() over (order by b.tenant, b.person) - 1, b.tenant, p_account, 0, p_session, p_authenticator, p_purpose,
           0, 5, case p_purpose when 4 then 256 else 576 end, coalesce(b.token, '00000000-0000-0000-0000-000000000000'),
           current_date, b.person
    from (select distinct on (i.tenant, i.person) i.tenant, i.person, i.token from identity.insured i
          where i.account = p_account and i.valid_from <= current_date and current_date < i.valid_to
          order by i.tenant, i.person, i.token) b;
    insert into disclosure.settlement (reservation, question, kind, person, result, fields)
    select opened, e.question, 2, e.request_hash, 0, e.fields from disclosure.entry e where e.reservation = opened;
    return opened;
end $$;

-- The persons that a reservation of their own account names, and who are bound to it still.
create function disclosure.own_persons(p_reservation int8, p_xact xid8, p_purpose int2) returns setof uuid
language sql stable set search_path = '' rows 5 as $$
    select e.request_hash
    from disclosure.entry e
    where e.reservation = p_reservation and e.xact = p_xact and e.purpose = p_purpose and e.proof = 5
      and exists (select from identity.insured b
                  where b.account = e.account and b.tenant = e.tenant and b.person = e.request_hash
                    and b.valid_from <= current_date and current_date < b.valid_to)
$$;

-- Who learned what about the persons of one's own account, newest first. `place` names a line: reservation * 2^24 + question.
create function disclosure.reveal_own_statement(
    p_reservation int8, p_places int8[], p_since timestamptz, p_until timestamptz, p_up_to int8, p_before int8, p_count int4
) returns table (
    place int8, reserved_at timestamptz, channel text, own bool, practice text, practice_name text, tenant int4, purpose int2,
    act_family int2, proof int2, care_date date, widest int4, fields int4, result int2, settled bool
) language plpgsql stable security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    select n.place, e.reserved_at, c.name, ac.kind is not distinct from 'insured', coalesce(pr.number, ''), coalesce(pr.name, ''),
           e.tenant, e.purpose, e.act_family, e.proof, e.care_date, e.fields, coalesce(s.fields & e.fields, e.fields),
           coalesce(s.result, 0::int2), s.kind is not null
    from disclosure.lines_about(array(select disclosure.own_persons(p_reservation, reserving, 4::int2))) f
    cross join lateral (select f.reservation * 16777216 + f.question as place) n
    join disclosure.entry e on e.reservation = f.reservation and e.question = f.question
    join disclosure.reservation r on r.reservation = e.reservation
    join disclosure.channel c on c.channel = r.channel
    left join disclosure.settlement s on s.reservation = e.reservation and s.question = e.question
    left join identity.account ac on ac.account = e.account
    left join identity.practice pr on pr.practice = e.practice
    where coalesce(s.kind, 2) = 2 and (p_places is null or n.place = any (p_places))
      and (p_since is null or e.reserved_at >= p_since) and (p_until is null or e.reserved_at < p_until)
      and (p_up_to is null or n.place <= p_up_to) and (p_before is null or n.place < p_before)
    order by 1 desc
    limit p_count;
end $$;

-- The decided invoices of the persons of one's own account, newest first: the decision that stands, its lines, and the day of the
-- payment it is in. One row for each line.
create function disclosure.reveal_benefits(
    p_reservation int8, p_invoices int8[], p_number text, p_since timestamptz, p_until timestamptz, p_up_to int8, p_before int8,
    p_count int4
) returns table (
    invoice int8, tenant int4, practice text, practice_name text, number text, care_from date, care_to date, charged_cents int8,
    version int4, first_decided_at timestamptz, decided_at timestamptz, state int2, reason int2, amo_cents int8, amc_cents int8,
    own_cents int8, paid_on date, line int2, code text, care_date date, quantity int4, line_charged_cents int8, line_base_cents int8,
    line_rate_bp int4, line_amo_cents int8, line_amc_cents int8, line_own_cents int8, line_reason int2
) language plpgsql stable security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    with mine as (
        select i.invoice, i.tenant, i.practice, i.number, i.care_from, i.care_to, i.charged_cents, d.*
        from claims.invoice i
        cross join lateral (
            select t.decision, t.decided_at, t.state, t.reason, t.amo_cents, t.amc_cents, t.own_cents,
                   (count(*) over ())::int4 as version, min(t.decided_at) over () as first_decided_at, t.replaced
            from (select f.*, exists (select from claims.decision n where n.replaces = f.decision) as replaced
                  from claims.decision f where f.invoice = i.invoice and f.kind = 1
                  union all
                  select f.*, exists (select from claims.decision n where n.replaces = f.decision)
                  from claims.decision f where f.invoice = i.invoice and f.kind <> 1) t
            order by t.replaced limit 1
        ) d
        where i.person = any (array(select disclosure.own_persons(p_reservation, reserving, 7::int2)))
          and (p_invoices is null or i.invoice = any (p_invoices)) and (p_number is null or i.number = p_number)
          and (p_since is null or d.first_decided_at >= p_since) and (p_until is null or d.first_decided_at < p_until)
          and (p_up_to is null or i.invoice <= p_up_to) and (p_before is null or i.invoice < p_before)
        order by i.invoice desc
        limit p_count
    )
    select m.invoice, m.tenant, pr.number, pr.name, trim(m.number), m.care_from, m.care_to, m.charged_cents, m.version,
           m.first_decided_at, m.decided_at, m.state, m.reason, m.amo_cents, m.amc_cents, m.own_cents, paid.execution_date,
           l.line, trim(l.code), l.care_date, l.quantity, l.charged_cents, ld.base_cents, ld.rate_bp, ld.amo_cents, ld.amc_cents,
           ld.own_cents, ld.reason
    from mine m
    join identity.practice pr on pr.practice = m.practice
    join claims.line l on l.invoice = m.invoice
    left join claims.line_decision ld on ld.decision = m.decision and ld.line = l.line
    left join lateral (
        select p.execution_date
        from payments.transfer t
        join payments.payment_line pl on pl.transfer = t.transfer
        join payments.payment_now p on p.payment = pl.payment
        where t.kind = 1 and t.reference = m.decision and p.state in (1, 2, 4)
        limit 1
    ) paid on true
    order by m.invoice desc, l.line;
end $$;

-- ------------------------------------------------------------------ grants
-- A person's channel reserves for the account's own persons alone: it can ask about nobody by an identifier that it knows.
revoke execute on function disclosure.reserve, disclosure.settle, disclosure.reveal_statement from c_citizen;
grant execute on function disclosure.reserve_enrolment, disclosure.bind_own, disclosure.reserve_own,
    disclosure.reveal_own_statement, disclosure.reveal_benefits to c_citizen;

reset role;
