set role cloison_owner;

-- What decisions used of caps that care shares beyond an invoice: per day (kind 1, `what` counts days since 1970), per pair (2:
-- practice, day and the pair's number there) and per tooth (3: year and tooth). A correction is a row that takes back.
create table rights.cap_use (
    person     uuid not null,
    product    int4 not null,
    account    int2 not null,                   -- as in rights.ceiling.domain
    kind       int2 not null check (kind between 1 and 3),
    what       int8 not null,
    decision   int8 not null,
    takes_back bool not null default false,
    cents      int8 not null check (cents > 0),
    primary key (decision, product, account, kind, what, takes_back)
);
create index cap_use_of_person on rights.cap_use (person, product, account, kind, what);
create trigger append_only before update or delete or truncate on rights.cap_use
    for each statement execute function rights.refuse_change();
grant select, insert on rights.cap_use to s_claims;

-- How much of caps is used, for questions of a committed reservation of a quote that announced that it reads ceilings. The person comes
-- from the log; a pair is one of the practice that asks.
create function rights.caps_busy(
    p_reservation int8, p_question int4[], p_coverage int8[], p_account int2[], p_kind int2[], p_what int8[]
) returns table (n int8, busy_cents int8) language plpgsql stable security definer set search_path = '' as $$
declare
    reserving xid8 := disclosure.require_revealable(p_reservation);
begin
    return query
    select a.n, sum(case when u.takes_back then -u.cents else u.cents end)::int8
    from unnest(p_question, p_coverage, p_account, p_kind, p_what) with ordinality as a (question, coverage, account, kind, what, n)
    join disclosure.entry e on e.reservation = p_reservation and e.question = a.question and e.xact = reserving
    join vault.online_index i on i.token = e.token and i.tenant = e.tenant
    join rights.coverage c on c.coverage = a.coverage and c.person = i.person and c.known_to = 'infinity'
    join rights.cap_use u on u.person = i.person and u.product = c.product and u.account = a.account and u.kind = a.kind
                         and u.what = a.what
    where e.purpose = 5 and e.fields & 128 <> 0 and e.mark is null and (a.kind <> 2 or a.what >> 24 = e.practice)
    group by a.n;
end $$;
grant execute on function rights.caps_busy to c_portal, c_api, c_card, c_machine;

reset role;
