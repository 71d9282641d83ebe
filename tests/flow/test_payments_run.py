"""Payment runs on a real database: gathered, ordered once, written the same however often, deducted when owed."""

import asyncio
import hashlib
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from tests.flow.payment_books import DAY, Books, iban

from cloison.errors import Corruption, Misuse
from cloison.payments import details, payables, sepa
from cloison.payments.details import Holder
from cloison.payments.sepa import BankDetails
from cloison.storage.database import Database
from cloison.storage.keys_file import FileProvider
from cloison.storage.roles import Role


@pytest.fixture
async def books(database: Database, tmp_path: Path) -> Books:
    opened = Books(database, FileProvider(tmp_path / "keys.json", "a passphrase for tests"), tmp_path / "orders")
    await opened.open()
    return opened


def instructions(folder: Path) -> list[tuple[str, str]]:
    """(EndToEndId, amount) of every instruction in the files of a folder."""
    found: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.xml")):
        root = etree.fromstring(path.read_bytes())
        labels = [str(element.text) for element in root.iterfind(".//{*}EndToEndId")]
        amounts = [str(element.text) for element in root.iterfind(".//{*}InstdAmt")]
        found += zip(labels, amounts, strict=True)
    return found


async def test_a_run_makes_one_payment_per_practice_and_insurer(books: Books):
    await books.due((1, 1, 1000), (1, 1, 250), (1, 2, 795), (2, 1, 4000))
    run = await books.pay()
    assert (run.payments, run.amount_cents) == (3, 6045)
    files = await books.files(run)
    assert [(file.tenant, file.payments, file.amount_cents) for file in files] == [(1, 2, 2045), (2, 1, 4000)]
    assert sorted(amount for _, amount in instructions(books.folder)) == ["12.50", "40.00", "7.95"]
    data = await books.returns(run)
    sums = np.zeros(len(data.payment), np.int64)
    np.add.at(sums, data.payment_of_line, data.amount)
    assert sums.tolist() == data.paid.tolist()
    await books.audit()


async def test_the_same_day_and_rank_is_the_same_run(books: Books):
    await books.due((1, 1, 1000))
    first = await books.pay()
    await books.due((1, 2, 500))
    assert await books.pay() == first
    assert (await books.pay(rank=2)).amount_cents == 500
    assert (await books.pay(rank=3)).payments == 0


async def test_runs_started_at_the_same_time_pay_once(books: Books):
    await books.due(*[(1 + n % 2, 1 + n % 5, 100 + n) for n in range(40)])
    runs = await asyncio.gather(*[books.pay(rank=rank) for rank in (1, 1, 2, 2, 1)])
    by_rank = {run.rank: run for run in runs}
    assert sum(run.amount_cents for run in by_rank.values()) == sum(100 + n for n in range(40))
    assert len({run.run for run in runs}) == 2
    await books.audit()


async def test_files_written_again_have_the_same_bytes(books: Books):
    await books.due((1, 1, 1000), (2, 2, 500))
    run = await books.pay()
    first = {file.path: file.path.read_bytes() for file in await books.files(run)}
    for path in list(first)[:1]:
        path.unlink()
    async with books.database.transaction(Role.PAY) as work:
        other = [BankDetails(iban(77), "", "ANOTHER ACCOUNT")]
        await details.record(work, books.keys, Holder.PRACTICE, [1], other)
    again = {file.path: file.path.read_bytes() for file in await books.files(run)}
    assert again == first, "an order keeps the account that it was made with"


async def test_a_file_that_would_change_is_refused(books: Books):
    await books.due((1, 1, 1000))
    run = await books.pay()
    await books.files(run)
    with pytest.raises(Corruption) as refused:
        async with books.database.transaction(Role.PAY) as work:
            await payables.order_files(work, books.keys, run.run, books.folder, "SOMEBODY ELSE")
    assert refused.value.reason.code == "payments.order_changed"


