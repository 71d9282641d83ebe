set role cloison_owner;

-- Where care is given and billed: one professional identity at one place.
create table identity.practice (
    practice    int4 generated always as identity primary key,
    number      text not null unique,           -- FINESS or ADELI, 9 characters
    category    text not null,
    name        text not null,
    departement text not null default '',       -- for a taxi: of its licence (ADS)
    town        text not null default '',
    sector      int2 not null default 0,        -- 1, 2, or 0 where it has no meaning
    optam       bool not null default false,
    specialty   int2 not null default 0,
    since       timestamptz not null default clock_timestamp()
);

-- Who acts. In the day's files an account is the login, or the machine client, that asked.
create table identity.account (
    account  int8 generated always as identity primary key,
    name     text not null unique,
    practice int4 references identity.practice,
    channel  text not null,
    since    timestamptz not null default clock_timestamp()
);
insert into identity.account (name, channel) values ('operator', 'office'), ('batch', 'batch'), ('payments', 'pay');

grant usage on schema identity to c_portal, c_api, c_card, c_machine, c_batch, c_insurer, c_office, c_citizen, c_export,
    c_pay, s_rights, s_claims;
grant select on identity.practice, identity.account to c_portal, c_api, c_card, c_machine, c_batch, c_office, c_pay,
    s_rights, s_claims;
grant insert on identity.practice, identity.account to c_office;

reset role;
