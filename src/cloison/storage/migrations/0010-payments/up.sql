set role cloison_owner;

-- ------------------------------------------------------------------ books and accounts (see payments/chart.py)
-- Kinds of account: 1 charges, 2 du, 3 banque, 4 suspense. The number of an account says what it is.
create function payments.account_number(tenant int4, kind int2, practice int4) returns int8 language sql immutable
    return (tenant::int8 << 36) + (kind::int8 << 32) + practice;

create function payments.du(tenant int4, practice int4) returns int8 language sql immutable
    return (tenant::int8 << 36) + (2::int8 << 32) + practice;
create function payments.banque(tenant int4) returns int8 language sql immutable
    return (tenant::int8 << 36) + (3::int8 << 32);

-- Whole cents add up to whole cents: an overflow is an error, never a wider type (and this is three times faster).
create aggregate payments.sum_cents(int8) (sfunc = int8pl, stype = int8, initcond = '0');

-- One book per insurer. Its row is the lock of the book: whoever writes in it waits for the one before.
create table payments.book (
    tenant    int4 primary key check (tenant > 0),
    opened_at timestamptz not null default clock_timestamp()
);
create table payments.account (
    account   int8 primary key,
    tenant    int4 not null,
    kind      int2 not null check (kind between 1 and 4),
    practice  int4 not null,
    opened_at timestamptz not null default now(),
    check (account = payments.account_number(tenant, kind, practice)),
    check ((kind = 2) = (practice > 0) and practice >= 0 and tenant > 0)
);
create table payments.balance (
    account         int8 primary key,
    debits_posted   int8 not null default 0,
    credits_posted  int8 not null default 0,
    debits_pending  int8 not null default 0 check (debits_pending >= 0),
    credits_pending int8 not null default 0 check (credits_pending >= 0)
) with (fillfactor = 45);
create table payments.total (
    tenant       int4 not null,
    kind         int2 not null,
    phase        int2 not null,
    transfers    int8 not null,
    amount_cents int8 not null,
    primary key (tenant, kind, phase)
) with (fillfactor = 50);

-- ------------------------------------------------------------------ the ledger
-- Kinds: 1 due, 2 cancellation, 3 payment, 4 return, 5 unknown debit, 6 unknown credit, 7 explanation, 8 recovery.
-- Phases: 0 posted, 1 pending, 2 posting of a pending one, 3 voiding of a pending one.
-- A transfer that answers another names it, and each is answered once: cancelled, resolved, returned or explained.
create sequence payments.transfer_number cache 1;
create table payments.transfer (
    transfer         int8 primary key,
    tenant           int4 not null,
    debit_account    int8 not null,
    credit_account   int8 not null,
    amount_cents     int8 not null check (amount_cents > 0),
    kind             int2 not null,
    phase            int2 not null default 0,
    earlier_transfer int8,
    reference        int8 not null default 0,       -- a decision of the claims part, a line of a bank, or what a recovery repays
    recorded_at      timestamptz not null default now(),
    constraint one_book check (debit_account >> 36 = tenant and credit_account >> 36 = tenant),
    constraint sides check (
        case kind
            when 1 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (1, 2)
            when 2 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (2, 1)
            when 3 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (2, 3)
            when 4 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (3, 2)
            when 5 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (4, 3)
            when 6 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (3, 4)
            when 7 then (debit_account >> 32 & 15, credit_account >> 32 & 15) in ((3, 4), (4, 3))
            when 8 then (debit_account >> 32 & 15, credit_account >> 32 & 15) = (4, 2)
            else false
        end),
    constraint phases check (case when kind = 3 then phase in (1, 2, 3) else phase = 0 end),
    constraint answers check ((earlier_transfer is not null) = (kind in (2, 4, 7, 8) or phase in (2, 3)))
);
create unique index answered_once on payments.transfer (earlier_transfer) where earlier_transfer is not null;

