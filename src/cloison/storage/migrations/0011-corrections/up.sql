set role cloison_owner;

-- To take a due back, it is found by the decision that made it.
create index due_by_reference on payments.transfer (reference) where kind = 1;
grant select on rights.engagement, rights.engagement_end to c_office;

reset role;
