set role cloison_owner;

-- ------------------------------------------------------------------ windows: what a channel may read of its own
-- A window is an empty table that its batch table inherits from. Who reads the window reads the rows below, in these columns only,
-- under the row security of the window. Who writes the batch table, by COPY, meets none: PostgreSQL refuses COPY under row security.
-- A window is read for the insurer or the practice that the transaction named (storage.database.transaction). Unnamed, the setting
-- does not exist, or is empty and no number: an error, never all rows.
-- No window shows care, a person or a pseudonym: these are read through reservations alone.

create table claims.own_invoice (
    invoice  int8 not null,
    file     int4 not null,
    record   int4 not null,
    batch    int4 not null,
    tenant   int4 not null,
    practice int4 not null,
    number   char(9) not null,
    lines    int2 not null
);
create table claims.own_decision (
    decision   int8 not null,
    invoice    int8 not null,
    kind       int2 not null,
    replaces   int8,
    state      int2 not null,
    tariff     text not null,
    decided_at timestamptz not null
);
create table payments.own_payment (
    payment        int8 not null,
    payment_order  int8 not null,
    tenant         int4 not null,
    practice       int4 not null,
    amount_cents   int8 not null,
    lines          int4 not null,
    end_to_end_id  text not null,
    execution_date date not null
);
create table payments.own_payment_line (
    transfer     int8 not null,
    payment      int8 not null,
    amount_cents int8 not null
);
create table payments.own_payment_event (
    payment     int8 not null,
    rank        int2 not null,
    state       int2 not null,
    bank_reason text not null,
    recorded_at timestamptz not null
);
create table payments.own_transfer (
    transfer       int8 not null,
    tenant         int4 not null,
    credit_account int8 not null,
    amount_cents   int8 not null,
    kind           int2 not null,
    reference      int8 not null
);
create table payments.own_order (
    payment_order  int8 not null,
    run            int4 not null,
    tenant         int4 not null,
    part           int4 not null,
    message_id     text not null,
    execution_date date not null,
    payments       int4 not null,
    amount_cents   int8 not null,
    created_at     timestamptz not null
);
create table rights.own_movement_file (
    file           int4 not null,
    tenant         int4 not null,
    name           text not null,
    sha256         bytea not null,
    format         text not null,
    state          text not null,
    reason         int2 not null,
    corrects       int4,
    lines          int4 not null,
    added          int4 not null,
    amended        int4 not null,
    ended          int4 not null,
    unchanged      int4 not null,
    quarantined    int4 not null,
    received_at    timestamptz not null,
    checked_at     timestamptz,
    loaded_at      timestamptz,
    rolled_back_at timestamptz
);
create table rights.own_quarantine (
    file   int4 not null,
    line   int4 not null,
    reason int2 not null,
    field  text not null,
    state  text not null
);

alter table claims.invoice inherit claims.own_invoice;
alter table claims.decision inherit claims.own_decision;
alter table payments.payment inherit payments.own_payment;
alter table payments.payment_line inherit payments.own_payment_line;
alter table payments.payment_event inherit payments.own_payment_event;
alter table payments.transfer inherit payments.own_transfer;
alter table payments.payment_order inherit payments.own_order;
alter table rights.movement_file inherit rights.own_movement_file;
alter table rights.quarantine inherit rights.own_quarantine;

-- ------------------------------------------------------------------ nobody writes through a window
-- The triggers below, which keep books append-only, fire for the statement's own table: through a window they would not.
create function identity.refuse_write() returns trigger language plpgsql set search_path = '' as
$$ begin raise exception 'a window is read, never written through' using errcode = 'insufficient_privilege'; end $$;

do $$
declare
    opened text;
    each regclass;
begin
    foreach opened in array array['claims.own_invoice', 'claims.own_decision', 'payments.own_payment',
                                  'payments.own_payment_line', 'payments.own_payment_event', 'payments.own_transfer',
                                  'payments.own_order', 'rights.own_movement_file', 'rights.own_quarantine'] loop
        each := opened::regclass;
        execute format('create trigger read_only before insert or update or delete or truncate on %s
                        for each statement execute function identity.refuse_write()', each);
        execute format('alter table %s enable row level security', each);
        execute format('alter table %s force row level security', each);
    end loop;
end $$;

-- ------------------------------------------------------------------ whose rows
-- Practices: where each invoice stands, and what was paid.
create policy of_practice on claims.own_invoice for select to c_portal, c_api, c_machine
    using (practice = current_setting('cloison.practice')::int4);
create policy of_practice on claims.own_decision for select to c_portal, c_api, c_machine
    using (exists (select from claims.own_invoice i where i.invoice = own_decision.invoice));
create policy of_practice on payments.own_payment for select to c_portal, c_api, c_machine
    using (practice = current_setting('cloison.practice')::int4);
create policy of_practice on payments.own_payment_line for select to c_portal, c_api, c_machine
    using (exists (select from payments.own_payment p where p.payment = own_payment_line.payment));
create policy of_practice on payments.own_payment_event for select to c_portal, c_api, c_machine
    using (exists (select from payments.own_payment p where p.payment = own_payment_event.payment));
-- What is due to them: the number of an account says whose it is (payments/chart.py).
create policy of_practice on payments.own_transfer for select to c_portal, c_api, c_machine
    using (kind = 1 and credit_account & 4294967295 = current_setting('cloison.practice')::int8);

-- Insurers: their files of movements, their orders and payments; and no care.
create policy of_insurer on payments.own_payment for select to c_insurer
    using (tenant = current_setting('cloison.tenant')::int4);
create policy of_insurer on payments.own_payment_event for select to c_insurer
    using (exists (select from payments.own_payment p where p.payment = own_payment_event.payment));
create policy of_insurer on payments.own_order for select to c_insurer
    using (tenant = current_setting('cloison.tenant')::int4);
create policy of_insurer on rights.own_movement_file for select to c_insurer
    using (tenant = current_setting('cloison.tenant')::int4);
create policy of_insurer on rights.own_quarantine for select to c_insurer
    using (exists (select from rights.own_movement_file f where f.file = own_quarantine.file));

grant usage on schema claims to c_portal, c_api, c_machine;
grant usage on schema payments to c_portal, c_api, c_machine;
grant usage on schema rights to c_insurer;
grant select on claims.own_invoice, claims.own_decision, payments.own_payment, payments.own_payment_line,
    payments.own_payment_event, payments.own_transfer to c_portal, c_api, c_machine;
grant select on payments.own_payment, payments.own_payment_event, payments.own_order, rights.own_movement_file,
    rights.own_quarantine to c_insurer;

-- ------------------------------------------------------------------ the accounts of everybody
-- A list of logins, with their practices. Only who signs people in, and the office, needs it.
revoke select on identity.account from c_portal, c_api, c_card, c_machine, c_batch, c_pay, s_rights, s_claims;

reset role;