-- What the next payment run will gather: derived from the ledger, in the same transaction, never written by hand. It is read as
-- a whole and emptied by each run, so it has no index.
create table payments.open_line (
    transfer     int8 not null,
    account      int8 not null,
    amount_cents int8 not null
);

create function payments.refuse(why text) returns void language plpgsql set search_path = '' as
$$ begin raise exception '%', why using errcode = 'PAY00'; end $$;

create function payments.open_balances() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into payments.balance (account) select account from added;
    return null;
end $$;
create trigger balances after insert on payments.account referencing new table as added
    for each statement execute function payments.open_balances();

-- Everything that makes a set of new transfers true, over the whole set at once: COPY of a million is one call.
create function payments.keep_books() returns trigger language plpgsql security definer
    set search_path = '' set plan_cache_mode = force_custom_plan set enable_nestloop = on as $$
declare
    unknown_debits  int8;
    unknown_credits int8;
    exceeded        int8;
    unsettled       int8;
begin
    if session_user = 's_claims' and exists (select from added where kind not in (1, 2)) then
        perform payments.refuse('claims say what is due; they move no money');
    end if;
    perform from payments.book where tenant in (select tenant from added) order by tenant for no key update;

    if exists (select from added where earlier_transfer is not null) and exists (
        select from added a left join payments.transfer e on e.transfer = a.earlier_transfer
        where a.earlier_transfer is not null and not coalesce(
            a.amount_cents = e.amount_cents and a.transfer > e.transfer and case
                when a.phase in (2, 3) then e.phase = 1
                     and (a.debit_account, a.credit_account) = (e.debit_account, e.credit_account)
                when a.kind = 8 then e.kind = 6 and a.debit_account = e.credit_account
                else (a.debit_account, a.credit_account) = (e.credit_account, e.debit_account)
                     and case a.kind when 2 then e.kind = 1 when 4 then e.kind = 3 and e.phase = 2
                                     when 7 then e.kind in (5, 6) end
            end, false)
    ) then
        perform payments.refuse('a transfer answers one that does not exist or does not fit');
    end if;

    -- In the order of accounts, so that neighbours in the table are met together.
    with moved as materialized (
        select debit_account as account, bool_or(kind = 3 and phase = 1) as paying,
               payments.sum_cents(amount_cents) filter (where phase in (0, 2)) as posted,
               payments.sum_cents(case phase when 1 then amount_cents else -amount_cents end) filter (where phase > 0) as pending
        from added group by debit_account order by debit_account
    ), applied as (
        update payments.balance b
        set debits_posted = b.debits_posted + m.posted, debits_pending = b.debits_pending + m.pending
        from moved m where m.account = b.account
        returning m.paying and b.credits_posted - b.debits_posted - b.debits_pending < 0 as too_much
    )
    select (select count(*) from moved) - count(*), count(*) filter (where too_much) from applied into unknown_debits, exceeded;
    with moved as materialized (
        select credit_account as account,
               payments.sum_cents(amount_cents) filter (where phase in (0, 2)) as posted,
               payments.sum_cents(case phase when 1 then amount_cents else -amount_cents end) filter (where phase > 0) as pending
        from added group by credit_account order by credit_account
    ), applied as (
        update payments.balance b
        set credits_posted = b.credits_posted + m.posted, credits_pending = b.credits_pending + m.pending
        from moved m where m.account = b.account
        returning 1
    )
    select (select count(*) from moved) - count(*) from applied into unknown_credits;
    if unknown_debits <> 0 or unknown_credits <> 0 then
        perform payments.refuse('a transfer names an account that was never opened');
    end if;
    -- What came in earlier stands in the balance; what this very set brings in is not there to be paid yet.
    if exceeded <> 0 then
        perform payments.refuse('a payment exceeds what is due');
    end if;

    insert into payments.total as t (tenant, kind, phase, transfers, amount_cents)
    select tenant, kind, phase, count(*), payments.sum_cents(amount_cents) from added group by tenant, kind, phase
    on conflict (tenant, kind, phase) do update
    set transfers = t.transfers + excluded.transfers, amount_cents = t.amount_cents + excluded.amount_cents;

    -- A practice that pays back what was taken back settles it: the next payment no longer deducts it.
    if exists (select from added where kind = 8) then
        with settled as (
            delete from payments.open_line o using added a
            where a.kind = 8 and o.transfer = a.reference and o.account = a.credit_account and o.amount_cents = -a.amount_cents
            returning 1
        )
        select (select count(*) from added where kind = 8) - count(*) from settled into unsettled;
        if unsettled <> 0 then
            perform payments.refuse('a recovery repays one sum taken back that was not deducted yet');
        end if;
    end if;
    insert into payments.open_line (transfer, account, amount_cents)
    select transfer,
           case when kind = 2 or phase = 3 then debit_account else credit_account end,
           case when kind = 2 then -amount_cents else amount_cents end
    from added where kind in (1, 2, 4) or phase = 3;
    return null;
