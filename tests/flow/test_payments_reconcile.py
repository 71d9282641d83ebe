"""Answers of banks against real orders: executed, refused, returned, unknown; each counted once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.flow.payment_books import DAY, Books, iban
from tests.unit.paper_bank import Entry, report, statement

from cloison.errors import Misuse
from cloison.payments import reconcile
from cloison.storage.database import Database
from cloison.storage.keys_file import FileProvider
from cloison.storage.roles import Role
from cloison.world.bank import bank

INSURER = iban(901)


@pytest.fixture
async def books(database: Database, tmp_path: Path) -> AsyncIterator[Books]:
    opened = Books(database, FileProvider(tmp_path / "keys.json", "a passphrase for tests"), tmp_path / "orders")
    await opened.open()
    yield opened
    await opened.audit()


async def order(books: Books) -> tuple[dict[tuple[int, int], str], str]:
    """Two payments of insurer 1, one of insurer 2: their labels, and the message of insurer 1."""
    await books.due((1, 1, 1000), (1, 1, 250), (1, 2, 795), (2, 1, 4000))
    run = await books.pay()
    files = await books.files(run)
    return await books.labels(run), files[0].message_id


async def test_a_booked_debit_executes_the_payment_it_names(books: Books):
    labels, _ = await order(books)
    [outcome] = await books.hear(statement(Entry("12.50", labels[1, 1]), iban=INSURER))
    assert (outcome.executed, outcome.suspended) == (1, 0)
    position = await books.position(1)
    assert (position.due_cents, position.ordered_cents, position.paid_cents) == (0, 795, 1250)


async def test_a_verdict_moves_no_money(books: Books):
    labels, message = await order(books)
    [outcome] = await books.hear(report(message, group="ACCP"))
    assert outcome.accepted == 2
    position = await books.position(1)
    assert (position.ordered_cents, position.paid_cents) == (2045, 0)
    [outcome] = await books.hear(statement(Entry("7.95", labels[1, 2]), iban=INSURER))
    assert outcome.executed == 1


async def test_a_refused_payment_is_due_again_and_the_next_run_pays_it(books: Books):
    labels, message = await order(books)
    [outcome] = await books.hear(report(message, (labels[1, 1], "RJCT")))
    assert (outcome.rejected, outcome.accepted) == (1, 0)
    assert (await books.position(1)).due_cents == 1250
    again = await books.pay(rank=2)
    assert (again.payments, again.amount_cents) == (1, 1250)
    data = await books.returns(again)
    assert data.reference.tolist() == [1, 2], "the second payment shows the invoices of the first"
    assert data.amount.tolist() == [1000, 250]
    assert (await books.labels(again))[1, 1] != labels[1, 1]


async def test_a_transfer_is_believed_before_its_file(books: Books):
    labels, message = await order(books)
    [outcome] = await books.hear(report(message, (labels[1, 1], "RJCT"), group="ACCP"))
    assert (outcome.rejected, outcome.accepted) == (1, 1)


async def test_a_whole_file_refused_releases_every_payment(books: Books):
    _, message = await order(books)
    [outcome] = await books.hear(report(message, group="RJCT"))
    assert outcome.rejected == 2
    position = await books.position(1)
    assert (position.due_cents, position.ordered_cents) == (2045, 0)


async def test_a_return_makes_the_sum_due_again(books: Books):
    labels, _ = await order(books)
    back = Entry("7.95", labels[1, 2], debit=False, reference="R2", returned="AC04", day="2026-11-26")
    await books.hear(statement(Entry("7.95", labels[1, 2]), iban=INSURER))
    [outcome] = await books.hear(statement(back, iban=INSURER, number="S2"))
    assert outcome.returned == 1
    position = await books.position(1)
    assert (position.due_cents, position.paid_cents, position.returned_cents) == (795, 795, 795)
    again = await books.pay(rank=2)
    assert (again.payments, again.amount_cents) == (1, 795)
    assert (await books.returns(again)).reference.tolist() == [3]


async def test_a_return_heard_before_its_debit_counts_both_and_the_late_debit_only_confirms(books: Books):
    labels, _ = await order(books)
    back = Entry("7.95", labels[1, 2], debit=False, reference="R2", returned="AC04")
    [outcome] = await books.hear(statement(back, iban=INSURER))
    assert (outcome.executed, outcome.returned) == (1, 1)
    [late] = await books.hear(statement(Entry("7.95", labels[1, 2]), iban=INSURER, number="S2"))
    assert (late.executed, late.confirmed, late.suspended) == (0, 1, 0)
    assert (await books.position(1)).paid_cents == 795


async def test_a_block_booked_at_once_executes_all_that_was_not_refused(books: Books):
    labels, message = await order(books)
    await books.hear(report(message, (labels[1, 1], "RJCT")))
    [outcome] = await books.hear(statement(Entry("7.95", block=message), iban=INSURER))
    assert outcome.executed == 1
    assert (await books.position(1)).paid_cents == 795


async def test_a_block_of_another_amount_stands_in_suspense(books: Books):
    _, message = await order(books)
    [outcome] = await books.hear(statement(Entry("20.00", block=message), iban=INSURER))
    assert (outcome.executed, outcome.suspended) == (0, 1)
    [line] = await books.suspense()
    assert (line.reason.code, line.owner, line.amount_cents) == ("payments.amount_differs", "bank", 2000)
    assert (await books.position(1)).suspense_cents == -2000


async def test_a_file_sent_twice_changes_nothing_the_second_time(books: Books):
    labels, message = await order(books)
    documents = [
        report(message, group="ACCP"),
        statement(Entry("12.50", labels[1, 1]), Entry("3.00", "INCONNU", reference="R9"), iban=INSURER),
    ]
    await books.hear(*documents)
    before = await books.position(1)
    again = await books.hear(*documents)
    assert [outcome.read_before for outcome in again] == [True, True]
    assert await books.position(1) == before
    assert len(await books.suspense()) == 1


async def test_a_movement_in_two_files_counts_once(books: Books):
    labels, _ = await order(books)
    first = Entry("12.50", labels[1, 1])
    await books.hear(statement(first, iban=INSURER))
    second = Entry("7.95", labels[1, 2], reference="R2")
    [outcome] = await books.hear(statement(first, second, iban=INSURER, number="S2"))
    assert (outcome.executed, outcome.confirmed, outcome.suspended) == (1, 0, 0)


async def test_a_notice_then_a_statement_of_the_same_debit_count_once(books: Books):
    labels, _ = await order(books)
    await books.hear(statement(Entry("12.50", labels[1, 1], reference="N1"), kind="054", version="04", iban=INSURER))
    [outcome] = await books.hear(statement(Entry("12.50", labels[1, 1], reference="R1"), iban=INSURER))
    assert (outcome.executed, outcome.confirmed) == (0, 1)
    assert (await books.position(1)).paid_cents == 1250


async def test_the_same_order_debited_twice_is_the_banks_to_explain(books: Books):
    labels, _ = await order(books)
    twice = [Entry("12.50", labels[1, 1]), Entry("12.50", labels[1, 1], reference="R2")]
    [outcome] = await books.hear(statement(*twice, iban=INSURER))
    assert (outcome.executed, outcome.suspended) == (1, 1)
    [later] = await books.hear(statement(Entry("12.50", labels[1, 1], reference="R3"), iban=INSURER, number="S2"))
    assert later.suspended == 1
    assert {line.reason.code for line in await books.suspense()} == {"payments.paid_twice"}
    assert (await books.position(1)).paid_cents == 1250


async def test_a_debit_after_a_refusal_is_not_believed(books: Books):
    labels, message = await order(books)
    await books.hear(report(message, (labels[1, 1], "RJCT")))
    [outcome] = await books.hear(statement(Entry("12.50", labels[1, 1]), iban=INSURER))
    assert (outcome.executed, outcome.suspended) == (0, 1)
    assert [line.reason.code for line in await books.suspense()] == ["payments.answer_contradicts"]


async def test_a_refusal_after_a_debit_is_kept_for_a_person(books: Books):
    labels, message = await order(books)
    await books.hear(statement(Entry("12.50", labels[1, 1]), iban=INSURER))
    [outcome] = await books.hear(report(message, (labels[1, 1], "RJCT"), ("PAS-A-NOUS", "RJCT")))
    assert (outcome.rejected, outcome.anomalies) == (0, 2)
    assert (await books.position(1)).paid_cents == 1250


async def test_an_order_of_one_insurer_is_not_matched_on_the_account_of_another(books: Books):
    labels, _ = await order(books)
    [outcome] = await books.hear(statement(Entry("40.00", labels[2, 1]), iban=INSURER))
    assert (outcome.executed, outcome.suspended) == (0, 1)
    assert (await books.position(2)).ordered_cents == 4000


async def test_a_statement_of_an_unknown_account_is_refused_whole(books: Books):
    labels, _ = await order(books)
    [outcome] = await books.hear(statement(Entry("12.50", labels[1, 1]), iban=iban(999)))
    assert [defect.reason.code for defect in outcome.defects] == ["payments.account_unknown"]
    assert (await books.position(1)).ordered_cents == 2045


async def test_an_unknown_line_waits_until_somebody_explains_it_once(books: Books):
    await order(books)
    await books.hear(statement(Entry("12.34", "", debit=False), iban=INSURER))
    [line] = await books.suspense()
    assert (line.reason.code, line.owner, line.tenant) == ("payments.line_unknown", "insurer", 1)
    async with books.database.transaction(Role.PAY) as work:
        await reconcile.explain(work, line.bank_line, account=1, note="a premium paid into the wrong account")
    assert await books.suspense() == []
    assert (await books.position(1)).suspense_cents == 0
    with pytest.raises(Misuse):
        async with books.database.transaction(Role.PAY) as work:
            await reconcile.explain(work, line.bank_line, account=1, note="again")


async def test_what_a_practice_pays_back_is_no_longer_deducted(books: Books):
    [due] = await books.due((1, 3, 5000))
    run = await books.pay()
    await books.hear(statement(Entry("50.00", (await books.labels(run))[1, 3]), iban=INSURER))
    [taken_back] = await books.cancel(due)
    assert (await books.position(1)).due_cents == -5000
    await books.hear(statement(Entry("50.00", debit=False, reference="R7"), iban=INSURER, number="S2"))
    [line] = await books.suspense()
    async with books.database.transaction(Role.PAY) as work:
        await reconcile.recover(work, line.bank_line, account=1, note="cheque of the practice", cancellation=taken_back)
    position = await books.position(1)
    assert (position.due_cents, position.recovered_cents, position.suspense_cents) == (0, 5000, 0)
    await books.due((1, 3, 700))
    data = await books.returns(await books.pay(rank=2))
    assert data.amount.tolist() == [700]


async def test_a_sum_deducted_before_cannot_be_paid_back_too(books: Books):
    [due] = await books.due((1, 3, 5000))
    await books.pay()
    [taken_back] = await books.cancel(due)
    await books.due((1, 3, 8000))
    assert (await books.pay(rank=2)).amount_cents == 3000
    await books.hear(statement(Entry("50.00", debit=False, reference="R7"), iban=INSURER))
    [line] = await books.suspense()
    for cancellation in (taken_back, due, 9999):
        with pytest.raises(Misuse):
            async with books.database.transaction(Role.PAY) as work:
                await reconcile.recover(work, line.bank_line, account=1, note="no", cancellation=cancellation)
    assert len(await books.suspense()) == 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_books_follow_a_whole_bank_to_the_cent(books: Books, tmp_path: Path, seed: int):
    """The seed chooses how each account shows a block: one line, a line with details, or a line per transfer."""
    amounts = [(practice, 100 * practice + cents) for practice in (1, 2, 3, 4, 5) for cents in (7, 95)]
    rows = [(tenant, practice, cents) for tenant in (1, 2) for practice, cents in amounts]
    await books.due(*rows)
    run = await books.pay()
    files = await books.files(run)
    told = bank([file.path for file in files], tmp_path / "bank", seed=seed)
    outcomes = await books.hear(*[path.read_bytes() for path in (*told.statuses, *told.statements)])
    assert [outcome.remarks for outcome in outcomes if outcome.remarks] == []
    assert sum(outcome.rejected for outcome in outcomes) == told.refused
    assert sum(outcome.returned for outcome in outcomes) == told.returned
    assert sum(outcome.suspended for outcome in outcomes) == told.unknown
    positions = [await books.position(tenant) for tenant in (1, 2)]
    assert sum(position.ordered_cents for position in positions) == 0
    assert sum(position.paid_cents for position in positions) == told.ordered_cents - told.refused_cents
    assert sum(position.returned_cents for position in positions) == told.returned_cents
    assert sum(position.due_cents for position in positions) == told.refused_cents + told.returned_cents
    assert sum(position.suspense_cents for position in positions) == told.unknown_cents
    assert run.execution_date == DAY
