set role cloison_owner;

-- The practice gives a promise back before using it: the care did not take place. Only the practice that received it may. What it
-- held of an annual ceiling is free again. Returns whether there was something to give back.
create function rights.release_engagement(p_engagement int8, p_practice int4) returns bool
language plpgsql security definer set search_path = '' as $$
declare
    given rights.engagement;
    place int2;
begin
    select * into given from rights.engagement where engagement = p_engagement and practice = p_practice;
    if not found then
        return false;
    end if;
    insert into rights.engagement_end (engagement, rank, kind)
        select p_engagement, 1 + count(*), 2 from rights.engagement_end x where x.engagement = p_engagement
        having count(*) filter (where x.kind in (1, 2)) = 0     -- a promise whose hold expired still binds, and can be given back
        on conflict do nothing returning rank into place;
    if place is null then
        return false;
    end if;
    update rights.ceiling set held_cents = held_cents - given.held_cents
        where person = given.person and product = given.product and domain = given.domain and year = given.ceiling_year
          and given.held_cents > 0 and place = 1;
    return true;
end $$;
grant execute on function rights.release_engagement to c_portal, c_api, c_card, c_machine, c_office;
grant execute on function rights.expire_engagements to c_office;

reset role;