end $$;
create trigger books after insert on payments.transfer referencing new table as added
    for each statement execute function payments.keep_books();

-- Whoever writes in several books, or must see all that is in them, takes them first, in one order for everybody; nobody else
-- writes in them until he ends. Without `p_tenants`: those in which something is due. Gives the books that are locked: what
-- is due in another came after, and waits for the next run.
create function payments.lock_books(p_tenants int4[] default null) returns int4[]
language plpgsql security definer set search_path = '' as $$
declare
    locked int4[];
begin
    select array_agg(b.tenant) into locked from (
        select tenant from payments.book
        where tenant = any (coalesce(p_tenants, array(select distinct (account >> 36)::int4 from payments.open_line)))
        order by tenant for no key update) b;
    return coalesce(locked, '{}');
end $$;

-- ------------------------------------------------------------------ bank details: sealed, kept for ever, read by c_pay alone
-- The latest line of a holder is in force. An order keeps the line that it was written with.
create table payments.bank_account (
    bank_account int8 generated always as identity primary key,
    holder       int2 not null check (holder in (1, 2)),     -- 1 insurer, 2 practice
    number       int4 not null check (number > 0),           -- of the insurer or of the practice
    sealed       bytea not null,                             -- IBAN, BIC and name, under the key `bank`
    last4        text not null check (length(last4) = 4),
    recorded_at  timestamptz not null default now()
);
create index bank_account_by_holder on payments.bank_account (holder, number, bank_account desc);

create view payments.bank_account_in_force with (security_invoker = true) as
    select distinct on (holder, number) bank_account, holder, number from payments.bank_account
    order by holder, number, bank_account desc;

-- What each insurer owes each practice, and where from and to it can be paid.
create view payments.owed with (security_invoker = true) as
    select o.account, (o.account >> 36)::int4 as tenant, (o.account & 4294967295)::int4 as practice, o.amount_cents, o.lines,
           payer.bank_account as payer_account, payee.bank_account as payee_account
    from (select account, payments.sum_cents(amount_cents) as amount_cents, count(*)::int4 as lines
          from payments.open_line group by account) o
    left join payments.bank_account_in_force payer on payer.holder = 1 and payer.number = (o.account >> 36)::int4
    left join payments.bank_account_in_force payee on payee.holder = 2 and payee.number = (o.account & 4294967295)::int4
    where o.amount_cents <> 0;

