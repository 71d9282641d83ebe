"""Whatever is paid and rejected, the return adds up, and reading it gives back what was written."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings
from tests.unit.test_gateways_noemie import DAY, LETTERHEAD

from cloison.gateways.files import noemie
from cloison.gateways.files.columns import Array

PRACTICES_MAX = 3


@st.composite
def returns(draw: st.DrawFn) -> tuple[Array, noemie.Contents]:
    """A tree: practices of transfers of invoices of lines, with rejects and deductions, paid or taken back."""

    def children(parents: int, most: int) -> Array:
        counts = draw(st.lists(st.integers(0, most), min_size=parents, max_size=parents))
        return np.repeat(np.arange(parents), counts)

    def numbers(count: int, low: int, high: int) -> Array:
        return np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)), np.int64)

    practices = draw(st.integers(1, PRACTICES_MAX))
    of_practice = children(practices, 2)
    of_transfer = children(len(of_practice), 3)
    of_invoice = children(len(of_transfer), 3)
    deducted = children(len(of_practice), 1)
    amount = numbers(len(of_invoice), -99_999_999, 99_999_999)
    paid = np.zeros(len(of_transfer), np.int64)
    np.add.at(paid, of_invoice, amount)
    over = np.abs(paid) > 99_999_999
    amount[over[of_invoice]] = 1
    paid = np.zeros(len(of_transfer), np.int64)
    np.add.at(paid, of_invoice, amount)
    taken = -numbers(len(deducted), 0, 10_000)
    total = np.zeros(len(of_practice), np.int64)
    np.add.at(total, of_transfer, paid)
    np.add.at(total, deducted, taken)
    rejected_lines = np.flatnonzero(numbers(len(of_invoice), 0, 1))
    rejected = np.flatnonzero(numbers(len(of_transfer), 0, 1))
    owner = np.concatenate([rejected, of_invoice[rejected_lines]])
    line = np.concatenate([np.full(len(rejected), -1), rejected_lines])
    order = np.lexsort((line, owner))
    code = st.sampled_from([b"G", b"APC", b"PH7", b"ABCDE"])
    codes = np.array(draw(st.lists(code, min_size=len(of_invoice), max_size=len(of_invoice))), "S5")
    labels = draw(st.lists(st.sampled_from(["Droits fermés", "Hors tarif"]), min_size=len(line), max_size=len(line)))
    rate = numbers(len(of_invoice), 0, 100)
    built = noemie.Contents(
        noemie.Transfers.blank(len(of_practice), practice=of_practice, date=DAY, label_1=b"CLOISON", label_2=b"X",
                               amc_number=b"0075004407", payee=b"750000001", return_type=b"01", amount=total),
        noemie.ReturnedInvoices.blank(
            len(of_transfer), transfer=of_transfer, invoice_number=b"000000001", batch=b"001", batch_date=DAY,
            kind=b"B", invoice_date=DAY, nature=b"AS", amo_asked=numbers(len(of_transfer), 0, 99_999_999),
            amc_asked=numbers(len(of_transfer), 0, 99_999_999), amc_state=b"P", amc_paid=paid,
            amc_number=b"0075004407",
        ),
        noemie.ReturnedLines.blank(
            len(of_invoice), invoice=of_invoice, line=1, start_date=DAY, end_date=DAY, code=codes, rate=rate,
            reimbursed=np.sign(amount) * numbers(len(of_invoice), 0, 99_999_999), amc_amount=amount, quantity=1,
            coefficient=numbers(len(of_invoice), 0, 99_999), expense=numbers(len(of_invoice), 0, 99_999_999),
        ),
        noemie.Rejects.blank(len(line), invoice=owner[order], line=line[order], code=b"F201",
                             label=noemie.latin(labels, 86) if labels else b"", rank=1, part=b"C",
                             reject_level=np.where(line[order] >= 0, b"L", b"F")),
        noemie.Deductions.blank(len(deducted), transfer=deducted, reference=b"R", date=DAY, debt=b"IND",
                                operation=b"RPR", amount=taken),
    )  # fmt: skip
    return np.array([f"75000000{at}".encode() for at in range(practices)]), built


@given(returns())
@settings(deadline=None, max_examples=80)
def test_what_is_read_is_what_was_written(tree: tuple[Array, noemie.Contents]):
    practices, contents = tree

    written = noemie.render(LETTERHEAD, practices, contents)

    for practice in range(len(practices)):
        data = written.of(practice)
        found = noemie.read(data)
        assert found.defects == ()
        assert found.raw == data
        again = noemie.render(
            noemie.letterhead_of(found), practices[practice : practice + 1], noemie.contents_of(found)
        )
        assert again.of(0) == data


@given(returns())
@settings(deadline=None, max_examples=30)
def test_the_returns_of_a_run_add_up_to_its_transfers(tree: tuple[Array, noemie.Contents]):
    practices, contents = tree
    written = noemie.render(LETTERHEAD, practices, contents)

    total = sum(noemie.read(written.of(at)).trailer.signed("total") for at in range(len(practices)))  # type: ignore[union-attr]

    assert total == int(contents.transfers.amount.sum())


@given(st.binary(max_size=600), st.integers(0, 600))
@settings(deadline=None, max_examples=200)
def test_no_byte_of_a_foreign_text_is_lost(noise: bytes, at: int):
    empty = noemie.Contents(
        noemie.Transfers.blank(0), noemie.ReturnedInvoices.blank(0), noemie.ReturnedLines.blank(0),
        noemie.Rejects.blank(0), noemie.Deductions.blank(0),
    )  # fmt: skip
    whole = noemie.render(LETTERHEAD, np.array([b"750000001"]), empty).of(0)
    damaged = whole[:at] + noise + whole[at:]

    found = noemie.read(damaged)

    assert found.raw == damaged.rstrip(b"\r\n")
    noemie.contents_of(found)
