"""SQL of bank answers: lines recorded once, matched as a whole, and what each match moves in the ledger."""

from collections.abc import Mapping, Sequence

from cloison.payments.bankfile import Booking, Status
from cloison.payments.store import Row, writing
from cloison.storage.database import connection_of
from cloison.storage.transaction import Transaction

ADD_BANK_FILE = """
insert into payments.bank_file (digest, name, message, identification, remarks) values ($1, $2, $3, $4, $5)
on conflict do nothing returning bank_file
"""
ADD_BANK_LINES = """
insert into payments.bank_line (bank_file, tenant, reference, end_to_end_id, batch_id, direction, amount_cents,
                                booking_date, returned, bank_reason)
select $1, $2, *
from unnest($3::text[], $4::text[], $5::text[], $6::int2[], $7::int8[], $8::date[], $9::bool[], $10::text[])
on conflict do nothing
"""
# What each new line of a file stands for. $2 is the kind of report, for instance camt.053: the same movement in another
# kind of report confirms, a second one in the same kind contradicts. $3.. are the reasons and who must act. One pass
# over the lines and look-ups by hash: the planner knows nothing yet of rows that were just written.
MATCH = """
with line as materialized (
    select * from payments.bank_line where bank_file = $1
), earlier as materialized (
    select m.payment, m.payment_order, l.direction
    from payments.bank_match m join payments.bank_line l using (bank_line) join payments.bank_file f using (bank_file)
    where m.outcome <> 4 and left(f.message, 8) = $2
      and (m.payment in (select p.payment from line l join payments.payment p using (end_to_end_id))
           or m.payment_order in (select o.payment_order from line l
                                  join payments.payment_order o on o.message_id = l.batch_id))
), aimed as materialized (
    select l.bank_line, l.direction, l.amount_cents, p.payment, p.amount_cents as ordered_cents, p.state,
           o.payment_order,
           row_number() over (partition by p.payment, o.payment_order, l.direction order by l.bank_line) as nth
    from line l
    left join payments.payment_now p on p.end_to_end_id = l.end_to_end_id and p.tenant = l.tenant
    left join payments.payment_order o on o.message_id = l.batch_id and o.tenant = l.tenant
         and l.end_to_end_id = '' and l.direction = 1
), block as materialized (
    select payment_order, coalesce(sum(p.amount_cents) filter (where p.state in (1, 2)), 0) as open_cents,
           coalesce(sum(p.amount_cents) filter (where p.state in (4, 5)), 0) as executed_cents
    from payments.payment_now p
    where payment_order in (select payment_order from aimed where payment_order is not null) group by payment_order
), judged as (
    select a.*, case
        when payment is not null then case
            when a.amount_cents <> ordered_cents then -551
            when nth > 1 then case direction when 1 then -552 else -553 end
            when state = 3 then -553
            when direction = 1 and state in (1, 2) then 1
            when direction = 2 and state in (1, 2, 4) then 2
            when (payment, direction) not in (select payment, direction from earlier where payment is not null) then 3
            when direction = 1 then -552
            else -553 end
        when a.payment_order is not null then case
            when nth > 1 then -552
            when a.payment_order in (select payment_order from earlier where payment_order is not null) then -552
            when a.amount_cents = open_cents then 1
            when open_cents = 0 and a.amount_cents = executed_cents then 3
            else -551 end
        else -550 end as verdict
    from aimed a left join block b on b.payment_order = a.payment_order
)
insert into payments.bank_match (bank_line, outcome, payment, payment_order, reason, owner, transfer)
select j.bank_line, case when j.verdict < 0 then 4 else j.verdict end, j.payment, j.payment_order,
       greatest(-j.verdict, 0), coalesce(a.actor, ''),
       case when j.verdict < 0 then nextval('payments.transfer_number') end
from judged j left join unnest($3::int4[], $4::text[]) a(reason, actor) on a.reason = -j.verdict
order by j.bank_line
"""
# Debits booked, one by one or for a whole order; and payments returned whose debit no report has shown yet.
EXECUTE = """
with todo as materialized (
    select nextval('payments.transfer_number') as transfer, p.*, d.bank_line
    from (select m.payment, m.bank_line from payments.bank_match m join payments.bank_line l using (bank_line)
          where l.bank_file = $1 and m.outcome in (1, 2) and m.payment is not null
          union all
          select p.payment, m.bank_line from payments.bank_match m join payments.bank_line l using (bank_line)
          join payments.payment p on p.payment_order = m.payment_order
          where l.bank_file = $1 and m.outcome = 1) d
    join payments.payment_now p using (payment)
    where p.state in (1, 2)
), first as materialized (
    select distinct on (payment) * from todo order by payment, bank_line
), moved as (
    insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, phase,
                                   earlier_transfer, reference)
    select transfer, tenant, payments.du(tenant, practice), payments.banque(tenant),
           amount_cents, 3, 2, payment, bank_line
    from first
)
insert into payments.payment_event (payment, rank, from_state, state, transfer, bank_file)
select payment, rank + 1, state, 4, transfer, $1 from first
"""
RETURN = """
with todo as materialized (
    select nextval('payments.transfer_number') as transfer, p.*, m.bank_line, l.bank_reason, t.transfer as posting
    from payments.bank_match m join payments.bank_line l using (bank_line)
    join payments.payment_now p using (payment)
    join payments.transfer t on t.earlier_transfer = p.payment and t.phase = 2
    where l.bank_file = $1 and m.outcome = 2 and p.state = 4
), moved as (
    insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, phase,
                                   earlier_transfer, reference)
    select transfer, tenant, payments.banque(tenant), payments.du(tenant, practice),
           amount_cents, 4, 0, posting, bank_line
    from todo
)
insert into payments.payment_event (payment, rank, from_state, state, transfer, bank_file, bank_reason)
select payment, rank + 1, 4, 5, transfer, $1, bank_reason from todo
"""
SUSPEND = """
insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, reference)
select m.transfer, l.tenant,
       payments.account_number(l.tenant, case l.direction when 1 then 4 else 3 end::int2, 0),
       payments.account_number(l.tenant, case l.direction when 1 then 3 else 4 end::int2, 0),
       l.amount_cents, case l.direction when 1 then 5 else 6 end, m.bank_line
from payments.bank_match m join payments.bank_line l using (bank_line)
where l.bank_file = $1 and m.outcome = 4
"""
# A verdict on one transfer rules over one on its file; the last of equals rules. A rejection releases what was held.
STATUSES = """
with said as materialized (
    select * from unnest($2::text[], $3::text[], $4::text[], $5::int2[], $6::text[]) with ordinality
        s(message_id, batch_id, end_to_end_id, verdict, bank_reason, place)
), aimed as materialized (
    select distinct on (payment) * from (
        select p.*, o.message_id, s.verdict, s.bank_reason, 1 as width, s.place
        from said s join payments.payment_now p using (end_to_end_id)
        join payments.payment_order o on o.payment_order = p.payment_order and o.message_id = s.message_id
        where s.end_to_end_id <> ''
        union all
        select p.*, o.message_id, s.verdict, s.bank_reason, 2, s.place
        from said s join payments.payment_order o on o.message_id = s.message_id and s.batch_id in ('', o.message_id)
        join payments.payment_now p on p.payment_order = o.payment_order
        where s.end_to_end_id = '') a
    order by payment, width, place desc
), odd as (
    select s.place, s.message_id, s.end_to_end_id, 554 as reason from said s
    where not exists (select from payments.payment_order o where o.message_id = s.message_id)
       or s.end_to_end_id <> '' and s.end_to_end_id not in (select end_to_end_id from aimed)
    union all
    select place, message_id, end_to_end_id, 553 from aimed where verdict = 2 and state in (4, 5)
), kept as (
    insert into payments.bank_anomaly (bank_file, rank, message_id, end_to_end_id, reason, owner)
    select $1, row_number() over (order by o.place, o.end_to_end_id), o.message_id, o.end_to_end_id, o.reason,
           coalesce(a.actor, '')
    from odd o left join unnest($7::int4[], $8::text[]) a(reason, actor) using (reason)
), refused as materialized (
    select nextval('payments.transfer_number') as transfer, * from aimed where verdict = 2 and state in (1, 2)
), released as (
    insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, phase,
                                   earlier_transfer)
    select transfer, tenant, payments.du(tenant, practice), payments.banque(tenant), amount_cents, 3, 3, payment
    from refused
)
insert into payments.payment_event (payment, rank, from_state, state, transfer, bank_file, bank_reason)
select payment, rank + 1, 1, 2, payment, $1, bank_reason from aimed where verdict = 1 and state = 1
union all
select payment, rank + 1, state, 3, transfer, $1, bank_reason from refused
"""
OUTCOMES = """
select
    (select count(*) from payments.bank_line where bank_file = $1) as lines,
    (select count(*) from payments.payment_event where bank_file = $1 and state = 2) as accepted,
    (select count(*) from payments.payment_event where bank_file = $1 and state = 3) as rejected,
    (select count(*) from payments.payment_event where bank_file = $1 and state = 4) as executed,
    (select count(*) from payments.payment_event where bank_file = $1 and state = 5) as returned,
    (select count(*) from payments.bank_match m join payments.bank_line l using (bank_line)
     where l.bank_file = $1 and m.outcome = 3) as confirmed,
    (select count(*) from payments.bank_match m join payments.bank_line l using (bank_line)
     where l.bank_file = $1 and m.outcome = 4) as suspended,
    (select count(*) from payments.bank_anomaly where bank_file = $1) as anomalies
"""
SUSPENSE = """
select l.bank_line, l.tenant, l.direction, l.amount_cents, l.booking_date, l.end_to_end_id, m.reason, m.owner,
       m.payment, m.transfer, f.name as file
from payments.bank_match m join payments.bank_line l using (bank_line) join payments.bank_file f using (bank_file)
where m.outcome = 4 and ($1::int4 is null or l.tenant = $1) and ($2::int8 is null or l.bank_line = $2)
  and not exists (select from payments.transfer t where t.earlier_transfer = m.transfer)
order by l.bank_line
"""
ADD_EXPLANATION = """
insert into payments.explanation (bank_line, transfer, account, note) values ($1, $2, $3, $4)
"""