-- ------------------------------------------------------------------ runs, orders, payments
create table payments.run (
    run            int4 generated always as identity primary key,
    execution_date date not null,
    rank           int4 not null check (rank > 0),           -- the nth run of that day, chosen by whoever starts it
    started_at     timestamptz not null default now(),
    unique (execution_date, rank)
);
create sequence payments.payment_order_number;
create table payments.payment_order (
    payment_order   int8 primary key,
    run             int4 not null references payments.run,
    tenant          int4 not null,
    part            int4 not null,
    message_id      text not null unique check (length(message_id) <= 35),
    payer_account   int8 not null references payments.bank_account,
    execution_date  date not null,
    payments        int4 not null check (payments > 0),
    amount_cents    int8 not null check (amount_cents > 0),
    created_at      timestamptz not null default now(),
    unique (run, tenant, part)
);
-- The file of an order, the first time it was written: a second writing must give the same digest.
create table payments.payment_order_file (
    payment_order int8 primary key references payments.payment_order,
    digest        bytea not null check (octet_length(digest) = 32),
    size_bytes    int8 not null,
    written_at    timestamptz not null default now()
);
-- A payment is its pending transfer, and bears its number.
create table payments.payment (
    payment        int8 primary key,
    payment_order  int8 not null,
    tenant         int4 not null,
    practice       int4 not null,
    amount_cents   int8 not null check (amount_cents > 0),
    lines          int4 not null check (lines > 0),
    end_to_end_id  text not null unique check (length(end_to_end_id) <= 32),   -- the label of NOEMIE 071 holds 32
    execution_date date not null,
    payee_account  int8 not null,
    xact           xid8 not null default pg_current_xact_id()
);
create index payment_by_order on payments.payment (payment_order);
create index payment_by_practice on payments.payment (practice, payment);
create table payments.payment_line (
    transfer     int8 primary key,                           -- a transfer is paid once
    payment      int8 not null,
    amount_cents int8 not null
);
create index payment_line_by_payment on payments.payment_line (payment);

-- Each payment has its pending transfer, of the same amount and between the right accounts, and its lines.
create function payments.check_payments() returns trigger language plpgsql security definer
    set search_path = '' set plan_cache_mode = force_custom_plan set enable_nestloop = on as $$
begin
    if exists (
        select from added a
        left join payments.transfer t on t.transfer = a.payment
        where not coalesce(t.kind = 3 and t.phase = 1 and t.amount_cents = a.amount_cents
                           and t.debit_account = payments.du(a.tenant, a.practice), false)
    ) then
        perform payments.refuse('a payment is a pending transfer of what is due to the practice');
    end if;
    if exists (
        select from added a
        where not exists (select from payments.payment_line l where l.payment = a.payment)
    ) then
        perform payments.refuse('a payment has lines');
    end if;
    return null;
end $$;
create trigger made_of_lines after insert on payments.payment referencing new table as added
    for each statement execute function payments.check_payments();

-- The lines of a payment come with it, all at once, each still open, and make its amount to the cent.
create function payments.take_lines() returns trigger language plpgsql security definer
    set search_path = '' set plan_cache_mode = force_custom_plan set enable_nestloop = on as $$
declare
    wanted int8;
    taken  int8;
begin
    select count(*) from added into wanted;
    with gone as (
        delete from payments.open_line o using added a
        where o.transfer = a.transfer and o.amount_cents = a.amount_cents
        returning a.payment, o.account, o.amount_cents
    ), gathered as (
        select payment, account, count(*) as lines, payments.sum_cents(amount_cents) as amount_cents
        from gone group by payment, account
    )
    select coalesce(sum(g.lines), 0)
    from gathered g join payments.payment p
      on p.payment = g.payment and p.lines = g.lines and p.amount_cents = g.amount_cents
     and g.account = payments.du(p.tenant, p.practice) and p.xact = pg_current_xact_id()
    into taken;
    if wanted <> taken then
        perform payments.refuse('the lines of a payment are open, of one practice, and make its amount');
    end if;
    return null;
end $$;
create trigger takes_lines after insert on payments.payment_line referencing new table as added
    for each statement execute function payments.take_lines();

