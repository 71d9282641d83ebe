set role cloison_owner;

-- ------------------------------------------------------------------ who a person is, sealed
create table vault.identity (
    person      uuid primary key,                    -- random, another for each insurer
    tenant      int4 not null,
    key_epoch   int2 not null,                       -- of the insurer's key that wraps `dek`
    record_mark int8 not null,                       -- keyed hash of what is sealed: tells that a line changes nothing
    dek         bytea,                               -- the person's key, wrapped; null once destroyed
    sealed      bytea not null,
    written_at  timestamptz not null default now(),
    check ((dek is null) = (length(sealed) = 0))
);

-- ------------------------------------------------------------------ how a person is found
-- Online: card data, or NIR with birth date, rank and AMC. A NIR alone finds nobody here.
create table vault.online_index (
    token  uuid not null,
    tenant int4 not null,
    person uuid not null,
    primary key (token, person)
);

-- Batch zone: the family of a NIR, then the member by the mark of birth date and rank.
create table vault.batch_index (
    nir_token  uuid not null,
    birth_mark int8 not null,
    tenant     int4 not null,
    person     uuid not null,
    primary key (nir_token, person)
);

-- ------------------------------------------------------------------ erasure
-- Destroys the keys of persons, and the ways to find them. What was sealed stays unreadable for ever. Returns how many.
-- It reads the indexes whole: nobody looks for a token by its person, so no index pays for that on every load.
create function vault.shred(p_person uuid[]) returns int4 language plpgsql security definer set search_path = '' as $$
declare
    shredded int4;
begin
    delete from vault.online_index where person = any (p_person);
    delete from vault.batch_index where person = any (p_person);
    update vault.identity set dek = null, sealed = '', record_mark = 0, written_at = now()
        where person = any (p_person) and dek is not null;
    get diagnostics shredded = row_count;
    return shredded;
end $$;

-- ------------------------------------------------------------------ grants
-- The loader writes identities and cannot read one back: `sealed` is not among what it may select.
grant usage on schema vault to s_rights;
grant insert on vault.identity, vault.online_index, vault.batch_index to s_rights;
grant select (person, tenant, key_epoch, record_mark, dek) on vault.identity to s_rights;
grant update (key_epoch, record_mark, dek, sealed, written_at) on vault.identity to s_rights;
grant select on vault.online_index, vault.batch_index to s_rights;
grant execute on function vault.shred to s_rights;

reset role;
