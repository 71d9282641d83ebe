"""Every column says what it could tell about an insured person, and each role reads only what it is listed for."""

import re
from collections import defaultdict

import asyncpg
import pytest

from cloison.storage.classify import Class, classes
from cloison.storage.roles import CHANNELS, Role

SENSITIVE = (Class.PSEUDONYM, Class.PERSONAL, Class.HEALTH, Class.SECRET)
EVERY_COLUMN = """
    select n.nspname || '.' || c.relname as relation, a.attname as column
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
"""
ALLOWED = f"""
    select e.relation, e.column, r.rolname as role, p.privilege
    from ({EVERY_COLUMN}) e cross join pg_roles r cross join unnest($2::text[]) as p (privilege)
    where r.rolname = any ($1::text[]) and has_column_privilege(r.oid, e.relation, e.column, p.privilege)
"""

# A channel reads persons through the functions of the log. What it may read of them in a table is listed here, in full:
# payments read what was billed, and not for whom.
CHANNELS_READ = {
    (Role.PAY, "claims.invoice"): {"care_from", "care_to", "nature", "charged_cents", "amc_asked_cents"},
    (Role.PAY, "claims.line"): {"code", "care_date", "quantity", "coefficient", "charged_cents"},
    (Role.PAY, "claims.decision"): {"reason", "base_cents", "amo_cents", "amc_cents", "own_cents"},
    (Role.PAY, "claims.line_decision"): {"base_cents", "rate_bp", "amo_cents", "amc_cents", "reason"},
    (Role.PAY, "payments.bank_account"): {"sealed"},
} | {
    (role, "exchanges.document"): {"document", "name", "digest", "patient", "about", "status", "outcome", "use", "day"}
    for role in (Role.PORTAL, Role.API, Role.MACHINE)
}  # fmt: skip
CHANNELS_WRITE = {
    (Role.BATCH, "disclosure.entry"): {"token", "mark", "request_hash", "act_family", "care_date"},
    (Role.BATCH, "disclosure.settlement"): {"person", "result"},
    (Role.OFFICE, "payments.bank_account"): {"sealed"},
    (Role.PAY, "payments.bank_account"): {"sealed"},
}
# The two services decide in batches. The loader writes identities and cannot read one back; claims reach no identity.
SERVICES_READ = {
    (Role.RIGHTS, "vault.identity"): {"person", "record_mark", "dek"},
    (Role.RIGHTS, "vault.online_index"): {"token", "person"},
    (Role.RIGHTS, "vault.batch_index"): {"nir_token", "birth_mark", "person"},
    (Role.RIGHTS, "rights.movement_file"): {"dek"},
    (Role.RIGHTS, "rights.quarantine"): {"sealed"},
    (Role.RIGHTS, "rights.coverage"): {
        "person", "contract", "product", "quality", "ordre", "valid_from", "valid_to"
    },
    (Role.CLAIMS, "rights.engagement"): {
        "engagement", "person", "coverage", "product", "valid_to", "hold_until", "domain", "valid_from", "held_cents",
        "ceiling_year",
    },
    (Role.CLAIMS, "rights.engagement_end"): {"engagement"},
    (Role.CLAIMS, "rights.engagement_hold"): {"engagement", "account", "held_cents"},
    (Role.CLAIMS, "rights.engagement_extension"): {"engagement", "valid_to", "hold_until"},
    (Role.CLAIMS, "claims.quote"): {
        "quote", "person", "coverage", "product", "domain", "care_from", "care_to", "charged_cents", "base_cents",
        "amo_cents", "amc_cents", "own_cents", "reason"
    },
    (Role.CLAIMS, "claims.quote_line"): {
        "quote", "code", "care_date", "quantity", "coefficient", "charged_cents", "base_cents", "rate_bp", "amo_cents",
        "amc_cents", "own_cents", "reason"
    },
    (Role.CLAIMS, "claims.quote_number"): {"quote", "engagement"},
    (Role.CLAIMS, "claims.quote_promise"): {"quote", "promised_cents"},
    (Role.CLAIMS, "claims.quote_event"): {"quote", "amount_cents", "valid_to", "hold_until", "reason"},
    (Role.CLAIMS, "rights.ceiling"): {
        "person", "product", "ceiling_cents", "domain", "year", "used_cents", "held_cents"
    },
    (Role.CLAIMS, "rights.cap_use"): {"person", "product", "account", "kind", "what", "cents"},
    (Role.CLAIMS, "claims.invoice"): {
        "person", "engagement", "care_from", "care_to", "nature", "charged_cents", "amc_asked_cents"
    },
    (Role.CLAIMS, "claims.line"): {
        "code", "care_date", "quantity", "coefficient", "charged_cents", "asked_cents", "paid_by_other_cents"
    },
    (Role.CLAIMS, "claims.decision"): {"reason", "base_cents", "amo_cents", "amc_cents", "own_cents"},
    (Role.CLAIMS, "claims.line_decision"): {
        "product", "base_cents", "rate_bp", "amo_cents", "amc_cents", "own_cents", "reason", "ceiling"
    },
}  # fmt: skip

