"""States, transitions, what is written once: refused by the database to the claims service and to the owner alike."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.flow.day import TODAY, Bill, Day, Guarantee, consultation

from cloison.claims import refusals
from cloison.claims.adjudicate import ACCEPTED, CANCELLED, NOTHING_DUE, REFUSED
from cloison.claims.store import CANCELLATION, CORRECTION, FIRST
from cloison.storage.database import connect
from cloison.storage.roles import Role

STATES = {"refused": REFUSED, "accepted": ACCEPTED, "nothing_due": NOTHING_DUE, "cancelled": CANCELLED}
DECISION = """insert into claims.decision (decision, invoice, kind, replaces, state, reason, base_cents, amo_cents,
                                           amc_cents, own_cents, tariff)
              values ($1, $2, $3, $4, $5, $6, 0, 0, $7, 0, 'test')"""


@pytest.fixture(scope="module")
async def day(shared_day: Day) -> Day:
    await shared_day.insurer(guarantees=[Guarantee("MED")])
    return shared_day


@pytest.fixture(params=["owner", "claims"])
async def writer(day: Day, request: pytest.FixtureRequest) -> AsyncIterator[asyncpg.Connection]:
    """Whoever writes: the owner of the tables as much as the service."""
    if request.param == "owner":
        yield day.owner
        return
    connection = await connect(day.database.address, Role.CLAIMS)
    yield connection
    await connection.close()


async def decided(day: Day, state: str) -> tuple[int, int]:
    """(invoice, the decision that stands) of a new invoice in this state."""
    number = next(day.numbers)
    person = await day.enrol(end=TODAY) if state == "refused" else await day.enrol()
    asked = 0 if state == "nothing_due" else 900
    await day.decide(Bill(person, [consultation(asked)], number=number))
    if state == "cancelled":
        await day.cancel(number)
    row = await day.owner.fetchrow(
        """select d.invoice, d.decision, d.state from claims.decision d join claims.invoice i using (invoice)
           where i.person = $1 and not exists (select from claims.decision x where x.replaces = d.decision)""",
        person.pseudonym,
    )
    assert row is not None
    assert row["state"] == STATES[state]
    return row["invoice"], row["decision"]


#        from          kind       to           may follow
MOVES = """
    refused      | cancel  | cancelled    | no
    refused      | correct | refused      | yes
    refused      | correct | accepted     | yes
    refused      | correct | nothing_due  | yes
    refused      | correct | cancelled    | no
    accepted     | cancel  | cancelled    | yes
    accepted     | cancel  | refused      | no
    accepted     | correct | refused      | yes
    accepted     | correct | accepted     | yes
    accepted     | correct | nothing_due  | yes
    accepted     | correct | cancelled    | no
    nothing_due  | cancel  | cancelled    | yes
    nothing_due  | correct | refused      | yes
    nothing_due  | correct | accepted     | yes
    nothing_due  | correct | nothing_due  | yes
    cancelled    | cancel  | cancelled    | no
    cancelled    | correct | refused      | yes
    cancelled    | correct | accepted     | yes
    cancelled    | correct | nothing_due  | yes
    cancelled    | correct | cancelled    | no