async def add_bank_file(
    work: Transaction, digest: bytes, name: str, message: str, identification: str, remarks: int
) -> int | None:
    """The number of the file, or None when these bytes were read before."""
    return await connection_of(work).fetchval(ADD_BANK_FILE, digest, name, message, identification, remarks)


async def add_lines(work: Transaction, bank_file: int, tenant: int, bookings: Sequence[Booking]) -> None:
    """Record movements; those that another report brought before are left as they are."""
    async with writing(work) as connection:
        await connection.execute(
            ADD_BANK_LINES,
            bank_file,
            tenant,
            [booking.reference for booking in bookings],
            [booking.end_to_end_id for booking in bookings],
            [booking.batch_id for booking in bookings],
            [int(booking.direction) for booking in bookings],
            [booking.amount_cents for booking in bookings],
            [booking.booking_date for booking in bookings],
            [booking.returned for booking in bookings],
            [booking.bank_reason for booking in bookings],
        )


async def settle_lines(work: Transaction, bank_file: int, report: str, actors: Mapping[int, str]) -> None:
    """Match the new lines of a file, then move what they say: executions, returns, suspense, in that order."""
    async with writing(work) as connection:
        await connection.execute(MATCH, bank_file, report, list(actors), list(actors.values()))
        await connection.execute(EXECUTE, bank_file)
        await connection.execute(RETURN, bank_file)
        await connection.execute(SUSPEND, bank_file)


async def settle_statuses(
    work: Transaction, bank_file: int, statuses: Sequence[Status], actors: Mapping[int, str]
) -> None:
    """Apply what a status report says; what contradicts the books is kept for a person."""
    said = (
        [status.message_id for status in statuses],
        [status.batch_id for status in statuses],
        [status.end_to_end_id for status in statuses],
        [int(status.verdict) for status in statuses],
        [status.bank_reason for status in statuses],
    )
    async with writing(work) as connection:
        await connection.execute(STATUSES, bank_file, *said, list(actors), list(actors.values()))


async def outcomes(work: Transaction, bank_file: int) -> Row:
    row = await connection_of(work).fetchrow(OUTCOMES, bank_file)
    assert row is not None, "an aggregate always has a row"
    return row


async def suspense(work: Transaction, tenant: int | None, bank_line: int | None = None) -> list[Row]:
    """The lines that still wait for a person, of one insurer or of all."""
    return await connection_of(work).fetch(SUSPENSE, tenant, bank_line)


async def add_explanation(work: Transaction, bank_line: int, transfer: int, account: int, note: str) -> None:
    async with writing(work) as connection:
        await connection.execute(ADD_EXPLANATION, bank_line, transfer, account, note)
