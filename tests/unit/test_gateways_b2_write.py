"""Columns become B2 again: byte for byte, complete, or refused."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.unit import paper_b2 as paper

from cloison.errors import Misuse
from cloison.gateways.files import b2
from cloison.gateways.files.reasons import REASONS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "day.b2"


def read_one(path: Path, keep_raw: bool = False) -> tuple[b2.Survey, b2.Chunk]:
    found = b2.survey(path)
    (chunk,) = b2.read(path, known=found, keep_raw=keep_raw)
    return found, chunk


def again(found: b2.Survey, chunk: b2.Chunk) -> bytes:
    return b2.render(
        found.header, chunk.batches, chunk.invoices, chunk.lines, chunk.products, chunk.medical_acts, chunk.extras
    ).tobytes()


def test_a_file_kept_raw_is_written_back_byte_for_byte(path: Path):
    content = b"".join(paper.sample())
    path.write_bytes(content)

    assert again(*read_one(path, keep_raw=True)) == content


def test_bytes_that_no_column_names_survive(path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST_LINE, 44, "UNNAMED 44")
    paper.put(records, paper.FIRST, 65, "987654")
    paper.put(records, paper.PHARMACY_LINE, 120, "XY")
    records.insert(paper.FIRST + 1, (bytearray(records[paper.FIRST][:38]) + b"B M").ljust(128))
    content = b"".join(paper.counted(records))
    path.write_bytes(content)

    assert again(*read_one(path, keep_raw=True)) == content


def test_what_could_not_be_read_is_written_back_as_it_was(path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST_LINE, 115, "-0003000")
    paper.put(records, paper.FIRST_LINE, 70, "260231")
    paper.put(records, paper.PHARMACY_LINE, 50, "000000")
    content = b"".join(records)
    path.write_bytes(content)

    assert again(*read_one(path, keep_raw=True)) == content


def test_a_correction_changes_its_field_and_nothing_else(path: Path):
    content = b"".join(paper.sample())
    path.write_bytes(content)
    found, chunk = read_one(path, keep_raw=True)

    corrected = replace(chunk.lines, code=np.array([b"GS", b"G", b"PH7", b"PH4"]))
    written = again(found, replace(chunk, lines=corrected))

    differing = [at for at in range(len(content)) if content[at] != written[at]]
    assert differing == [paper.FIRST_LINE * 128 + 76]


def test_a_file_written_from_columns_alone_reads_the_same(path: Path, tmp_path: Path):
    path.write_bytes(b"".join(paper.sample()))
    found, chunk = read_one(path)
    copy = tmp_path / "copy.b2"

    b2.write(copy, replace(found.header, raw=None, raw_trailer=None), chunk.batches, chunk.invoices, chunk.lines)
    _, same = read_one(copy)

    assert same.invoices.reason.tolist() == [0, 0, 0]
    for before, after in ((chunk.batches, same.batches), (chunk.invoices, same.invoices), (chunk.lines, same.lines)):
        for name in before.SHAPES:
            np.testing.assert_array_equal(getattr(before, name), getattr(after, name), err_msg=name)


def test_totals_are_computed_when_asked(path: Path):
    path.write_bytes(b"".join(paper.sample()))
    _, chunk = read_one(path)
    emptied = replace(chunk.invoices, fees=chunk.invoices.fees * 0, announced_lines=chunk.invoices.announced_lines * 0)

    batches, invoices = b2.totalled(chunk.batches, emptied, chunk.lines)

    assert invoices.fees.tolist() == chunk.invoices.fees.tolist()
    assert invoices.participation.tolist() == chunk.invoices.participation.tolist()
    assert invoices.announced_lines.tolist() == [1, 1, 2]
    assert batches.total.tolist() == [6000, 6000]


@pytest.mark.parametrize(
    ("column", "value"),
    [("amc", 10**6), ("base", 10**7), ("total", 10**8), ("amo", -1), ("quantity", 100), ("rate", 1000)],
)
def test_an_amount_that_does_not_fit_is_refused_never_truncated(path: Path, column: str, value: int):
    path.write_bytes(b"".join(paper.sample()))
    found, chunk = read_one(path)
    values = getattr(chunk.lines, column).copy()
    values[0] = value

    with pytest.raises(Misuse, match=rf"write\.overflow.*4, {column}"):
        b2.render(found.header, chunk.batches, chunk.invoices, replace(chunk.lines, **{column: values}))


def test_a_text_that_does_not_fit_is_refused(path: Path):
    path.write_bytes(b"".join(paper.sample()))
    found, chunk = read_one(path)

    wide = replace(chunk.lines, code=np.array([b"TOOLONG"] * 4))
    with pytest.raises(Misuse, match=r"write\.overflow"):
        b2.render(found.header, chunk.batches, chunk.invoices, wide)


def test_columns_that_do_not_match_are_refused(path: Path):
    path.write_bytes(b"".join(paper.sample()))
    found, chunk = read_one(path)

    with pytest.raises(Misuse, match=r"write\.disorder"):
        b2.render(found.header, chunk.batches, chunk.invoices, chunk.lines.take(slice(1, None)))
    with pytest.raises(Misuse, match=r"write\.disorder"):
        b2.render(found.header, chunk.batches, chunk.invoices.take(slice(None, None, -1)), chunk.lines)


def test_refused_invoices_leave_in_a_file_of_their_own(path: Path, tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST_LINE, 115, "-0003000")
    paper.put(records, paper.PHARMACY_LINE, 44, "260231")
    path.write_bytes(b"".join(records))
    found, chunk = read_one(path)
    refused = chunk.invoices.record[chunk.invoices.reason != 0]
    rejected = tmp_path / "refused.b2"

    assert b2.write_rejected(rejected, found, refused) == 2
    apart, invoices = read_one(rejected)

    assert apart.refused is None
    assert len(apart.defects) == 0
    assert apart.batches.practice_number.tolist() == [b"751234567", b"750712184"]
    assert apart.header.created == found.header.created
    assert invoices.invoices.reason.tolist() == [
        REASONS["field.negative"].number, REASONS["date.impossible"].number,
    ]  # fmt: skip
    assert b2.raw_of(found, 3, 6) == b"".join(records[2:6]) == b2.raw_of(apart, 3, 6)


def test_a_refused_invoice_corrected_in_its_file_is_accepted(path: Path, tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST_LINE, 70, "260231")
    path.write_bytes(b"".join(records))
    found, chunk = read_one(path)
    rejected = tmp_path / "refused.b2"
    b2.write_rejected(rejected, found, chunk.invoices.record[:1], date(2026, 11, 21))

    rejected.write_bytes(rejected.read_bytes().replace(b"260231", b"261118"))

    again, corrected = read_one(rejected)
    assert corrected.invoices.reason.tolist() == [0]
    assert again.header.created == date(2026, 11, 21)


def test_a_sick_batch_gives_its_invoices_a_sound_one(path: Path, tmp_path: Path):
    records = paper.sample()
    paper.put(records, paper.BATCH_TOTAL, 25, "000009999")
    path.write_bytes(b"".join(records))
    found, chunk = read_one(path)
    rejected = tmp_path / "refused.b2"

    b2.write_rejected(rejected, found, chunk.invoices.record[chunk.invoices.reason != 0])

    assert read_one(rejected)[1].invoices.reason.tolist() == [0, 0]
