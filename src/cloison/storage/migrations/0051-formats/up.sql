set role cloison_owner;

-- How the sealed bytes of a file are to be read again: records of B2, or lines of the project's own format of invoices.
alter table claims.file add column format text not null default 'b2' check (format in ('b2', 'invoices'));

create or replace function claims.check_file_state() returns trigger language plpgsql set search_path = '' as $$
begin
    if new.state <> old.state
       and not exists (select from claims.file_transition where from_state = old.state and to_state = new.state) then
        raise exception 'a file cannot go from state % to %', old.state, new.state using errcode = 'check_violation';
    end if;
    if (new.name, new.digest, new.size_bytes, new.spool, new.received_at, new.format) is distinct from
       (old.name, old.digest, old.size_bytes, old.spool, old.received_at, old.format) then
        raise exception 'what was received does not change' using errcode = 'check_violation';
    end if;
    return new;
end $$;

reset role;
