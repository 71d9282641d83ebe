set role cloison_owner;

-- Who had what was sealed written in clear, and what: on record before the first byte is opened.
create function disclosure.open_export(p_account int8, p_detail text) returns int8
language sql security definer set search_path = '' as $$
    insert into disclosure.event (kind, channel, account, detail)
    values ('EXPORT', disclosure.my_channel(), p_account, p_detail) returning event
$$;
grant execute on function disclosure.open_export to c_office;

reset role;
