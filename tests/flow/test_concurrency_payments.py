"""Runs, orders and answers through many connections at once: a due is paid once, an answer counts once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

import pytest
from tests.flow.payment_books import Books, iban
from tests.flow.picture import instructions
from tests.unit.paper_bank import Entry, report, statement

from cloison.payments.payables import Run
from cloison.storage.database import Address, Database
from cloison.storage.keys_file import FileProvider

CALLERS = 4
TENANTS, PRACTICES = 3, 7
TWICE = "select count(*) - count(distinct transfer) from payments.payment_line"


@pytest.fixture
async def callers(address: Address, tmp_path: Path) -> AsyncIterator[Sequence[Books]]:
    """The same books through connections of their own, each with keys it opened itself."""
    opened: list[Books] = []
    for number in range(CALLERS):
        keys = FileProvider(tmp_path / "keys.json", "a passphrase for tests")
        books = Books(Database(address, pool_size=4), keys, tmp_path / "orders")
        books.decisions = number * 1_000_000
        opened.append(books)
    await opened[0].open(tenants=TENANTS, practices=PRACTICES)
    yield opened
    await opened[0].audit()
    for books in opened:
        await books.database.close()


async def test_a_due_is_in_one_payment_whatever_runs_start_at_once(callers: Sequence[Books]):
    chance = Random(11)
    rows = [(1 + n % TENANTS, 1 + n % PRACTICES, chance.randint(1, 5_000)) for n in range(200)]
    await callers[0].due(*rows)
    ranks = [1, 1, 2, 3, 1, 2, 4, 3]
    runs = await asyncio.gather(*[callers[place % CALLERS].pay(rank) for place, rank in enumerate(ranks)])
    by_rank = {run.rank: run for run in runs}
    assert sorted(by_rank) == [1, 2, 3, 4]
    assert all(run == by_rank[run.rank] for run in runs), "the same day and rank is the same run"
    assert sum(run.amount_cents for run in by_rank.values()) == sum(cents for *_, cents in rows)
    assert await callers[0].unpaid() == []


async def test_dues_and_their_cancellations_meet_runs_and_every_cent_is_told(callers: Sequence[Books]):
    """What is taken back before a run is not in it; after it, the next run deducts it."""
    charged: list[int] = []
    taken: list[int] = []

    async def decide(books: Books, chance: Random) -> None:
        for _ in range(6):
            rows = [
                (chance.randint(1, TENANTS), chance.randint(1, PRACTICES), chance.randint(1, 900)) for _ in range(5)
            ]
            transfers = await books.due(*rows)
            charged.extend(cents for *_, cents in rows)
            await books.cancel(transfers[0])
            taken.append(rows[0][2])

    async def pay(books: Books, rank: int) -> Run:
        await asyncio.sleep(0.02 * rank)
        return await books.pay(rank)

    runs = await asyncio.gather(
        *[pay(callers[rank % CALLERS], rank) for rank in range(1, 6)],
        *[decide(books, Random(place)) for place, books in enumerate(callers)],
    )
    last = await callers[0].pay(rank=9)
    paid = sum(run.amount_cents for run in runs if run is not None) + last.amount_cents
    owed = sum(cents for _, _, cents, _ in await callers[0].unpaid())
    assert paid + owed == sum(charged) - sum(taken)
    assert all(cents < 0 for _, _, cents, _ in await callers[0].unpaid()), "only what practices owe is left"


async def test_order_files_written_by_many_at_once_are_the_same_files(callers: Sequence[Books]):
    await callers[0].due(*[(1 + n % TENANTS, 1 + n % PRACTICES, 100 + n) for n in range(40)])
    run = await callers[0].pay()
    written = await asyncio.gather(*[books.files(run) for books in [*callers, *callers]])
    digests = [[(file.path, file.digest) for file in files] for files in written]
    assert all(each == digests[0] for each in digests)
    folder = callers[0].folder
    assert {path.suffix for path in folder.iterdir()} == {".xml"}
    labels = instructions(folder)
    assert labels.total() == len(labels) == run.payments


async def test_an_answer_read_by_many_at_once_counts_once(callers: Sequence[Books]):
    await callers[0].due((1, 1, 1_250), (1, 2, 795), (1, 3, 400))
    run = await callers[0].pay()
    message = (await callers[0].files(run))[0].message_id
    labels = await callers[0].labels(run)
    debits = [Entry("12.50", labels[1, 1], reference="R1"), Entry("7.95", labels[1, 2], reference="R2")]
    documents = [
        report(message, (labels[1, 3], "RJCT")),
        statement(*debits, iban=iban(901)),
        statement(*debits, iban=iban(901), number="S2"),
    ]

    await asyncio.gather(*[books.hear(document) for document in documents for books in callers])
    position = await callers[0].position(1)
    assert (position.due_cents, position.ordered_cents, position.paid_cents) == (400, 0, 2_045)
    assert position.suspense_cents == 0
    assert (await callers[0].pay(rank=2)).amount_cents == 400
