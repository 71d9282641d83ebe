-- Nobody may do anything that a later migration does not grant.
revoke all on schema public from public;
do $$ begin execute format('revoke all on database %I from public', current_database()); end $$;
alter default privileges for role cloison_owner revoke execute on functions from public;
alter default privileges for role cloison_owner revoke usage on types from public;

do $$
declare r text;
begin
    foreach r in array array['c_portal','c_api','c_card','c_machine','c_batch','c_insurer','c_office','c_citizen',
                             'c_export','c_pay','s_rights','s_claims'] loop
        execute format('grant connect on database %I to %I', current_database(), r);
        execute format('alter role %I in database %I set timezone = %L', r, current_database(), 'UTC');
    end loop;
    execute format('grant connect, create on database %I to cloison_owner', current_database());
end $$;

create schema vault authorization cloison_owner;
create schema identity authorization cloison_owner;
create schema disclosure authorization cloison_owner;
create schema rights authorization cloison_owner;
create schema claims authorization cloison_owner;
create schema payments authorization cloison_owner;
