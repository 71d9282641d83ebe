set role cloison_owner;

-- What the complementary insurer that comes first paid for a line; null when no return of it was stated.
alter table claims.line add column paid_by_other_cents int8 check (paid_by_other_cents >= 0);

-- The annual ceiling that a line used up (the `domain` of rights.ceiling); 0 none, null for decisions older than this.
alter table claims.line_decision add column ceiling int2 check (ceiling >= 0);

reset role;
