"""What each database role may do besides reading columns: which functions it runs, where it may enter, what it is."""

import asyncpg
import pytest

from cloison.storage.database import Address
from cloison.storage.roles import Role

COUNTER = {Role.PORTAL, Role.API, Role.CARD, Role.MACHINE}
SPEAKERS = {Role.PORTAL, Role.API, Role.MACHINE}
MEMBERS = tuple(role for role in Role if role is not Role.OWNER)

# Which role runs which function: the whole list. A function that is not here is run by nobody who logs in (triggers,
# and what other functions call).
RUNS = {
    "disclosure.reserve": {*COUNTER, Role.OFFICE},
    "disclosure.settle": {*COUNTER, Role.OFFICE},
    "disclosure.reveal_rights": COUNTER,
    "disclosure.open_reservation": {Role.BATCH},
    "disclosure.reveal_rights_batch": {Role.BATCH},
    "disclosure.reveal_statement": {Role.OFFICE},
    "disclosure.reserve_enrolment": {Role.CITIZEN},
    "disclosure.bind_own": {Role.CITIZEN},
    "disclosure.reserve_own": {Role.CITIZEN},
    "disclosure.reveal_own_statement": {Role.CITIZEN},
    "disclosure.reveal_benefits": {Role.CITIZEN},
    "disclosure.open_inquiry": {Role.OFFICE},
    "disclosure.reveal_account": {Role.OFFICE},
    "disclosure.open_export": {Role.OFFICE},
    "disclosure.freeze": {Role.OFFICE},
    "disclosure.sweep": {Role.OFFICE},
    "disclosure.reserve_documents": SPEAKERS,
    "disclosure.reveal_documents": SPEAKERS,
    "exchanges.record": SPEAKERS,
    "rights.engage": COUNTER,
    "rights.expire_engagements": {Role.CLAIMS, Role.OFFICE},
    "rights.release_engagement": {*COUNTER, Role.OFFICE},
    "identity.acts_for": {*COUNTER, Role.OFFICE},
    "rights.ceilings_busy": COUNTER,
    "rights.caps_busy": COUNTER,
    "rights.hold_ceilings": COUNTER,
    "claims.quotes_before": COUNTER,
    "claims.record_quotes": COUNTER,
    "claims.extend_quotes": COUNTER,
    "claims.cancel_quote": {*COUNTER, Role.OFFICE},
    "claims.expire_quotes": {Role.CLAIMS, Role.OFFICE},
    "rights.loaded_insurers": set(MEMBERS) - {Role.PAY, Role.EXPORT, Role.IDENTITY},
    "vault.shred": {Role.RIGHTS},
    "payments.account_number": {Role.CLAIMS, Role.PAY},
    "payments.banque": {Role.CLAIMS, Role.PAY},
    "payments.du": {Role.CLAIMS, Role.PAY},
    "payments.sum_cents": {Role.CLAIMS, Role.PAY},
    "payments.lock_books": {Role.PAY},
}
# The functions whose own rights let them read persons. Each is in the list above, or is called by one that is.
READ_PERSONS = {"disclosure.reveal_rights", "disclosure.reveal_rights_batch", "disclosure.reveal_statement",
                "disclosure.reveal_account", "disclosure.sweep", "disclosure.reveal_documents",
                "disclosure.settle", "disclosure.bind_own", "disclosure.reveal_own_statement",
                "disclosure.reveal_benefits",
                "rights.engage", "rights.ceilings_busy", "rights.caps_busy",
                "claims.quotes_before", "claims.record_quotes", "claims.extend_quotes"}  # fmt: skip
# These write documents or the log: no byte of one comes out.
HANDLE_DOCUMENTS = {"exchanges.record", "disclosure.reserve_documents"}
ENTERS = {
    "identity": set(MEMBERS),
    "vault": {Role.RIGHTS},
    "disclosure": set(MEMBERS) - {Role.PAY, Role.RIGHTS, Role.CLAIMS, Role.IDENTITY},
    "rights": {*COUNTER, Role.BATCH, Role.INSURER, Role.OFFICE, Role.RIGHTS, Role.CLAIMS},
    "exchanges": SPEAKERS,
    "deliveries": {Role.CLAIMS},
    "claims": {*COUNTER, Role.OFFICE, Role.CLAIMS, Role.PAY},
    "payments": {*SPEAKERS, Role.CLAIMS, Role.PAY, Role.OFFICE, Role.INSURER},
    "public": set[Role](),
    "cloison": set[Role](),
}
OURS = "n.nspname <> 'information_schema' and n.nspname !~ '^pg_'"

