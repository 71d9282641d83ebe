"""Whatever a B2 file holds, nothing is lost: what is written is read, what is damaged is placed."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from tests.unit import paper_b2 as paper

from cloison.gateways.files import b2
from cloison.gateways.files.b2_claims import batch_of
from cloison.gateways.files.columns import Array

DIGIT_TEXT = st.text("0123456789", min_size=1, max_size=9)
Columns: TypeAlias = tuple[b2.Batches, b2.Invoices, b2.Lines, b2.Products, b2.MedicalActs]
TOOTH = st.sampled_from([b"21", b"36", b"55", b"85", b"  ", b"  ", b"00", b"19", b"99", b"5X", b"56"])
CODES = st.sampled_from([b"G", b"CS", b"AMI", b"TXI", b"PH7", b"ABCDE"])


@st.composite
def files(draw: st.DrawFn) -> Columns:
    """A few batches of a few invoices of a few lines, every column drawn."""
    shape = draw(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), min_size=1, max_size=3))
    lines_of = [count for batch in shape for count in batch]
    batch = np.repeat(range(len(shape)), [len(batch) for batch in shape])
    size, count = len(lines_of), sum(lines_of)

    def column(values: st.SearchStrategy[object], rows: int, shape: str) -> Array:
        return np.array(draw(st.lists(values, min_size=rows, max_size=rows)), shape)

    def amounts(most: int) -> st.SearchStrategy[int]:
        return st.one_of(st.integers(0, most), st.just(most))

    days = st.dates(date(2026, 1, 1), date(2026, 11, 20))
    optional_days = st.one_of(st.none(), days)
    numbers = [f"{100 + at:09d}".encode() for at in range(size)]
    engagement = st.sampled_from([b"", b"E1", b"ENGAGEMENT-1234567890"[:20]])
    invoices = b2.Invoices.blank(
        size, batch=batch, practice_number=np.array([b"750000001"])[np.zeros(size, np.intp)], invoice_number=numbers,
        nir=b"253072B073004", nir_key=b"70", birth_date=b"801301", birth_rank=b"1", rank=b"000", operation=b"1",
        patient_file=b"000000000", caisse=b"751", centre=b"0000", destination=b"000", exoneration=b"0",
        accident=b"000000000", grand_regime=column(st.integers(0, 99), size, "i2"),
        nature_assurance=column(st.integers(0, 99), size, "i2"),
        contract_type=column(st.integers(0, 99), size, "i2"), invoice_date=column(days, size, "M8[D]"),
        start_date=column(optional_days, size, "M8[D]"), entry_date=column(optional_days, size, "M8[D]"),
        exit_date=column(optional_days, size, "M8[D]"), amc_number=b"0075004407",
        engagement=column(engagement, size, "S20"), pathway=column(st.sampled_from([b"", b"T", b"S"]), size, "S1"),
        first_line=np.cumsum(lines_of) - lines_of, line_count=lines_of,
    )  # fmt: skip
    start = column(days, count, "M8[D]")
    kinds = column(st.sampled_from([3, 4]), count, "i1")
    amo = column(amounts(99_999), count, "i8")
    lines = b2.Lines.blank(
        count, invoice=np.repeat(range(size), lines_of), kind=kinds, start_date=start, end_date=start,
        code=column(CODES, count, "S5"), quantity=column(st.integers(1, 99), count, "i4"),
        coefficient=column(amounts(99_999), count, "i8"), unit_price=column(amounts(9_999_999), count, "i8"),
        base=column(amounts(9_999_999), count, "i8"), rate=column(st.integers(0, 100), count, "i4"), amo=amo,
        total=amo + column(amounts(999_999), count, "i8"), amc=column(amounts(999_999), count, "i8"),
        exoneration=b"0", specialty=np.where(kinds == 4, b"01", b""), mt=b"07", dmt=b"000",
        count=np.where(kinds == 4, column(st.integers(0, 99), count, "i4"), 0),
    )  # fmt: skip
    owners = np.flatnonzero(kinds == 3)
    per_owner = column(st.integers(0, 2), len(owners), "i8")
    products = b2.Products.blank(
        int(per_owner.sum()), line=np.repeat(owners, per_owner), code=b"1234567", quantity=1, tariff=999, total=999
    )
    batches = b2.Batches.blank(
        len(shape), practice_number=b"750000001", number=[f"{at + 1:03d}".encode() for at in range(len(shape))],
        caisse=b"751", category=b"189", legal_status=b"60", tariff_mode=b"05", name=b"CABINET", norm=b"CP",
        date=np.datetime64("2026-11-20"),
    )  # fmt: skip
    owners = np.flatnonzero(kinds == 4)
    per_owner = column(st.sampled_from([0, 1, 1, 1, 2]), len(owners), "i8")
    named = int(per_owner.sum())
    teeth = [b"".join(draw(st.lists(TOOTH, max_size=4))) for _ in range(named)]
    acts = b2.MedicalActs.blank(
        named, line=np.repeat(owners, per_owner), teeth=np.array(teeth, "S32"),
        code=column(st.sampled_from([b"HBLD036", b"HHMC005", b""]), named, "S13"),
        activity=column(st.sampled_from([b"1", b"4", b""]), named, "S1"),
        phase=column(st.sampled_from([b"0", b"1", b"0", b""]), named, "S1"),
    )  # fmt: skip
    return *b2.totalled(batches, invoices, lines), lines, products, acts


HEADER = b2.Header(sender="00000123456789", receiver="00000999000001", file_id="F00001", created=date(2026, 11, 20))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("b2") / "day.b2"


@given(files())
@settings(deadline=None, max_examples=60)
def test_written_read_and_written_again_is_the_same_file(path: Path, columns: Columns):
    b2.write(path, HEADER, *columns)
    content = path.read_bytes()

    found = b2.survey(path)
    (chunk,) = b2.read(path, known=found)
    (kept,) = b2.read(path, known=found, keep_raw=True)

    assert found.refused is None
    assert len(found.defects) == len(chunk.defects) == 0
    header = replace(found.header, raw=None, raw_trailer=None)
    bare = b2.render(header, chunk.batches, chunk.invoices, chunk.lines, chunk.products, chunk.medical_acts)
    raw = b2.render(
        found.header, kept.batches, kept.invoices, kept.lines, kept.products, kept.medical_acts, kept.extras
    )
    assert bare.tobytes() == content
    assert raw.tobytes() == content


@given(files(), st.integers(1, 5))
@settings(deadline=None, max_examples=30)
def test_chunks_of_any_size_say_the_same(path: Path, columns: Columns, size: int):
    b2.write(path, HEADER, *columns)
    (whole,) = b2.read(path)

    parts = list(b2.read(path, invoices_per_chunk=size))

    for name in b2.Lines.SHAPES:
        if name != "invoice":
            joined = np.concatenate([getattr(part.lines, name) for part in parts])
            np.testing.assert_array_equal(joined, getattr(whole.lines, name), err_msg=name)
    for name in b2.Invoices.SHAPES:
        if name != "first_line":
            joined = np.concatenate([getattr(part.invoices, name) for part in parts])
            np.testing.assert_array_equal(joined, getattr(whole.invoices, name), err_msg=name)


@given(st.lists(st.tuples(st.integers(0, 19 * 128 - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=300)
def test_a_damaged_file_is_refused_or_read_and_no_invoice_vanishes(path: Path, damages: list[tuple[int, int]]):
    content = bytearray(b"".join(paper.sample()))
    for at, byte in damages:
        content[at] = byte
    path.write_bytes(content)

    found = b2.survey(path)

    list(found.defects.report(path.name, limit=None))
    if found.refused is None:
        chunks = list(b2.read(path, known=found, invoices_per_chunk=2))
        records = [record for chunk in chunks for record in chunk.invoices.record.tolist()]
        assert records == found.invoice_first.tolist()
        for chunk in chunks:
            list(chunk.defects.report(path.name, limit=None))
            blamed = set(chunk.defects.record.tolist())
            for row in np.flatnonzero(chunk.invoices.reason):
                span = range(int(chunk.invoices.record[row]), int(chunk.invoices.last_record[row]) + 1)
                of_batch = chunk.batches.reason[chunk.invoices.batch[row]] != 0
                assert of_batch or blamed & set(span), "a refusal has a place"


@given(st.integers(0, 19 * 128), st.binary(max_size=40))
@settings(deadline=None, max_examples=150)
def test_bytes_lost_or_added_anywhere_are_noticed(path: Path, at: int, added: bytes):
    content = b"".join(paper.sample())
    path.write_bytes(content[:at] + added + content[at + 1 :])
    if path.read_bytes() == content:
        return

    found = b2.survey(path)

    if found.refused is None:
        chunks = list(b2.read(path, known=found))
        assert sum(len(chunk.invoices) for chunk in chunks) == found.invoice_count


@given(st.binary(max_size=2000))
@settings(deadline=None, max_examples=100)
def test_anything_at_all_is_refused_in_words(path: Path, content: bytes):
    path.write_bytes(content)

    found = b2.survey(path)

    assert found.refused is not None
    assert list(found.defects.report(path.name))


@given(files())
@settings(deadline=None, max_examples=60)
def test_the_acts_and_teeth_of_a_file_are_those_that_a_clerk_reads_in_it(path: Path, columns: Columns):
    b2.write(path, HEADER, *columns)
    (chunk,) = b2.read(path)
    batch = batch_of(1, 0, chunk)
    acts, teeth = read_by_a_clerk(path.read_bytes())
    assert dict(zip(batch.items.act.tolist(), batch.items.official.tolist(), strict=True)) == acts
    assert dict(zip(batch.teeth.act.tolist(), batch.teeth.tooth.tolist(), strict=True)) == teeth


MOUTH = {10 * quadrant + place for quadrant in range(1, 9) for place in range(1, 9 if quadrant < 5 else 6)}


def read_by_a_clerk(content: bytes) -> tuple[dict[int, bytes], dict[int, int]]:
    """The act and the tooth of each line, record by record; a line that names two of them names none."""
    names: dict[int, list[bytes]] = {}
    teeth: dict[int, set[int]] = {}
    line = -1
    for at in range(0, len(content), 128):
        record = content[at : at + 128]
        if record[:1] == b"4" and record[38:39] == b"M":
            if record[42:55].strip():
                names.setdefault(line, []).append(record[42:55].strip() + b" %c %c" % (record[56], record[57]))
            for slot in range(70, 102, 2):
                written = record[slot : slot + 2].decode()
                if written.isdigit() and int(written) in MOUTH:
                    teeth.setdefault(line, set()).add(int(written))
        elif record[:1] in (b"3", b"4") and record[38:39].isdigit():
            line += 1
    whole = {line: given[0] for line, given in names.items() if len(given) == 1 and len(given[0].split()) == 3}
    return whole, {line: min(given) for line, given in teeth.items() if len(given) == 1}
