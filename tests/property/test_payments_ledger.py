"""Any sequence of dues, cancellations, runs and answers of banks: the books stay true, and equal to a slow oracle."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow.payment_books import Books, iban
from tests.unit.paper_bank import Entry, report, statement

from cloison.payments.details import Holder, record
from cloison.payments.ledger import Position
from cloison.payments.sepa import BankDetails
from cloison.storage.database import Address, Database, administer
from cloison.storage.keys_file import FileProvider
from cloison.storage.roles import Role

PRACTICES = (1, 2, 3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("due"), st.sampled_from(PRACTICES), st.integers(1, 100_000)),
        st.tuples(st.just("cancel"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("pay"), st.just(0), st.just(0)),
        st.tuples(st.sampled_from(["accept", "reject", "execute", "return", "again"]), st.integers(0, 9), st.just(0)),
    ),
    min_size=8,
    max_size=24,
)


@dataclass
class Paid:
    practice: int
    cents: int
    state: str = "ordered"
    debit_seen: bool = False


@dataclass
class Oracle:
    """What the book of one insurer must say, kept the obvious way."""

    tenant: int
    dues: list[tuple[int, int, int]] = field(default_factory=list)
    open: dict[int, int] = field(default_factory=lambda: dict.fromkeys(PRACTICES, 0))
    payments: dict[str, Paid] = field(default_factory=dict)
    charged: int = 0
    cancelled: int = 0
    paid: int = 0
    returned: int = 0
    suspense: int = 0

    def hear(self, payment: Paid, what: str) -> None:
        waiting = payment.state in ("ordered", "accepted")
        if what == "accept" and payment.state == "ordered":
            payment.state = "accepted"
        elif what == "reject" and waiting:
            payment.state = "rejected"
            self.open[payment.practice] += payment.cents
        elif what == "execute":
            if waiting:
                payment.state = "executed"
                self.paid += payment.cents
            elif payment.state == "rejected" or payment.debit_seen:
                self.suspense -= payment.cents
            payment.debit_seen = payment.debit_seen or payment.state != "rejected"
        elif what == "return":
            if waiting or payment.state == "executed":
                self.paid += payment.cents if waiting else 0
                self.returned += payment.cents
                self.open[payment.practice] += payment.cents
                payment.state = "returned"
            else:
                self.suspense += payment.cents

    @property
    def position(self) -> Position:
        ordered = sum(each.cents for each in self.payments.values() if each.state in ("ordered", "accepted"))
        due = sum(self.open.values())
        return Position(
            self.tenant, self.charged, self.cancelled, 0, due, ordered, self.paid, self.returned, self.suspense
        )


@pytest.fixture(scope="module")
async def books(template: Address, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Books]:
    """One database for all examples: each example has an insurer of its own."""
    folder = tmp_path_factory.mktemp("ledger")
    name = f"cloison_ledger_{os.getpid()}"
    connection = await administer(template.named("postgres"))
    await connection.execute(f"create database {name} template {template.database}")
    async with Database(template.named(name)) as database:
        opened = Books(database, FileProvider(folder / "keys.json", "a passphrase for tests"), folder)
        await opened.open(tenants=1, practices=len(PRACTICES))
        yield opened
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=steps)
async def test_the_books_equal_a_slow_oracle_after_any_sequence(books: Books, actions: list[tuple[str, int, int]]):
    books.names[len(books.names)] = "example"
    oracle = Oracle(tenant=len(books.names) + 10)
    async with books.database.transaction(Role.PAY) as work:
        account = [BankDetails(iban(oracle.tenant + 900), "", "MUTUELLE")]
        await record(work, books.keys, Holder.INSURER, [oracle.tenant], account)
    last = b""
    for action, first, cents in actions:
        if action == "due":
            [transfer] = await books.due((oracle.tenant, first, cents))
            oracle.dues.append((transfer, first, cents))
            oracle.open[first] += cents
            oracle.charged += cents
        elif action == "cancel" and oracle.dues:
            transfer, practice, amount = oracle.dues.pop(first % len(oracle.dues))
            await books.cancel(transfer)
            oracle.open[practice] -= amount
            oracle.cancelled += amount
        elif action == "pay":
            await pay(books, oracle)
        elif action == "again" and last:
            [outcome] = await books.hear(last)
            assert outcome.read_before
        elif action in ("accept", "reject", "execute", "return") and oracle.payments:
            label = sorted(oracle.payments)[first % len(oracle.payments)]
            last = await answer(books, oracle, label, action)
        if oracle.charged:
            assert await books.position(oracle.tenant) == oracle.position
    await books.audit()


async def pay(books: Books, oracle: Oracle) -> None:
    books.sent += 1
    run = await books.pay(rank=books.sent)
    found = {
        practice: label for (tenant, practice), label in (await books.labels(run)).items() if tenant == oracle.tenant
    }
    assert set(found) == {practice for practice, cents in oracle.open.items() if cents > 0}
    for practice, label in found.items():
        oracle.payments[label] = Paid(practice, oracle.open[practice])
        oracle.open[practice] = 0


async def answer(books: Books, oracle: Oracle, label: str, what: str) -> bytes:
    """The document of a bank that says this of that payment; applied to the books and to the oracle."""
    payment = oracle.payments[label]
    number = f"D{books.sent}-{oracle.tenant}"
    amount = f"{payment.cents // 100}.{payment.cents % 100:02d}"
    if what in ("accept", "reject"):
        message = await message_of(books, label)
        document = report(message, (label, "ACSP" if what == "accept" else "RJCT"), number=number)
    else:
        entry = Entry(amount, label, debit=what == "execute", reference=number)
        document = statement(entry, iban=iban(oracle.tenant + 900), number=number)
    await books.hear(document)
    oracle.hear(payment, what)
    return document


async def message_of(books: Books, label: str) -> str:
    async with books.database.session(Role.PAY) as connection:
        message = await connection.fetchval(
            "select message_id from payments.payment join payments.payment_order using (payment_order)"
            " where end_to_end_id = $1",
            label,
        )
    assert isinstance(message, str)
    return message
