"""What the database itself refuses, whoever asks: the owner of the tables included."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from tests.flow.payment_books import Books

from cloison.payments.chart import SIDES, AccountKind, TransferKind
from cloison.payments.ledger import audit
from cloison.storage.database import Address, Database, administer, connect
from cloison.storage.keys_file import FileProvider
from cloison.storage.roles import Role
from cloison.storage.transaction import Transaction

CHARGES, BANQUE = (1 << 36) + (1 << 32), (1 << 36) + (3 << 32)
DU, OTHER_DU = (1 << 36) + (2 << 32) + 1, (1 << 36) + (2 << 32) + 2
INSERT = (
    "insert into payments.transfer (transfer, tenant, debit_account, credit_account, amount_cents, kind, phase,"
    " earlier_transfer) values ($1, $2, $3, $4, $5, $6, $7, $8)"
)
REFUSALS = {"PAY00", "23505", "23514"}
"""The ledger's own refusal, a number taken twice, a row that contradicts itself: never a mistake of the test."""


@pytest.fixture(scope="module")
async def address(template: Address) -> AsyncIterator[Address]:
    """One database for the module: everything tried here is refused or rolled back."""
    name = f"cloison_enforced_{os.getpid()}"
    connection = await administer(template.named("postgres"))
    await connection.execute(f"create database {name} template {template.database}")
    yield template.named(name)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture(scope="module", autouse=True)