# Grantee 0 is PUBLIC.
TO_EVERYBODY = f"""
    select 'schema', n.nspname::text from pg_namespace n
        cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) g where {OURS} and g.grantee = 0
    union all
    select 'table', c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(c.relacl) g where {OURS} and g.grantee = 0
    union all
    select 'column', a.attname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        cross join lateral aclexplode(a.attacl) g where {OURS} and g.grantee = 0
    union all
    select 'function', p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g where {OURS} and g.grantee = 0
    union all
    select 'database', d.datname::text from pg_database d
        cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) g
        where d.datname = current_database() and g.grantee = 0
"""


async def executors(owner: asyncpg.Connection) -> dict[str, set[Role]]:
    """Which roles that log in may execute each function of ours."""
    rows = await owner.fetch(
        f"""select n.nspname || '.' || p.proname as function, array_agg(r.rolname::text) as roles
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            join pg_roles r on r.rolname = any ($1::text[]) and has_function_privilege(r.oid, p.oid, 'execute')
            where {OURS} group by 1""",
        [role.value for role in MEMBERS],
    )
    return {row["function"]: {Role(role) for role in row["roles"]} for row in rows}


async def test_each_function_is_run_by_the_roles_listed_and_no_other(owner: asyncpg.Connection) -> None:
    assert await executors(owner) == RUNS


async def test_a_function_granted_to_one_role_too_many_is_found(owner: asyncpg.Connection) -> None:
    await owner.execute("grant execute on function disclosure.reveal_rights_batch to c_portal")
    assert await executors(owner) != RUNS


async def test_a_function_made_by_a_later_migration_is_run_by_nobody_until_granted(owner: asyncpg.Connection) -> None:
    await owner.execute("set role cloison_owner")
    await owner.execute("create function rights.later() returns int language sql as 'select 1'")
    await owner.execute("reset role")
    assert "rights.later" not in await executors(owner)


async def test_a_name_is_one_function(owner: asyncpg.Connection) -> None:
    """The lists here are by name: a second function of the same name would hide behind the first."""
    assert not await owner.fetch(
        f"""select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where {OURS} group by p.pronamespace, p.proname having count(*) > 1"""
    )


async def test_every_function_that_has_its_owners_rights_looks_names_up_nowhere_but_where_it_says(
    owner: asyncpg.Connection,
) -> None:
    rows = await owner.fetch(
        f"""select n.nspname || '.' || p.proname as function, p.proconfig, pg_get_userbyid(p.proowner) as owner,
                   l.lanname
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
            where {OURS} and p.prosecdef"""
    )
    assert len(rows) > 20
    for row in rows:
        assert 'search_path=""' in (row["proconfig"] or []), row["function"]
        assert row["owner"] == Role.OWNER, row["function"]
        assert row["lanname"] in ("sql", "plpgsql"), row["function"]


async def test_the_functions_that_read_persons_for_somebody_are_known(owner: asyncpg.Connection) -> None:
    """Those run by a role that has no such right itself, whose text names the vault or the coverages."""
    rows = await owner.fetch(
        f"""select n.nspname || '.' || p.proname as function
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where {OURS} and p.prosecdef
              and p.prosrc ~ '(vault\\.(identity|online_index|batch_index)|rights\\.coverage|exchanges\\.document'
                             '|own_persons)'"""
    )
    assert {row["function"] for row in rows} - {"vault.shred"} - HANDLE_DOCUMENTS == READ_PERSONS


async def test_what_reveals_to_a_channel_asks_first_whether_the_question_was_committed(
    owner: asyncpg.Connection,
) -> None:
    for function in READ_PERSONS - {"disclosure.sweep", "disclosure.settle", "disclosure.reveal_account"}:
        text = await owner.fetchval("select prosrc from pg_proc where oid = $1::regproc", function)
        asked = text.index("disclosure.require_revealable(p_reservation)")
        reads = ("vault.", "rights.", "exchanges.", "claims.", "own_persons(")
        assert asked < min(text.index(read) for read in reads if read in text), function
    inquiry = await owner.fetchval("select prosrc from pg_proc where oid = 'disclosure.reveal_account'::regproc")
    assert inquiry.index("pg_xact_status(e.xact) = 'committed'") < inquiry.index("return query")
    counts = await owner.fetch("select prorettype::regtype::text from pg_proc where proname in ('sweep', 'settle')")
    assert {row[0] for row in counts} <= {"bigint", "integer"}, "how many lines, and no person"


