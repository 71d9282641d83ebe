set role cloison_owner;

-- A row of a product speaks of a family of acts (0: the whole domain; otherwise its place in the table of acts, from 1), of doctors
-- in OPTAM (1), the others (0) or all (-1), and perhaps only of the practices of a network. -1 stands for no cap.
alter table rights.guarantee
    add column family          int2 not null default 0 check (family >= 0),
    add column optam           int2 not null default -1 check (optam between -1 and 1),
    add column network         bool not null default false,
    add column day_cap_cents   int8 not null default -1 check (day_cap_cents >= -1),
    add column pair_cap_cents  int8 not null default -1 check (pair_cap_cents >= -1),
    add column tooth_cap_cents int8 not null default -1 check (tooth_cap_cents >= -1),
    drop constraint guarantee_pkey,
    add primary key (product, domain, family, optam, network, valid_from);

-- The practices with which an insurer negotiated prices, by network and by day.
create table rights.network_member (
    tenant     int4 not null references rights.insurer,
    network    text not null check (network <> ''),
    practice   char(9) not null,                   -- its number, as files carry it: it may be registered later
    valid_from date not null,
    valid_to   date not null default 'infinity',
    primary key (tenant, network, practice, valid_from),
    check (valid_from < valid_to)
);
grant select, insert, update on rights.network_member to s_rights;
grant select on rights.network_member to c_portal, c_api, c_card, c_machine, c_batch, s_claims, c_office;

reset role;
