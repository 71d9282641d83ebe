"""B2 written by hand, position by position, from the public description: it shares nothing with the code it tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field

DAY = "261120"


def record(kind: str, *values: tuple[int, str]) -> bytearray:
    """128 spaces, then each text at its position (from 1)."""
    cells = bytearray(b" " * 128)
    for position, text in ((1, kind), *values):
        cells[position - 1 : position - 1 + len(text)] = text.encode("latin-1")
    assert len(cells) == 128
    return cells


@dataclass
class Line:
    total: int = 3000
    amo: int = 1855
    amc: int = 795
    base: int = 2650
    code: str = "G"
    quantity: int = 1
    day: str = "261118"
    fee: bool = True


@dataclass
class Invoice:
    number: int
    lines: Sequence[Line] = field(default_factory=lambda: [Line()])
    nir: str = "253072B07300470"
    engagement: str = ""
    pathway: str = "T"


def invoice(practice: str, bill: Invoice) -> list[bytearray]:
    key = ((2, practice), (12, bill.nir), (27, "000"), (30, f"{bill.number:09d}"))
    records = [
        record("2", *key, (39, "1000000123"), (49, "01"), (51, "751"), (54, "0000"), (58, "3"), (59, "261119"),
               (65, "000000751000100"), (80, "261119"), (86, "000000000"), (96, "801301"), (102, "1"),
               (103, "000000000000"), (115, "0101"), (119, "0075004407")),
    ]  # fmt: skip
    if bill.engagement or bill.pathway:
        records.append(record("2", *key, (39, "S"), (50, bill.nir), (65, bill.engagement), (121, bill.pathway)))
    for line in bill.lines:
        if line.fee:
            records.append(
                record("4", *key, (39, "07000"), (54, "0"), (68, "01"), (70, line.day), (76, line.code),
                       (81, f"{line.quantity:02d}000100"), (89, "01"), (91, "0002650"), (98, f"{line.base:07d}"),
                       (105, "070"), (108, f"{line.amo:07d}"), (115, f"{line.total:08d}"), (123, f"{line.amc:06d}"))
            )  # fmt: skip
        else:
            records.append(
                record("3", *key, (39, "07000"), (44, line.day), (50, line.day), (56, line.code),
                       (61, f"{line.quantity:03d}000100"), (71, "100000002650"), (83, f"{line.base:08d}"),
                       (91, "070"), (94, f"{line.amo:08d}"), (102, f"{line.total:08d}"), (110, "0000000"),
                       (122, f"{line.amc:07d}"))
            )  # fmt: skip
    fees, services = [line for line in bill.lines if line.fee], [line for line in bill.lines if not line.fee]

    def added(lines: Sequence[Line], name: str) -> str:
        return f"{sum(getattr(line, name) for line in lines):08d}"

    records.append(
        record("5", *key, (39, f"{len(bill.lines):03d}"), (42, added(services, "base")), (50, added(services, "amo")),
               (58, added(fees, "total")), (66, added(fees, "amo")),
               (74, f"{sum(line.total - line.amo for line in bill.lines):08d}"), (82, added(services, "amc")),
               (90, added(fees, "amc")), (115, added(services, "total")))
    )  # fmt: skip
    return records


def batch(practice: str, number: int, bills: Sequence[Invoice]) -> list[bytearray]:
    total = sum(line.total for bill in bills for line in bill.lines)
    lines = sum(len(bill.lines) for bill in bills)
    records = [
        record("1", (2, practice), (17, "751"), (20, f"{number:03d}"), (23, "189"), (26, "6005"),
               (30, "CABINET DU MÉRIDIEN"), (70, "B2"), (72, DAY), (79, "CP"), (82, "062007U")),
    ]  # fmt: skip
    for bill in bills:
        records += invoice(practice, bill)
    records.append(
        record("6", (2, practice), (11, f"{len(bills):03d}"), (14, f"{lines:04d}"), (18, f"{len(bills):04d}"),
               (22, f"{len(bills):03d}"), (25, f"{total:09d}"), (34, f"{total:09d}"), (43, "000000000"),
               (52, f"{number:03d}"))
    )  # fmt: skip
    return records


def parties(kind: str, *values: tuple[int, str]) -> bytearray:
    return record(kind, (4, "TE"), (6, "00000123456789"), (20, "LPS001"), (26, "OT"), (28, "00000999000001"),
                  (42, "CLOISO"), (48, "TR"), (50, "F00001"), *values)  # fmt: skip


def whole(batches: Sequence[list[bytearray]]) -> list[bytearray]:
    """The records of a file around its batches, totals right."""
    body = [line for records in batches for line in records]
    head = parties("000", (56, DAY), (62, "CP"), (66, "B2"), (83, "128"))
    return [head, *body, parties("999", (56, f"{len(body) + 2:08d}"), (83, f"{len(batches):03d}"))]


def sample() -> list[bytearray]:
    """Two practices: a doctor with two invoices, a pharmacy with one of two lines."""
    return whole(
        [
            batch("751234567", 1, [Invoice(11, engagement="ENG0001"), Invoice(12, nir="189127512501282")]),
            batch("750712184", 2, [Invoice(11, [Line(fee=False, code="PH7"), Line(fee=False, code="PH4")])]),
        ]
    )


# Positions of the sample, from 0: 0 header; 1 batch; 2 2S 4 5 = records 2-5; 6-9; 10 total; 11 batch; 12-16; 17; 18.
HEAD, BATCH, FIRST, FIRST_LINE, FIRST_TOTAL, SECOND, BATCH_TOTAL = 0, 1, 2, 4, 5, 6, 10
PHARMACY, PHARMACY_INVOICE, PHARMACY_LINE, LAST = 11, 12, 14, 18


def put(records: Sequence[bytearray], at: int, position: int, text: str | bytes) -> None:
    """Overwrite some positions of one record."""
    cells = text if isinstance(text, bytes) else text.encode("latin-1")
    records[at][position - 1 : position - 1 + len(cells)] = cells


def counted(records: list[bytearray]) -> list[bytearray]:
    """Record 999 counts what is there now."""
    put(records, -1, 56, f"{len(records):08d}")
    return records