async def books(address: Address, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Transfers 1 to 3 are dues, 4 and 5 their payments, 6 a due that is not ordered."""
    folder = tmp_path_factory.mktemp("enforced")
    async with Database(address) as database:
        opened = Books(database, FileProvider(folder / "keys.json", "a passphrase for tests"), folder)
        await opened.open()
        await opened.due((1, 1, 1000), (1, 2, 500), (1, 1, 70))
        await opened.pay()
        await opened.due((1, 1, 300))


@pytest.fixture
async def owner(address: Address) -> AsyncIterator[asyncpg.Connection]:
    connection = await administer(address)
    attempt = connection.transaction()
    await attempt.start()
    try:
        yield connection
        await audit(Transaction(connection, "owner"))
    finally:
        await connection.close()


@asynccontextmanager
async def refused(connection: asyncpg.Connection) -> AsyncGenerator[None]:
    with pytest.raises(asyncpg.PostgresError) as caught:
        async with connection.transaction():
            yield
    assert caught.value.sqlstate in REFUSALS, str(caught.value)


WRONG = {
    "an_account_never_opened": (9001, 1, CHARGES, DU + 77, 100, 1, 0, None),
    "another_insurers_account": (9001, 1, CHARGES, (2 << 36) + (2 << 32) + 1, 100, 1, 0, None),
    "another_tenant_than_its_accounts": (9001, 2, CHARGES, DU, 100, 1, 0, None),
    "nothing": (9001, 1, CHARGES, DU, 0, 1, 0, None),
    "less_than_nothing": (9001, 1, CHARGES, DU, -100, 1, 0, None),
    "a_due_the_wrong_way_round": (9001, 1, DU, CHARGES, 100, 1, 0, None),
    "a_kind_that_does_not_exist": (9001, 1, CHARGES, DU, 100, 99, 0, None),
    "a_due_that_is_pending": (9001, 1, CHARGES, DU, 100, 1, 1, None),
    "a_payment_posted_without_order": (9001, 1, DU, BANQUE, 100, 3, 0, None),
    "a_payment_above_what_is_due": (9001, 1, DU, BANQUE, 301, 3, 1, None),
    "a_cancellation_of_nothing": (9001, 1, DU, CHARGES, 100, 2, 0, None),
    "a_cancellation_of_a_transfer_that_does_not_exist": (9001, 1, DU, CHARGES, 100, 2, 0, 8999),
    "a_cancellation_of_another_amount": (9001, 1, DU, CHARGES, 999, 2, 0, 1),
    "a_cancellation_for_another_practice": (9001, 1, OTHER_DU, CHARGES, 1000, 2, 0, 1),
    "a_posting_of_a_due": (9001, 1, DU, BANQUE, 1000, 3, 2, 1),
    "a_posting_of_another_amount": (9001, 1, DU, BANQUE, 1, 3, 2, 4),
    "a_return_of_what_was_never_paid": (9001, 1, BANQUE, DU, 1070, 4, 0, 4),
    "a_number_twice": (1, 1, CHARGES, DU, 100, 1, 0, None),
}


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG.keys())
async def test_the_ledger_refuses(owner: asyncpg.Connection, row: tuple[int | None, ...]):
    async with refused(owner):
        await owner.execute(INSERT, *row)
    async with refused(owner):
        await owner.copy_records_to_table(
            "transfer",
            schema_name="payments",
            columns=["transfer", "tenant", "debit_account", "credit_account", "amount_cents", "kind", "phase",
                     "earlier_transfer"],
            records=[row],
        )  # fmt: skip


@pytest.mark.parametrize("kind", TransferKind)
async def test_a_kind_of_transfer_touches_its_own_accounts_alone(owner: asyncpg.Connection, kind: TransferKind):
    """What the chart draws and what the database enforces are the same."""
    definition = await owner.fetchval("select pg_get_constraintdef(oid) from pg_constraint where conname = 'sides'")
    assert isinstance(definition, str)
    for debit in AccountKind:
        for credit in AccountKind:
            row = (
                f"(select {kind}::int2 kind, {debit}::int8 << 32 debit_account, {credit}::int8 << 32 credit_account) r"
            )
            allowed = await owner.fetchval(f"select {definition.removeprefix('CHECK ')} from {row}")
            assert allowed == ((debit, credit) in SIDES[kind])


async def test_a_pending_transfer_is_resolved_once(owner: asyncpg.Connection):
    await owner.execute(INSERT, 9001, 1, DU, BANQUE, 1070, 3, 2, 4)
    for phase in (2, 3):
        async with refused(owner):
            await owner.execute(INSERT, 9002, 1, DU, BANQUE, 1070, 3, phase, 4)
    await owner.execute(INSERT, 9003, 1, BANQUE, DU, 1070, 4, 0, 9001)
    async with refused(owner):
        await owner.execute(INSERT, 9004, 1, BANQUE, DU, 1070, 4, 0, 9001)


@pytest.mark.parametrize(
    "table",
    ["book", "account", "transfer", "bank_account", "run", "payment_order", "payment", "payment_line", "payment_event"],
)
async def test_what_is_written_stays_written(owner: asyncpg.Connection, table: str):
    for statement in (
        f"delete from payments.{table}",
        f"update payments.{table} set {'recorded_at' if table == 'transfer' else 'tenant'} = default"
        if table in ("transfer", "book", "account", "payment", "payment_order")
        else f"delete from payments.{table} where false",
        f"truncate payments.{table} cascade",
    ):
        async with refused(owner):
            await owner.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update payments.balance set credits_posted = credits_posted + 100",
        "insert into payments.balance (account) values (77)",
        "delete from payments.open_line",
        "insert into payments.open_line values (1, 1, 1)",
        "update payments.total set amount_cents = 0",
        "truncate payments.balance",
    ],
)
async def test_what_the_ledger_derives_is_written_by_the_ledger_alone(owner: asyncpg.Connection, statement: str):
    async with refused(owner):
        await owner.execute(statement)


@pytest.mark.parametrize(
    ("from_state", "state", "transfer"),
    [(1, 5, 4), (1, 4, 4), (1, 3, 4), (2, 4, 4), (0, 1, 4), (1, 2, 1), (1, 1, 4)],
)
async def test_a_state_follows_the_one_before_and_stands_on_a_movement(
    owner: asyncpg.Connection, from_state: int, state: int, transfer: int
):
    async with refused(owner):
        await owner.execute(
            "insert into payments.payment_event (payment, rank, from_state, state, transfer, bank_file)"
            " values (4, 1, $1, $2, $3, 1)",
            from_state,
            state,
            transfer,
        )


async def test_a_payment_is_made_of_its_lines(owner: asyncpg.Connection):
    payment = (
        "insert into payments.payment (payment, payment_order, tenant, practice, amount_cents, lines, end_to_end_id,"
        " execution_date, payee_account) values ($1, 1, 1, 1, $2, 1, $3, '2026-11-24', 1)"
    )
    async with refused(owner):  # no pending transfer
        await owner.execute(payment, 9001, 300, "E1")
    attempt = owner.transaction()
    await attempt.start()
    await owner.execute(INSERT, 9001, 1, DU, BANQUE, 200, 3, 1, None)
    async with refused(owner):  # no line
        await owner.execute(payment, 9001, 200, "E1")
    line = await owner.fetchrow("select transfer from payments.open_line where amount_cents = 300")
    assert line is not None
    async with refused(owner):  # lines of another amount
        await owner.execute(
            f"with p as ({payment.replace('$3', '$3::text')}) insert into payments.payment_line values ($4, 9001, 300)",
            9001, 200, "E1", line["transfer"],
        )  # fmt: skip
    async with refused(owner):  # a line paid before
        await owner.execute("insert into payments.payment_line values (1, 4, 1000)")
    await attempt.rollback()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OWNER, Role.PAY)])
async def test_only_the_payment_role_reads_bank_details(address: Address, role: Role):
    connection = await connect(address, role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("select sealed from payments.bank_account")
    await connection.close()


async def test_the_claims_role_moves_no_money(address: Address):
    connection = await connect(address, Role.CLAIMS)
    async with refused(connection):
        await connection.execute(INSERT, 9001, 1, DU, BANQUE, 100, 3, 1, None)
    for statement in ("insert into payments.run (execution_date, rank) values ('2026-11-24', 9)",
                      "insert into payments.payment_event values (4, 1, 1, 2, 4, 1)",
                      "update payments.transfer set amount_cents = 1"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_payment_role_knows_no_person(address: Address):
    connection = await connect(address, Role.PAY)
    for schema in ("vault", "rights", "disclosure"):
        tables = await connection.fetch(
            "select c.oid::regclass::text as name from pg_class c where relnamespace = $1::regnamespace"
            " and relkind in ('r', 'p', 'v') and has_table_privilege(c.oid, 'select')",
            schema,
        )
        assert [row["name"] for row in tables] == [], f"{schema} is closed to the payment role"
    await connection.close()
