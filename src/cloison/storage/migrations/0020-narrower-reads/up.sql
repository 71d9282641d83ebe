set role cloison_owner;

-- A return tells a practice what it billed, by the number of its invoice: payments need not know whose care it was.
revoke select on claims.invoice from c_pay;
grant select (invoice, file, record, batch, tenant, practice, number, care_from, care_to, nature, charged_cents, amc_asked_cents,
              lines) on claims.invoice to c_pay;

-- A promise joins a person to a family of care, and a channel reads such a thing through the log or not at all.
revoke select on rights.engagement, rights.engagement_end from c_office;

reset role;
