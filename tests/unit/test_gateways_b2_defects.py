"""A bad file, batch or invoice is refused with its reason and its place; the rest takes its course."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.unit import paper_b2 as paper
from tests.unit.paper_b2 import (
    BATCH,
    BATCH_TOTAL,
    FIRST,
    FIRST_LINE,
    FIRST_TOTAL,
    HEAD,
    LAST,
    PHARMACY,
    PHARMACY_INVOICE,
    PHARMACY_LINE,
    SECOND,
)

from cloison.errors import Defect
from cloison.gateways.files import b2
from cloison.gateways.files.reasons import REASONS

Records = list[bytearray]


def changed(at: int, position: int, text: str | bytes) -> Callable[[Records], Records]:
    def apply(records: Records) -> Records:
        paper.put(records, at, position, text)
        return records

    return apply


def without(at: int) -> Callable[[Records], Records]:
    def apply(records: Records) -> Records:
        del records[at]
        return paper.counted(records)

    return apply


def twice(at: int) -> Callable[[Records], Records]:
    def apply(records: Records) -> Records:
        records.insert(at, bytearray(records[at]))
        return paper.counted(records)

    return apply


def moved(at: int, to: int) -> Callable[[Records], Records]:
    def apply(records: Records) -> Records:
        records.insert(to, records.pop(at))
        return records

    return apply


def found_in(path: Path, content: bytes) -> list[Defect]:
    path.write_bytes(content)
    return list(b2.survey(path).defects.report(path.name))


def everything_of(path: Path, records: Records) -> tuple[b2.Survey, list[Defect], list[int]]:
    path.write_bytes(b"".join(records))
    found = b2.survey(path)
    chunks = list(b2.read(path, known=found)) if found.refused is None else []
    defects = [*found.defects.report(path.name)]
    for chunk in chunks:
        defects += chunk.defects.report(path.name)
    return found, defects, [int(reason) for chunk in chunks for reason in chunk.invoices.reason]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"000", "file.truncated"),
        (gzip.compress(b"".join(paper.sample())), "file.encoding"),
        (b"\xef\xbb\xbf" + b"".join(paper.sample()), "file.encoding"),
        (b"".join(paper.sample()).decode("latin-1").encode("utf-16"), "file.encoding"),
        (b"".join(paper.sample()).decode("latin-1").encode("cp037"), "file.encoding"),
        (b"\n".join(bytes(line).rstrip() for line in paper.sample()), "file.record_length"),
        (b"\n".join(bytes(line) + b"  " for line in paper.sample()), "file.record_length"),
    ],
    ids=["empty", "three bytes", "gzip", "byte order mark", "utf-16", "ebcdic", "trimmed lines", "long lines"],
)
def test_a_file_that_is_not_made_of_records_is_refused(tmp_path: Path, content: bytes, code: str):
    path = tmp_path / "day.b2"
    path.write_bytes(content)

    found = b2.survey(path)

    assert found.refused is not None
    assert found.refused.code == code


@pytest.mark.parametrize("cut", [1, 64, 127, 129, 1000])
def test_a_cut_file_is_refused_and_the_cut_is_placed(tmp_path: Path, cut: int):
    whole = b"".join(paper.sample())

    truncated, *_ = [
        defect for defect in found_in(tmp_path / "day.b2", whole[:-cut]) if defect.reason.code == "file.truncated"
    ]

    assert truncated.place.line == (len(whole) - cut) // 128 + 1
    assert truncated.cause == f"expected 128, found {(len(whole) - cut) % 128}"


def test_a_file_cut_between_two_records_misses_its_end(tmp_path: Path):
    defects = found_in(tmp_path / "day.b2", b"".join(paper.sample()[:-3]))

    assert [(defect.reason.code, defect.place.line) for defect in defects] == [
        ("batch.no_total", 12),
        ("file.no_trailer", 16),
    ]


def test_accents_in_two_bytes_shift_the_records_after_them(tmp_path: Path):
    utf8 = b"".join(paper.sample()).decode("latin-1").encode("utf-8")

    codes = {defect.reason.code: defect.place.line for defect in found_in(tmp_path / "day.b2", utf8)}

    assert "file.truncated" in codes
    assert codes["file.shifted"] == 3, "the record after the accent"


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (changed(HEAD, 1, "200"), "file.no_header", 1),
        (changed(HEAD, 83, "256"), "file.record_length", 1),
        (changed(HEAD, 56, "260231"), "file.date", 1),
        (changed(LAST, 1, "99X"), "file.no_trailer", 19),
        (changed(LAST, 56, "00000020"), "file.record_count", 19),
        (changed(LAST, 56, "0000002\0"), "file.record_count", 19),
        (changed(LAST, 83, "003"), "file.batch_count", 19),
        (twice(HEAD), "file.order", 2),
        (twice(LAST), "file.order", 19),
        (moved(BATCH, FIRST_TOTAL), "file.order", 2),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(
    tmp_path: Path, change: Callable[[Records], Records], code: str, line: int
):
    found, defects, reasons = everything_of(tmp_path / "day.b2", change(paper.sample()))

    assert found.refused is not None
    assert reasons == []
    assert (code, line) in [(defect.reason.code, defect.place.line) for defect in defects]


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (without(BATCH_TOTAL), "batch.no_total", 2),
        (changed(BATCH_TOTAL, 11, "003"), "batch.invoice_count", 11),
        (changed(BATCH_TOTAL, 14, "0009"), "batch.line_count", 11),
        (changed(BATCH_TOTAL, 25, "000006001"), "batch.total", 11),
        (changed(BATCH_TOTAL, 25, "-00006000"), "batch.field", 11),
        (changed(BATCH_TOTAL, 52, "009"), "batch.number", 11),
        (changed(BATCH_TOTAL, 2, "999999999"), "batch.number", 11),
        (changed(BATCH, 72, "261345"), "batch.field", 2),
        (twice(BATCH_TOTAL), "batch.order", 12),
        (moved(FIRST, FIRST_LINE), "batch.order", 3),
    ],
)
def test_a_batch_with_a_wrong_envelope_is_refused_and_the_others_are_read(
    tmp_path: Path, change: Callable[[Records], Records], code: str, line: int
):
    found, defects, reasons = everything_of(tmp_path / "day.b2", change(paper.sample()))

    assert found.refused is None
    assert (code, line) in [(defect.reason.code, defect.place.line) for defect in defects]
    assert found.batches.reason.tolist() == [REASONS[code].number, 0]
    assert all(reason == REASONS[code].number for reason in reasons[:-1])
    assert reasons[-1] == 0


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (changed(FIRST_LINE, 1, "7"), "invoice.unknown_record", 5),
        (moved(FIRST_TOTAL, FIRST_LINE), "invoice.order", 6),
        (twice(FIRST_TOTAL), "invoice.order", 7),
        (without(FIRST_TOTAL), "invoice.no_total", 5),
        (changed(FIRST_LINE, 115, b"000030\x000"), "field.nul", 5),
        (changed(FIRST_LINE, 60, b"\0"), "field.nul", 5),
        (changed(FIRST_LINE, 115, "0000300é"), "field.encoding", 5),
        (changed(FIRST_LINE, 115, "-0003000"), "field.negative", 5),
        (changed(FIRST_LINE, 81, "-1"), "field.negative", 5),
        (changed(FIRST_LINE, 115, "   30,00"), "field.not_digits", 5),
        (changed(FIRST, 30, "00000O011"), "field.not_digits", 3),
        (changed(FIRST_TOTAL, 58, "-0003000"), "field.negative", 6),
        (changed(FIRST_LINE, 70, "000000"), "date.missing", 5),
        (changed(FIRST_LINE, 70, "260231"), "date.impossible", 5),
        (changed(FIRST, 59, "261301"), "date.impossible", 3),
        (changed(FIRST_LINE, 70, "261121"), "date.future", 5),
        (changed(FIRST, 2, "999999999"), "invoice.issuer", 3),
        (changed(FIRST_LINE, 30, "000000099"), "invoice.mixed", 5),
        (changed(FIRST, 12, "0530720073004"), "invoice.nir_shape", 3),
        (changed(FIRST, 12, "253072C073004"), "invoice.nir_shape", 3),
        (changed(FIRST_TOTAL, 39, "002"), "invoice.line_count", 6),
        (changed(FIRST_TOTAL, 66, "00001854"), "invoice.total", 6),
        (changed(FIRST_TOTAL, 82, "00000001"), "invoice.total", 6),
        (changed(FIRST_TOTAL, 58, "00009000"), "invoice.total", 6),
        (changed(FIRST_LINE, 81, "00"), "line.quantity_zero", 5),
        (changed(FIRST_LINE, 76, "     "), "line.code_missing", 5),
    ],
)
def test_a_bad_invoice_is_refused_alone(tmp_path: Path, change: Callable[[Records], Records], code: str, line: int):
    found, defects, reasons = everything_of(tmp_path / "day.b2", change(paper.sample()))

    assert found.refused is None
    assert (code, line) in [(defect.reason.code, defect.place.line) for defect in defects]
    assert reasons == [REASONS[code].number, 0, 0]


def test_an_end_before_its_start_refuses_the_invoice(tmp_path: Path):
    records = paper.sample()
    paper.put(records, PHARMACY_LINE, 50, "261117")

    _, defects, reasons = everything_of(tmp_path / "day.b2", records)

    assert [defect.reason.code for defect in defects] == ["date.order"]
    assert reasons == [0, 0, REASONS["date.order"].number]


def test_a_number_repeated_by_one_issuer_refuses_the_second_invoice(tmp_path: Path):
    bills = [paper.Invoice(11), paper.Invoice(12), paper.Invoice(11)]
    records = paper.whole([paper.batch("751234567", 1, bills), paper.batch("750712184", 2, [paper.Invoice(11)])])

    _, defects, reasons = everything_of(tmp_path / "day.b2", records)

    assert [(defect.reason.code, defect.place.line) for defect in defects] == [("invoice.repeated", 11)]
    assert reasons == [0, 0, REASONS["invoice.repeated"].number, 0]


def test_invoice_number_zero_is_refused(tmp_path: Path):
    records = paper.whole([paper.batch("751234567", 1, [paper.Invoice(0), paper.Invoice(1)])])

    _, _, reasons = everything_of(tmp_path / "day.b2", records)

    assert reasons == [REASONS["invoice.number_zero"].number, 0]


def test_an_invoice_without_lines_is_refused(tmp_path: Path):
    records = paper.whole([paper.batch("751234567", 1, [paper.Invoice(1, lines=[]), paper.Invoice(2)])])

    _, _, reasons = everything_of(tmp_path / "day.b2", records)

    assert reasons == [REASONS["invoice.no_line"].number, 0]


def test_a_batch_without_invoices_is_refused_and_the_file_is_read(tmp_path: Path):
    records = paper.whole([paper.batch("751234567", 1, []), paper.batch("750712184", 2, [paper.Invoice(1)])])

    found, _, reasons = everything_of(tmp_path / "day.b2", records)

    assert found.batches.reason.tolist() == [REASONS["batch.empty"].number, 0]
    assert reasons == [0]


def test_a_file_without_batches_is_refused(tmp_path: Path):
    found, _, _ = everything_of(tmp_path / "day.b2", paper.whole([]))

    assert found.refused is not None
    assert found.refused.code == "file.no_batch"


def test_an_invoice_of_a_thousand_lines_is_refused_alone(tmp_path: Path):
    records = paper.whole(
        [
            paper.batch("751234567", 1, [paper.Invoice(1), paper.Invoice(2, [paper.Line(amc=0)] * 1000)]),
            paper.batch("750712184", 2, [paper.Invoice(1)]),
        ]
    )

    _, defects, reasons = everything_of(tmp_path / "day.b2", records)

    assert "invoice.too_long" in {defect.reason.code for defect in defects}
    assert reasons[-1] == 0
    assert reasons[1] != 0


def test_a_defect_shows_record_field_and_numbers_and_no_identity(tmp_path: Path):
    records = paper.sample()
    paper.put(records, FIRST_TOTAL, 66, "00001854")
    paper.put(records, SECOND, 12, "0891275125012")

    _, defects, _ = everything_of(tmp_path / "day.b2", records)

    assert str(defects[0].place) == "day.b2, line 6, 5 [66-73] AMO des honoraires (4) / AMO of fees (4)"
    assert defects[0].cause == "expected 1855, found 1854"
    assert "0891275" not in "".join(f"{defect!r}" for defect in defects)


def test_all_defects_of_an_invoice_are_told_and_the_first_in_precedence_decides(tmp_path: Path):
    records = paper.sample()
    paper.put(records, PHARMACY_LINE, 102, "-0003000")
    paper.put(records, PHARMACY_LINE, 44, "260231")
    paper.put(records, PHARMACY_INVOICE, 59, "000000")

    _, defects, reasons = everything_of(tmp_path / "day.b2", records)

    assert {defect.reason.code for defect in defects} == {"field.negative", "date.impossible", "date.missing"}
    assert reasons == [0, 0, REASONS["field.negative"].number]
    assert PHARMACY < PHARMACY_INVOICE


def test_a_million_wrong_lines_are_reported_in_bounded_memory(tmp_path: Path):
    head, *bodies, trailer = paper.whole([paper.batch("751234567", 1, [paper.Invoice(1, [paper.Line()] * 900)])])
    for line in bodies[3:-2]:
        line[114:122] = b"-0003000"
        line[69:75] = b"260231"
    block = np.frombuffer(b"".join(bodies), np.uint8)
    batches = 556
    path = tmp_path / "storm.b2"
    with path.open("wb") as file:
        file.write(head)
        np.tile(block, batches).tofile(file)
        trailer[55:63] = f"{batches * len(bodies) + 2:08d}".encode()
        trailer[82:85] = f"{batches:03d}".encode()
        file.write(trailer)
    tracemalloc.start()

    counted: dict[int, int] = {}
    shown: list[Defect] = []
    refused = 0
    found = b2.survey(path)
    for chunk in b2.read(path, known=found):
        for number, count in chunk.defects.counted.items():
            counted[number] = counted.get(number, 0) + count
        shown += chunk.defects.report(path.name, limit=10 - len(shown))
        refused += int((chunk.invoices.reason != 0).sum())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.refused is None
    assert found.line_count == batches * 900
    assert counted[REASONS["field.negative"].number] == batches * 900
    assert counted[REASONS["date.impossible"].number] == batches * 900
    assert sum(counted.values()) > 1_000_000
    assert refused == batches
    assert len(shown) == 10
    assert peak < 250_000_000, "one chunk and one byte per record, not the file"


@pytest.mark.parametrize("at", [HEAD, BATCH, FIRST, FIRST + 1, FIRST_LINE, FIRST_TOTAL, BATCH_TOTAL, LAST, "7", "\0"])
def test_a_flood_of_one_record_is_answered_in_bounded_memory(tmp_path: Path, at: int | str):
    records = paper.sample()
    flood = bytes(records[at]) if isinstance(at, int) else at.encode() * 128
    path = tmp_path / "flood.b2"
    head, trailer = b"".join(records[:BATCH_TOTAL]), b"".join(paper.counted([*records[BATCH_TOTAL:]]))
    path.write_bytes(head + flood * 200_000 + trailer)
    tracemalloc.start()

    found = b2.survey(path)
    told = list(found.defects.report(path.name, limit=10))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.refused is not None
    assert 0 < len(told) <= 10
    assert peak < 150_000_000
