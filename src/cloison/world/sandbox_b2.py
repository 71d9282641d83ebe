"""A file of invoices of the sandbox's pharmacy: one that is paid, one that is refused. B2, 128 bytes per record.

Positions as in domain.md section 5 and docs/formats/b2.md; each record is written as its positions and texts.
"""

from collections.abc import Mapping
from datetime import date

from cloison.world.sandbox import CLOSED, OPEN, PRACTICES, Person

RECORD = 128
NUMBER = PRACTICES[0].number
EMITTER = NUMBER.rjust(9, "0")
PRICE, AMO_RATE = 1_000, 65
"""One box of a medicine at 65 %: 10.00, of which 3.50 are left by the compulsory scheme."""


def invoices(day: date) -> bytes:
    """The file."""
    amo = PRICE * AMO_RATE // 100
    bills = [(OPEN, "000000101"), (CLOSED, "000000102")]
    records = [_batch_start(day)]
    for person, number in bills:
        records += _invoice(person, number, day, amo)
    records.append(_batch_end(len(bills)))
    written = f"{len(records) + 2:08d}"
    start = _record("000", {4: _ends(), 56: f"{day:%y%m%d}CP  B2", 83: str(RECORD)})
    return b"".join([start, *records, _record("999", {4: _ends(), 56: written, 83: "001"})])


def _invoice(person: Person, number: str, day: date, amo: int) -> list[bytes]:
    """The records of one invoice: what it is of, its line, its totals."""
    head = {2: NUMBER, 12: person.nir, 27: "000", 30: number}
    short, asked = f"{day:%y%m%d}", PRICE - amo
    first = {
        39: "1" + "0" * 9 + "01" + "751" + "0000" + "3", 59: short, 65: "000000" + "751" + "000" + "10" + "0",
        80: short, 86: "000000000 ", 96: person.birth[2:], 102: "1", 103: short, 109: short, 115: "0101",
        119: person.amc,
    }  # fmt: skip
    line = {
        39: "07000", 44: short, 50: short, 56: "PH7  ", 61: "001", 64: "0", 65: "00100", 70: " 10000",
        76: f"{PRICE:07d}", 83: f"{PRICE:08d}", 91: f"{AMO_RATE:03d}", 94: f"{amo:08d}", 102: f"{PRICE:08d}",
        110: "0000000", 122: f"{asked:07d}",
    }  # fmt: skip
    totals = {
        39: "001", 42: f"{PRICE:08d}", 50: f"{amo:08d}", 58: "0" * 8, 66: "0" * 8, 74: f"{asked:08d}",
        82: f"{asked:08d}", 90: "0" * 8, 115: f"{PRICE:08d}",
    }  # fmt: skip
    return [
        _record("2", head | first),
        _record("2", head | {39: "S", 50: person.nir, 121: " "}),
        _record("3", head | line),
        _record("5", head | totals),
    ]


def _batch_start(day: date) -> bytes:
    return _record(
        "1",
        {2: NUMBER, 17: "751" + "001" + "189" + "60" + "05", 30: PRACTICES[0].name.upper(),
         70: f"B2{day:%y%m%d} CP 062007U"},
    )  # fmt: skip


def _batch_end(count: int) -> bytes:
    total = f"{count * PRICE:09d}"
    return _record(
        "6",
        {2: NUMBER, 11: f"{count:03d}", 14: f"{count:04d}", 18: f"{count:04d}", 22: f"{count:03d}", 25: total,
         34: total, 43: "000000000" + "001"},
    )  # fmt: skip


def _ends() -> str:
    return "SI" + "00000" + EMITTER + "MONDE " + "OT" + "00000999000001" + "CLOISO" + "TR" + "SANDBX"


def _record(kind: str, fields: Mapping[int, str]) -> bytes:
    cells = bytearray(kind.ljust(RECORD).encode())
    for position, text in fields.items():
        cells[position - 1 : position - 1 + len(text)] = text.encode("ascii")
    assert len(cells) == RECORD, "a record has its length"
    return bytes(cells)