CONTACT = re.compile(
    r"iban|bic|rib|bank|compte|account|address|adresse|street|rue|voie|postal|postcode|zip|city|ville|town|commune|phone|tel|"
    r"mobile|e?mail|courriel|nir|nom|name|prenom|first|birth|naissance|civil"
)


async def unlisted(owner: asyncpg.Connection) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The columns of the database that have no class, and the classes that have no column."""
    columns = {(row["relation"], row["column"]) for row in await owner.fetch(EVERY_COLUMN)}
    return columns - classes().keys(), classes().keys() - columns


async def privileges(
    owner: asyncpg.Connection, roles: tuple[Role, ...], *kinds: str
) -> dict[tuple[Role, str], set[str]]:
    """The sensitive columns on which each of these roles has one of these privileges, by role and table."""
    known, found = classes(), defaultdict[tuple[Role, str], set[str]](set)
    for row in await owner.fetch(ALLOWED, [role.value for role in roles], list(kinds)):
        if known.get((row["relation"], row["column"]), Class.SECRET) in SENSITIVE:
            found[Role(row["role"]), row["relation"]].add(row["column"])
    return dict(found)


async def test_every_column_of_every_table_has_a_class_and_every_class_its_column(owner: asyncpg.Connection) -> None:
    assert await unlisted(owner) == (set(), set())


@pytest.mark.parametrize(
    "change",
    [
        "alter table rights.coverage add column telephone text",
        "create table claims.note (note text)",
        "create view identity.everybody as select person from vault.identity",
        "create materialized view payments.everybody as select person from vault.identity",
    ],
)
async def test_a_column_that_nobody_classified_is_found(owner: asyncpg.Connection, change: str) -> None:
    await owner.execute(change)
    without_class, without_column = await unlisted(owner)
    assert len(without_class) == 1
    assert not without_column


async def test_a_class_without_its_column_is_found(owner: asyncpg.Connection) -> None:
    await owner.execute("alter table vault.identity drop column record_mark")
    assert await unlisted(owner) == (set(), {("vault.identity", "record_mark")})


async def test_a_channel_reads_nothing_of_persons_in_a_table_but_what_is_listed(owner: asyncpg.Connection) -> None:
    assert await privileges(owner, CHANNELS, "select") == CHANNELS_READ


async def test_a_channel_writes_nothing_of_persons_in_a_table_but_what_is_listed(owner: asyncpg.Connection) -> None:
    assert await privileges(owner, CHANNELS, "insert") == CHANNELS_WRITE
    assert await privileges(owner, CHANNELS, "update", "references") == {}


async def test_the_services_read_of_persons_what_is_listed(owner: asyncpg.Connection) -> None:
    assert await privileges(owner, (Role.RIGHTS, Role.CLAIMS), "select") == SERVICES_READ


async def test_who_checks_identities_reads_credentials_and_no_fact_about_a_person(owner: asyncpg.Connection) -> None:
    readable = await privileges(owner, (Role.IDENTITY,), "select")
    assert {table.partition(".")[0] for _, table in readable} == {"identity"}
    credentials = {
        table for (table, _), label in classes().items() if table.startswith("identity.") and label in SENSITIVE
    }
    for role in Role:
        if role not in (Role.OWNER, Role.IDENTITY):
            every = await privileges(owner, (role,), "select", "insert", "update", "references")
            assert not {table for _, table in every} & credentials, role


async def test_nobody_who_logs_in_reads_a_sealed_identity(owner: asyncpg.Connection) -> None:
    members = tuple(role for role in Role if role is not Role.OWNER)
    readable = await privileges(owner, members, "select")
    assert {role for role in members if "sealed" in readable.get((role, "vault.identity"), set())} == set()


async def test_payments_reach_no_identity_no_right_and_no_pseudonym_at_all(owner: asyncpg.Connection) -> None:
    known = classes()
    every = ("select", "insert", "update", "references")
    for row in await owner.fetch(ALLOWED, [Role.PAY.value], list(every)):
        where = row["relation"], row["column"]
        assert not row["relation"].startswith(("vault.", "rights.", "disclosure.")), where
        assert known[where] is not Class.PSEUDONYM, where


async def test_a_grant_too_many_is_found(owner: asyncpg.Connection) -> None:
    await owner.execute("grant select (person) on vault.online_index to c_office")
    readable = await privileges(owner, CHANNELS, "select")
    assert readable[Role.OFFICE, "vault.online_index"] == {"person"}


async def test_no_table_of_persons_has_a_column_for_a_name_a_bank_an_address_or_a_telephone(
    owner: asyncpg.Connection,
) -> None:
    """Who a person is exists sealed, in one column; how to reach or pay them exists nowhere."""
    persons = {table for (table, _), label in classes().items() if label is Class.PSEUDONYM}
    suspects = {
        (row["relation"], row["column"])
        for row in await owner.fetch(EVERY_COLUMN)
        if row["relation"] in persons and CONTACT.search(row["column"])
    }
    assert suspects == {
        ("disclosure.entry", "account"),  # the account that asked
        ("identity.insured", "account"),  # the login of an insured person
        ("identity.outside", "account"),
        ("vault.batch_index", "nir_token"),  # a keyed hash
        ("vault.batch_index", "birth_mark"),  # a keyed hash
        ("exchanges.document", "account"),  # the account that sent it
        ("claims.quote", "account"),  # the account that asked
        ("claims.quote_event", "account"),  # the account that acted
        ("rights.engagement_hold", "account"),  # the account of a ceiling
        ("rights.cap_use", "account"),  # the same
        ("rights.engagement_end", "account"),  # the account that gave it back
        ("exchanges.document", "name"),  # a keyed hash of the sender's number
    }


async def test_bank_details_exist_for_insurers_and_practices_alone_and_sealed(owner: asyncpg.Connection) -> None:
    banks = {
        (row["relation"], row["column"])
        for row in await owner.fetch(EVERY_COLUMN)
        if re.search(r"iban|bic|rib$|last4|sealed", row["column"])
    }
    assert banks == {
        ("payments.bank_account", "sealed"),
        ("payments.bank_account", "last4"),
        ("vault.identity", "sealed"),
        ("rights.quarantine", "sealed"),
        ("exchanges.document", "sealed"),
    }
    for holder in (0, 3):  # 1 insurer, 2 practice, and no third
        with pytest.raises(asyncpg.CheckViolationError):
            async with owner.transaction():
                await owner.execute(
                    "insert into payments.bank_account (holder, number, sealed, last4) values ($1, 1, '', '1234')",
                    holder,
                )