async def test_an_order_stopped_at_any_moment_is_written_once(books: Books, monkeypatch: pytest.MonkeyPatch):
    await books.due(*[(1 + n % 2, 1 + n % 5, 100 + n) for n in range(40)])
    run = await books.pay()
    really, calls, fatal = os.fsync, 0, 0

    def power_cut(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == fatal:
            raise OSError("the power went out")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", power_cut)
    for fatal in (1, 2, 3, 4):  # noqa: B007  read by the power cut
        calls = 0
        with pytest.raises(OSError, match="power"):
            await books.files(run)
    fatal = 0
    await books.files(run)
    labels = [label for label, _ in instructions(books.folder)]
    assert sorted(labels) == sorted((await books.labels(run)).values())
    assert len(set(labels)) == len(labels) == run.payments


async def test_every_file_fits_the_official_schema_and_its_digest_is_kept(books: Books):
    await books.due((1, 1, 1000), (2, 2, 500))
    run = await books.pay()
    for file in await books.files(run):
        document = file.path.read_bytes()
        assert sepa.check(document) == ()
        assert hashlib.sha256(document).digest() == file.digest


async def test_what_is_taken_back_before_payment_is_not_paid(books: Books):
    transfers = await books.due((1, 1, 1000), (1, 1, 250))
    await books.cancel(transfers[0])
    assert (await books.pay()).amount_cents == 250


async def test_what_is_taken_back_after_payment_is_deducted_from_the_next(books: Books):
    [paid] = await books.due((1, 1, 1000))
    await books.pay()
    await books.cancel(paid)
    assert (await books.pay(rank=2)).payments == 0, "an order never moves nothing, nor less"
    assert await books.unpaid() == [(1, 1, -1000, "payments.practice_owes")]
    await books.due((1, 1, 1600))
    run = await books.pay(rank=3)
    assert run.amount_cents == 600
    data = await books.returns(run)
    assert data.amount.tolist() == [-1000, 1600]
    await books.audit()


async def test_a_due_is_taken_back_once(books: Books):
    [transfer] = await books.due((1, 1, 1000))
    await books.cancel(transfer)
    with pytest.raises(Misuse):
        await books.cancel(transfer)
    assert (await books.position(1)).due_cents == 0


async def test_a_practice_without_bank_details_keeps_its_due(books: Books):
    await books.due((1, 1, 1000), (1, 99, 300), (7, 1, 200))
    run = await books.pay()
    assert run.amount_cents == 1000
    assert await books.unpaid() == [
        (1, 99, 300, "payments.no_bank_details"),
        (7, 1, 200, "payments.no_payer_account"),
    ]
    async with books.database.transaction(Role.PAY) as work:
        await details.record(work, books.keys, Holder.PRACTICE, [99], [BankDetails(iban(99), "", "CABINET 99")])
    assert (await books.pay(rank=2)).amount_cents == 300


async def test_an_order_is_cut_into_files_of_bounded_size(books: Books, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sepa, "TRANSFERS_PER_FILE_MAX", 2)
    await books.due(*[(1, practice, 100) for practice in (1, 2, 3, 4, 5)])
    run = await books.pay()
    files = await books.files(run)
    assert [file.payments for file in files] == [2, 2, 1]
    assert len({file.message_id for file in files}) == 3


async def test_a_run_nobody_made_has_no_files(books: Books):
    with pytest.raises(Misuse) as refused:
        async with books.database.transaction(Role.PAY) as work:
            await payables.order_files(work, books.keys, 404, books.folder, "CLOISON")
    assert refused.value.reason.code == "payments.run_unknown"


async def test_nothing_due_is_a_run_without_orders(books: Books):
    run = await books.pay(day=date(2026, 12, 24))
    assert (run.payments, run.amount_cents) == (0, 0)
    assert await books.files(run) == []
    assert len((await books.returns(run)).payment) == 0


async def test_positions_follow_each_step_to_the_cent(books: Books):
    await books.due((1, 1, 1000), (1, 2, 795))
    before = await books.position(1)
    assert (before.charged_cents, before.due_cents, before.ordered_cents) == (1795, 1795, 0)
    await books.pay(day=DAY)
    after = await books.position(1)
    assert (after.due_cents, after.ordered_cents, after.paid_cents) == (0, 1795, 0)


async def test_dues_settled_while_a_run_gathers_are_in_that_run_or_in_the_next(books: Books):
    await books.due(*[(1, 1 + n % 5, 100) for n in range(20)])

    async def more() -> None:
        for n in range(10):
            await books.due((1, 1 + n % 5, 1), (2, 1 + n % 5, 1))

    await asyncio.gather(more(), books.pay(rank=1), more(), books.pay(rank=2))
    await books.pay(rank=3)
    assert await books.unpaid() == []
    totals = [await books.position(tenant) for tenant in (1, 2)]
    assert [position.ordered_cents for position in totals] == [2020, 20]
    await books.audit()


async def test_dues_recorded_at_the_same_time_never_lock_each_other_out(books: Books):
    forth = [(tenant, practice, 100 * tenant + practice) for tenant in range(1, 6) for practice in range(1, 9)]
    batches = [forth, forth[::-1], forth[::3] + forth[1::3], forth[20:] + forth[:20], forth[::-2], forth[5::7]]
    await asyncio.gather(*[books.due(*batch) for batch in batches * 2])
    charged = [(await books.position(tenant)).charged_cents for tenant in range(1, 6)]
    assert sum(charged) == 2 * sum(cents for batch in batches for _, _, cents in batch)
    await books.audit()
