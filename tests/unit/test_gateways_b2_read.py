"""B2 is read position by position into columns."""

from pathlib import Path

import numpy as np
import pytest
from tests.unit import paper_b2 as paper

from cloison.errors import Misuse
from cloison.gateways.files import b2
from cloison.gateways.files.b2_layout import LAYOUTS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "day.b2"


def one(path: Path, records: list[bytearray]) -> b2.Chunk:
    path.write_bytes(b"".join(records))
    (chunk,) = b2.read(path)
    return chunk


def test_a_record_has_128_positions():
    assert [sum(item.width for item in layout.fields) for layout in LAYOUTS] == [128] * len(LAYOUTS)


def test_a_survey_says_what_the_file_holds(path: Path):
    path.write_bytes(b"".join(paper.sample()))

    found = b2.survey(path)

    assert (found.record_count, found.batch_count, found.invoice_count, found.line_count) == (19, 2, 3, 4)
    assert found.refused is None
    assert len(found.defects) == 0
    assert str(found.header.created) == "2026-11-20"
    assert (found.header.sender, found.header.file_id, found.header.norm) == ("00000123456789", "F00001", "CP")
    assert found.batches.practice_number.tolist() == [b"751234567", b"750712184"]
    assert found.batches.number.tolist() == [b"001", b"002"]
    assert found.batches.name[0].decode("latin-1") == "CABINET DU MÉRIDIEN"
    assert found.batches.total.tolist() == [6000, 6000]
    assert found.batches.first_record.tolist() == [2, 12]
    assert found.batches.last_record.tolist() == [11, 18]


def test_an_invoice_becomes_a_row(path: Path):
    invoices = one(path, paper.sample()).invoices

    assert invoices.reason.tolist() == [0, 0, 0]
    assert invoices.record.tolist() == [3, 7, 13]
    assert invoices.last_record.tolist() == [6, 10, 17]
    assert invoices.batch.tolist() == [0, 0, 1]
    assert invoices.invoice_number.tolist() == [b"000000011", b"000000012", b"000000011"]
    assert invoices.nir.tolist() == [b"253072B073004", b"1891275125012", b"253072B073004"]
    assert invoices.nir_key.tolist() == [b"70", b"82", b"70"]
    assert invoices.birth_date.tolist() == [b"801301"] * 3, "a lunar date stays text"
    assert invoices.invoice_date.astype(str).tolist() == ["2026-11-19"] * 3
    assert np.isnat(invoices.entry_date).all()
    assert invoices.amc_number.tolist() == [b"0075004407"] * 3
    assert invoices.engagement.tolist() == [b"ENG0001", b"", b""]
    assert invoices.own_nir.tolist() == [b"253072B073004", b"1891275125012", b"253072B073004"]
    assert invoices.pathway.tolist() == [b"T"] * 3
    assert invoices.contract_type.tolist() == [1, 1, 1]
    assert invoices.fees.tolist() == [3000, 3000, 0]
    assert invoices.total_ph.tolist() == [0, 0, 6000]
    assert invoices.first_line.tolist() == [0, 1, 2]
    assert invoices.line_count.tolist() == [1, 1, 2]


def test_lines_of_both_kinds_become_rows_of_one_table(path: Path):
    lines = one(path, paper.sample()).lines

    assert lines.invoice.tolist() == [0, 1, 2, 2]
    assert lines.kind.tolist() == [4, 4, 3, 3]
    assert lines.record.tolist() == [5, 9, 15, 16]
    assert lines.code.tolist() == [b"G", b"G", b"PH7", b"PH4"]
    assert lines.start_date.astype(str).tolist() == ["2026-11-18"] * 4
    assert lines.end_date.tolist() == lines.start_date.tolist()
    for name, value in {"quantity": 1, "coefficient": 100, "unit_price": 2650, "base": 2650, "rate": 70, "amo": 1855,
                        "total": 3000, "amc": 795}.items():  # fmt: skip
        assert getattr(lines, name).tolist() == [value] * 4, name
    assert lines.specialty.tolist() == [b"01", b"01", b"", b""]
    assert lines.mt.tolist() == [b"07"] * 4