-- ------------------------------------------------------------------ states of a payment (drawn in docs/payments.md)
create table payments.payment_state (state int2 primary key, name text not null unique, meaning text not null);
insert into payments.payment_state values
    (1, 'ordered', 'in an order to the bank of the insurer; the sum is reserved'),
    (2, 'accepted', 'the bank took the order; nothing has moved'),
    (3, 'rejected', 'the bank refused the order; the sum is due again'),
    (4, 'executed', 'the account of the insurer was debited'),
    (5, 'returned', 'the money came back; the sum is due again');
create table payments.payment_transition (from_state int2, state int2, primary key (from_state, state));
insert into payments.payment_transition values (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (4, 5);
-- What happened to a payment after it was ordered. The last line is its state; without any, it is ordered.
create table payments.payment_event (
    payment     int8 not null,
    rank        int2 not null check (rank > 0),
    from_state  int2 not null,
    state       int2 not null,
    transfer    int8 not null,                    -- the movement that this state stands on
    bank_file   int8 not null,
    bank_reason text not null default '' check (length(bank_reason) <= 4),
    recorded_at timestamptz not null default now(),
    primary key (payment, rank)
);
create function payments.check_events() returns trigger language plpgsql security definer
    set search_path = '' set plan_cache_mode = force_custom_plan set enable_nestloop = on as $$
begin
    if exists (
        select from added a
        left join payments.payment p on p.payment = a.payment
        left join payments.payment_transition n on n.from_state = a.from_state and n.state = a.state
        left join payments.payment_event b on b.payment = a.payment and b.rank = a.rank - 1
        left join payments.transfer t on t.transfer = a.transfer
        left join payments.transfer e on e.transfer = t.earlier_transfer
        where p.payment is null or n.state is null
           or a.from_state <> case when a.rank = 1 then 1 else coalesce(b.state, 0) end
           or not coalesce(case a.state
                when 2 then a.transfer = a.payment
                when 3 then t.earlier_transfer = a.payment and t.phase = 3
                when 4 then t.earlier_transfer = a.payment and t.phase = 2
                when 5 then t.kind = 4 and e.earlier_transfer = a.payment
              end, false)
    ) then
        perform payments.refuse('this state cannot follow, or stands on no movement');
    end if;
    return null;
end $$;
create trigger transitions after insert on payments.payment_event referencing new table as added
    for each statement execute function payments.check_events();

create view payments.payment_now with (security_invoker = true) as
    select p.payment, p.payment_order, p.tenant, p.practice, p.amount_cents, p.end_to_end_id, p.execution_date,
           coalesce(e.state, 1::int2) as state, coalesce(e.rank, 0::int2) as rank
    from payments.payment p
    left join lateral (select state, rank from payments.payment_event e where e.payment = p.payment
                       order by rank desc limit 1) e on true;

-- ------------------------------------------------------------------ what banks answered
create table payments.bank_file (
    bank_file      int8 generated always as identity primary key,
    digest         bytea not null unique check (octet_length(digest) = 32),
    name           text not null,
    message        text not null,
    identification text not null,
    remarks        int4 not null default 0,
    read_at        timestamptz not null default now()
);
-- A movement of an insurer's account, as the bank wrote it. The same one, reported again, is the same line.
create sequence payments.bank_line_number;
create table payments.bank_line (
    bank_line     int8 primary key default nextval('payments.bank_line_number'),
    bank_file     int8 not null,
    tenant        int4 not null,
    reference     text not null,
    end_to_end_id text not null,
    batch_id      text not null,
    direction     int2 not null check (direction in (1, 2)),
    amount_cents  int8 not null check (amount_cents > 0),
    booking_date  date not null,
    returned      bool not null,
    bank_reason   text not null,
    unique (tenant, reference, end_to_end_id, direction, amount_cents, booking_date)
);
create index bank_line_by_file on payments.bank_line (bank_file);
-- Outcomes: 1 executed, 2 returned, 3 confirmed (already known from another report), 4 suspense.
create table payments.bank_match (
    bank_line     int8 primary key,
    outcome       int2 not null check (outcome between 1 and 4),
    payment       int8,                            -- one payment,
    payment_order int8,                            -- or all those of an order that the bank debited at once
    reason        int2 not null,                   -- why a person must look; 0 when nobody must
    owner         text not null,                   -- who: an actor of errors.py
    transfer      int8,                            -- the movement in suspense
    matched_at    timestamptz not null default now(),
    check ((outcome = 4) = (reason > 0)),
    check ((outcome = 4) = (transfer is not null))
);
create index bank_match_by_payment on payments.bank_match (payment) where payment is not null;
create index bank_match_by_order on payments.bank_match (payment_order) where payment_order is not null;
-- A verdict that changed nothing because it contradicts what is known, or cites no order of ours.
create table payments.bank_anomaly (
    bank_file     int8 not null references payments.bank_file,
    rank          int4 not null,
    message_id    text not null,
    end_to_end_id text not null,
    reason        int2 not null,
    owner         text not null,
    primary key (bank_file, rank)
);
create table payments.explanation (
    bank_line    int8 primary key references payments.bank_line,
    transfer     int8 not null unique,
    account      int8 not null,                    -- who explained it
    note         text not null check (length(note) between 1 and 500),
    explained_at timestamptz not null default now()
);

-- ------------------------------------------------------------------ what is written stays written
create function payments.refuse_change() returns trigger language plpgsql set search_path = '' as
$$ begin
    raise exception 'payments are append-only: a correction is a new transfer that names the old' using errcode = 'PAY00';
end $$;
do $$ declare t text; begin
    foreach t in array array['book', 'account', 'transfer', 'bank_account', 'run', 'payment_order', 'payment_order_file',
                             'payment', 'payment_line', 'payment_event', 'bank_file', 'bank_line', 'bank_match',
                             'bank_anomaly', 'explanation', 'payment_state', 'payment_transition'] loop
        execute format('create trigger append_only before update or delete or truncate on payments.%I
                        for each statement execute function payments.refuse_change()', t);
    end loop;
    -- What is derived from the ledger changes only inside the ledger's own triggers.
    foreach t in array array['balance', 'total', 'open_line'] loop
        execute format('create trigger derived before insert or update or delete on payments.%I
                        for each statement when (pg_trigger_depth() = 0) execute function payments.refuse_change()', t);
        execute format('create trigger derived_whole before truncate on payments.%I
                        for each statement execute function payments.refuse_change()', t);
    end loop;
end $$;

-- ------------------------------------------------------------------ who may do what
grant usage on schema payments to s_claims, c_pay, c_office, c_insurer;
grant select, insert on payments.book, payments.account, payments.transfer to s_claims, c_pay;
grant select on payments.payment, payments.payment_line, payments.payment_event, payments.balance, payments.total to s_claims;
grant usage on sequence payments.transfer_number to s_claims, c_pay;
grant usage on sequence payments.payment_order_number, payments.bank_line_number to c_pay;
grant select, insert on payments.run, payments.payment_order, payments.payment_order_file, payments.payment,
    payments.payment_line, payments.payment_event, payments.bank_file, payments.bank_line, payments.bank_match,
    payments.bank_anomaly, payments.explanation, payments.bank_account to c_pay;
grant select on payments.balance, payments.total, payments.open_line, payments.payment_state,
    payments.payment_transition, payments.bank_account_in_force, payments.owed, payments.payment_now to c_pay;
grant execute on function payments.account_number(int4, int2, int4), payments.sum_cents(int8), payments.du(int4, int4),
    payments.banque(int4) to s_claims, c_pay;
grant execute on function payments.lock_books(int4[]) to c_pay;
-- Bank details are written by the office, which then sees the last four characters only.
grant insert on payments.bank_account to c_office;
grant select (bank_account, holder, number, last4, recorded_at) on payments.bank_account to c_office;

reset role;
