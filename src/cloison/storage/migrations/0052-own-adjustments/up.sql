set role cloison_owner;

-- A practice sees what was taken back from it beside what is due to it: without it, a payment would not add up to its lines.
alter table payments.own_transfer add column debit_account int8 not null;
drop policy of_practice on payments.own_transfer;
create policy of_practice on payments.own_transfer for select to c_portal, c_api, c_machine using (
    (kind = 1 and credit_account & 4294967295 = current_setting('cloison.practice')::int8)
    or (kind = 2 and debit_account & 4294967295 = current_setting('cloison.practice')::int8)
);

reset role;
