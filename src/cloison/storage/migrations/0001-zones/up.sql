-- Nobody may do anything that a later migration does not grant. (What concerns the database as a whole: see storage/migrate.py.)
revoke all on schema public from public;
alter default privileges for role cloison_owner revoke execute on functions from public;
alter default privileges for role cloison_owner revoke usage on types from public;

create schema vault authorization cloison_owner;
create schema identity authorization cloison_owner;
create schema disclosure authorization cloison_owner;
create schema rights authorization cloison_owner;
create schema claims authorization cloison_owner;
create schema payments authorization cloison_owner;