async def test_each_schema_is_entered_by_the_roles_listed_and_no_other(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        f"""select n.nspname as schema, array_agg(r.rolname::text) filter (
                where has_schema_privilege(r.oid, n.oid, 'usage')) as roles,
                   bool_or(has_schema_privilege(r.oid, n.oid, 'create')) as create
            from pg_namespace n cross join pg_roles r
            where {OURS} and r.rolname = any ($1::text[]) group by 1""",
        [role.value for role in MEMBERS],
    )
    assert {row["schema"]: {Role(role) for role in row["roles"] or []} for row in rows} == ENTERS
    assert not any(row["create"] for row in rows)


async def test_nothing_of_ours_is_granted_to_everybody(owner: asyncpg.Connection) -> None:
    assert await owner.fetch(TO_EVERYBODY) == []


@pytest.mark.parametrize(
    "grant",
    [
        "execute on function vault.shred",
        "usage on schema vault",
        "select (person) on vault.identity",
        "select on claims.line",
    ],
)
async def test_what_is_granted_to_everybody_is_found(owner: asyncpg.Connection, grant: str) -> None:
    await owner.execute(f"grant {grant} to public")
    assert len(await owner.fetch(TO_EVERYBODY)) == 1


async def test_no_role_is_more_than_its_grants(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("select * from pg_roles where rolname = any ($1::text[])", [role.value for role in Role])
    assert len(rows) == len(Role)
    for row in rows:
        powers = ("rolsuper", "rolbypassrls", "rolcreatedb", "rolcreaterole", "rolreplication")
        assert not any(row[power] for power in powers), row["rolname"]
        assert row["rolcanlogin"] is (row["rolname"] != Role.OWNER), row["rolname"]


async def test_no_role_is_a_member_of_another(owner: asyncpg.Connection) -> None:
    """Nor of a predefined one that reads all data or files. The administrator alone may act as the owner."""
    found = await owner.fetch(
        """select m.rolname as member, g.rolname as of from pg_auth_members a
           join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
           where m.rolname = any ($1::text[]) or g.rolname = any ($1::text[])""",
        [role.value for role in Role],
    )
    administrator = await owner.fetchval("select current_user")
    assert [(row["member"], row["of"]) for row in found if row["member"] != administrator] == []


async def test_the_owner_of_everything_never_logs_in_and_owns_it_all(owner: asyncpg.Connection) -> None:
    others = await owner.fetch(
        f"""select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where {OURS} and n.nspname not in ('cloison', 'public') and pg_get_userbyid(c.relowner) <> $1""",
        Role.OWNER.value,
    )
    assert others == []


async def test_no_extension_brings_functions_of_its_own(owner: asyncpg.Connection) -> None:
    assert [row["extname"] for row in await owner.fetch("select extname from pg_extension")] == ["plpgsql"]


async def test_the_server_is_given_what_verifies_a_password_and_never_the_password(
    owner: asyncpg.Connection, template: Address
) -> None:
    rows = await owner.fetch("select rolname, rolpassword from pg_authid where rolname ~ '^(c|s)_'")
    stored: dict[str, str] = {row["rolname"]: row["rolpassword"] for row in rows}
    assert set(stored) == {role.value for role in MEMBERS}
    for role, verifier in stored.items():
        assert template.passwords.opens(role, verifier)
        assert template.passwords.opens(role, template.passwords.verifier(role))
        assert template.passwords.of(role) not in template.passwords.verifier(role) != verifier
    assert not template.passwords.opens(Role.PORTAL, stored[Role.CARD])
    for unusable in (None, "", "md5c1f5e4", "SCRAM-SHA-256$4096:AA==$BB==:", template.passwords.of(Role.PORTAL)):
        assert not template.passwords.opens(Role.PORTAL, unusable)