"""


def moves() -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in MOVES.strip().splitlines()]


@pytest.mark.parametrize(("before", "kind", "after", "allowed"), moves(), ids=lambda cell: cell)
async def test_a_decision_follows_only_what_it_may(
    day: Day, writer: asyncpg.Connection, before: str, kind: str, after: str, allowed: str
):
    invoice, decision = await decided(day, before)
    number = await writer.fetchval("select nextval('claims.later_decision')")
    kinds = {"cancel": CANCELLATION, "correct": CORRECTION}
    values = (number, invoice, kinds[kind], decision, STATES[after], 0, 500 if after == "accepted" else 0)
    if allowed == "yes":
        await writer.execute(DECISION, *values)
    else:
        with pytest.raises(asyncpg.CheckViolationError):
            await writer.execute(DECISION, *values)


async def test_a_decision_is_replaced_once(day: Day, writer: asyncpg.Connection):
    invoice, decision = await decided(day, "accepted")
    first, second = [await writer.fetchval("select nextval('claims.later_decision')") for _ in range(2)]
    await writer.execute(DECISION, first, invoice, CORRECTION, decision, REFUSED, 0, 0)
    with pytest.raises(asyncpg.UniqueViolationError):
        await writer.execute(DECISION, second, invoice, CORRECTION, decision, REFUSED, 0, 0)


async def test_a_decision_replaces_one_of_its_own_invoice(day: Day, writer: asyncpg.Connection):
    _, theirs = await decided(day, "accepted")
    mine, _ = await decided(day, "accepted")
    number = await writer.fetchval("select nextval('claims.later_decision')")
    with pytest.raises(asyncpg.CheckViolationError, match="cannot follow"):
        await writer.execute(DECISION, number, mine, CANCELLATION, theirs, CANCELLED, 0, 0)
    with pytest.raises(asyncpg.CheckViolationError, match="cannot follow"):
        await writer.execute(DECISION, number, mine, CANCELLATION, 987654321, CANCELLED, 0, 0)


async def test_an_invoice_has_one_first_decision_and_a_later_one_names_what_it_replaces(
    day: Day, writer: asyncpg.Connection
):
    invoice, _ = await decided(day, "refused")
    number = await writer.fetchval("select nextval('claims.later_decision')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await writer.execute(DECISION, number, invoice, FIRST, None, ACCEPTED, 0, 900)
    for kind in (CANCELLATION, CORRECTION):
        with pytest.raises(asyncpg.CheckViolationError):
            await writer.execute(DECISION, number, invoice, kind, None, CANCELLED, 0, 0)


@pytest.mark.parametrize(("state", "cents"), [(REFUSED, 900), (NOTHING_DUE, 900), (ACCEPTED, 0), (ACCEPTED, -1)])
async def test_the_state_says_whether_an_amount_is_due(day: Day, writer: asyncpg.Connection, state: int, cents: int):
    with pytest.raises(asyncpg.CheckViolationError):
        await writer.execute(DECISION, 3, 3, FIRST, None, state, 0, cents)
    invoice, decision = await decided(day, "accepted")
    number = await writer.fetchval("select nextval('claims.later_decision')")
    for kind, end in ((CORRECTION, state), (CANCELLATION, state), (CANCELLATION, CANCELLED)):
        with pytest.raises(asyncpg.CheckViolationError):
            await writer.execute(DECISION, number, invoice, kind, decision, end, 0, cents or -1)
    with pytest.raises(asyncpg.CheckViolationError):
        await writer.execute(DECISION, 3, 3, FIRST, None, CANCELLED, 0, 0)


async def test_nothing_that_was_received_or_decided_is_ever_changed(day: Day, writer: asyncpg.Connection):
    await decided(day, "cancelled")
    for table, column in (
        ("invoice", "charged_cents"), ("line", "charged_cents"), ("decision", "amc_cents"),
        ("line_decision", "amc_cents"), ("chunk", "invoices"), ("resend", "invoice"), ("told", "run"),
    ):  # fmt: skip
        statements = (f"update claims.{table} set {column} = {column}", f"delete from claims.{table}",
                      f"truncate claims.{table}")  # fmt: skip
        for statement in statements:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await writer.execute(statement)


async def test_a_file_goes_from_received_to_decided_and_never_back(day: Day, writer: asyncpg.Connection):
    file = await day.file()
    allowed = {(2, 3)}
    for state in (1, 4, 2, 3, 1, 2, 4):
        before = await day.value("select state from claims.file where file = $1", file)
        if state == before or (before, state) in allowed:
            await writer.execute("update claims.file set state = $2 where file = $1", file, state)
            continue
        with pytest.raises(asyncpg.CheckViolationError, match="cannot go"):
            await writer.execute("update claims.file set state = $2 where file = $1", file, state)
    assert await day.value("select state from claims.file where file = $1", file) == 3


async def test_the_bytes_of_a_file_are_not_exchanged_nor_entered_twice(day: Day, writer: asyncpg.Connection):
    file = await day.file()
    for change in ("name = 'x'", "digest = sha256('x')", "size_bytes = 9", "spool = 'x'", "received_at = now()"):
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.InsufficientPrivilegeError)):
            await writer.execute(f"update claims.file set {change} where file = $1", file)
    with pytest.raises(asyncpg.UniqueViolationError):
        await writer.execute(
            """insert into claims.file (name, digest, size_bytes, spool)
               select 'copy', digest, 0, '' from claims.file where file = $1""",
            file,
        )


async def test_a_line_holds_no_amount_below_zero_and_no_empty_quantity(day: Day, writer: asyncpg.Connection):
    statement = """insert into claims.line (invoice, line, code, care_date, quantity, coefficient, charged_cents,
                                            asked_cents)
                   values (1, 1, 'G', '2026-11-20', $1, $2, $3, $4)"""
    for amounts in ((0, 1, 1, 1), (-1, 1, 1, 1), (1, -1, 1, 1), (1, 1, -1, 1), (1, 1, 1, -1)):
        with pytest.raises(asyncpg.CheckViolationError):
            await writer.execute(statement, *amounts)
    statement = """insert into claims.line_decision (decision, line, base_cents, rate_bp, amo_cents, amc_cents,
                                                     own_cents, reason, product)
                   values (1, 1, 0, 0, $1, $2, $3, 0, 0)"""
    for amounts in ((-1, 0, 0), (0, -1, 0), (0, 0, -1)):
        with pytest.raises(asyncpg.CheckViolationError):
            await writer.execute(statement, *amounts)


async def test_the_same_invoice_has_one_place_in_the_books(day: Day, writer: asyncpg.Connection):
    invoice, _ = await decided(day, "accepted")
    with pytest.raises(asyncpg.UniqueViolationError):
        await writer.execute(
            """insert into claims.invoice
               select 12345, file, record, batch, tenant, practice, number, person, care_from, care_to, nature,
                      engagement, charged_cents, amc_asked_cents, lines
               from claims.invoice where invoice = $1""",
            invoice,
        )


async def test_the_claims_service_says_what_is_due_and_moves_no_money(day: Day):
    await decided(day, "accepted")
    async with day.database.session(Role.CLAIMS) as claims:
        with pytest.raises(asyncpg.PostgresError, match="move no money"):
            await claims.execute(
                """insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind,
                                                  phase)
                   select nextval('payments.transfer_number'), tenant, credit_account,
                          payments.banque(tenant), amount_cents, 3, 1
                   from payments.transfer where kind = 1 limit 1"""
            )
        for table in ("vault.identity", "vault.batch_index", "rights.coverage", "disclosure.entry"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await claims.fetch(f"select * from {table}")


async def test_every_reason_of_claims_has_words_in_both_languages():
    for reason in refusals.CATALOGUE:
        assert reason.message.fr, reason.code
        assert reason.message.en, reason.code
        assert 400 <= reason.number <= 449
