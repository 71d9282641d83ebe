set role cloison_owner;

-- The batch channel writes its lines of the log by COPY, so it names the reservation itself: it must be one of its own. The
-- other channels write through functions, which see to that.
create function disclosure.refuse_lines_of_others() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if exists (
        select from (select distinct reservation from added) a
        left join disclosure.reservation r on r.reservation = a.reservation
        where r.channel is distinct from disclosure.my_channel()
    ) then
        raise exception 'a channel writes in its own reservations' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
create trigger own_lines after insert on disclosure.entry referencing new table as added
    for each statement when (session_user = 'c_batch') execute function disclosure.refuse_lines_of_others();
create trigger own_lines after insert on disclosure.settlement referencing new table as added
    for each statement when (session_user = 'c_batch') execute function disclosure.refuse_lines_of_others();

reset role;
