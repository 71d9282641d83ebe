set role cloison_owner;

-- The practice gives a promise back before using it: the care did not take place. Only the practice that received it may. What it
-- held of an annual ceiling is free again. Returns whether there was something to give back.
create function rights.release_engagement(p_engagement int8, p_practice int4) returns bool
language plpgsql security definer set search_path = '' as $$
declare
    given rights.engagement;
begin
    select * into given from rights.engagement where engagement = p_engagement and practice = p_practice;
    if not found then
        return false;
    end if;
    insert into rights.engagement_end (engagement, kind) values (p_engagement, 2) on conflict do nothing;
    if not found then
        return false;
    end if;
    update rights.ceiling set held_cents = held_cents - given.held_cents
        where person = given.person and product = given.product and domain = given.domain and year = given.ceiling_year
          and given.held_cents > 0;
    return true;
end $$;
grant execute on function rights.release_engagement to c_portal, c_api, c_card, c_machine, c_office;
grant execute on function rights.expire_engagements to c_office;

reset role;