def test_a_blank_insurer_with_the_mutualist_mark_is_kept_apart(path: Path):
    records = paper.sample()
    paper.put(records, paper.FIRST, 119, "         M")

    invoices = one(path, records).invoices

    assert invoices.top_mutualiste.tolist() == [True, False, False]
    assert invoices.amc_number[0] == b""


def test_complements_of_a_line_hang_on_it(path: Path):
    records = paper.sample()
    head = records[paper.PHARMACY_LINE][:38]
    product = bytearray(head) + b"F   " + b"1234567".ljust(27) + b"02" + b"0001500" + b"0003000" + b"0" * 21
    records.insert(paper.PHARMACY_LINE + 1, product.ljust(128))
    act = bytearray(records[paper.FIRST_LINE][:38]) + b"M   HBLD036  " + b" " * 5 + b"10A" + b"J   1" + b" "
    records.insert(paper.FIRST_LINE + 1, act.ljust(128))

    chunk = one(path, paper.counted(records))

    assert chunk.invoices.reason.tolist() == [0, 0, 0]
    assert chunk.invoices.line_count.tolist() == [1, 1, 2], "a complement is not a line"
    assert chunk.products.line.tolist() == [2]
    assert chunk.products.code.tolist() == [b"1234567"]
    assert (chunk.products.quantity[0], chunk.products.tariff[0], chunk.products.total[0]) == (2, 1500, 3000)
    assert chunk.medical_acts.line.tolist() == [0]
    assert chunk.medical_acts.code.tolist() == [b"HBLD036"]


def test_postal_codes_and_civilities_are_skipped_without_being_kept(path: Path):
    records = paper.sample()
    records.insert(paper.FIRST + 1, (bytearray(records[paper.FIRST][:38]) + b"C").ljust(90) + b"75012".ljust(38))

    chunk = one(path, paper.counted(records))

    assert chunk.invoices.reason.tolist() == [0, 0, 0]
    assert chunk.extras is None


@pytest.mark.parametrize(
    ("written", "read"),
    [("261118", "2026-11-18"), ("991231", "1999-12-31"), ("360101", "2036-01-01"), ("370101", "1937-01-01")],
)
def test_a_two_digit_year_lies_from_89_before_to_10_after_the_file(path: Path, written: str, read: str):
    records = paper.sample()
    paper.put(records, paper.FIRST, 103, written)

    assert str(one(path, records).invoices.entry_date[0]) == read


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_chunk_is_whole_invoices_whatever_its_size(path: Path, size: int):
    path.write_bytes(b"".join(paper.sample()))

    chunks = list(b2.read(path, invoices_per_chunk=size))

    assert sum(len(chunk.invoices) for chunk in chunks) == 3
    for chunk in chunks:
        assert len(chunk.invoices) <= size
        assert chunk.lines.invoice.tolist() == np.repeat(range(len(chunk.invoices)), chunk.invoices.line_count).tolist()
    assert [total for chunk in chunks for total in chunk.lines.total.tolist()] == [3000] * 4


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("closed", [True, False])
def test_line_ends_between_records_are_skipped_with_a_notice(path: Path, end: bytes, closed: bool):
    path.write_bytes(end.join(paper.sample()) + (end if closed else b""))

    found = b2.survey(path)
    (chunk,) = b2.read(path, known=found)

    assert found.refused is None
    assert [defect.reason.code for defect in found.defects.report("day.b2")] == ["notice.separators"]
    assert chunk.invoices.reason.tolist() == [0, 0, 0]
    assert chunk.lines.total.tolist() == [3000] * 4


def test_a_refused_file_is_not_read_by_mistake(path: Path):
    path.write_bytes(b"".join(paper.sample()[:-1]))

    with pytest.raises(Misuse, match=r"read\.refused"):
        next(b2.read(path))


def test_columns_never_show_what_they_hold(path: Path):
    chunk = one(path, paper.sample())

    assert "253072" not in f"{chunk!r} {chunk.invoices!r} {b2.survey(path)!r}"
