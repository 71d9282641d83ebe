"""Invoices as JSON lines: the project's own format (docs/formats/invoices.md), and what is sealed of one over the wire.

One invoice a line. A line that cannot be read is kept aside under its own number, named by its field; the others go on.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from cloison.claims import ClaimBatch
from cloison.claims.paper import Care, Invoice, Line, Person, claims_of
from cloison.errors import Catalogue, Defect, Place, Reason
from cloison.gateways.files.json_lines import field_of, rows
from cloison.gateways.files.reasons import FILE_EMPTY, INVOICE_LINE_WRONG

SUFFIX = ".jsonl"
FORMAT = "cloison-acknowledgement/1"
DEFECTS_PLACED_MAX = 10_000
UNREADABLE = Invoice(
    number="0",
    practice="000000000",
    person=Person(amc="0", birth="00000000", rank="0"),
    care=Care(regime="00", alsace_moselle=False, minor=False, exoneration="none", protection="none"),
    lines=[Line(code="0", date=date(1970, 1, 1), charged_cents=0)],
)
"""What stands for a line that cannot be read: nothing of it is decided."""
_decode = msgspec.json.Decoder(Invoice).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file holds. `refused`: why it cannot be read at all."""

    path: Path
    invoice_count: int
    defects: tuple[Defect, ...]
    refused: Reason | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a file; `wrong` names the field where one cannot be read, empty where it can."""

    records: list[int]
    papers: list[Invoice] = field(repr=False)
    wrong: list[str]

    def batch(self, file: int, number: int) -> ClaimBatch:
        """The lines as invoices of a file."""
        reasons = [INVOICE_LINE_WRONG.number if each else 0 for each in self.wrong]
        return claims_of(file, number, self.papers, self.records, reasons)


def survey(path: Path) -> Survey:
    """Read a file once: how many invoices it has, and which lines cannot be read."""
    count, defects = 0, list[Defect]()
    for number, row in rows(path):
        count += 1
        _, wrong = _read(row)
        if wrong and len(defects) < DEFECTS_PLACED_MAX:
            defects.append(Defect(INVOICE_LINE_WRONG, Place(path.name, number, wrong)))
    return Survey(path, count, tuple(defects), None if count else FILE_EMPTY)


def read(path: Path, size: int) -> Iterator[Chunk]:
    """The invoices of a file, at most `size` at a time."""
    found = rows(path)
    while part := list(islice(found, size)):
        papers = [_read(row) for _, row in part]
        yield Chunk([number for number, _ in part], [paper for paper, _ in papers], [wrong for _, wrong in papers])


def rendered(invoices: Sequence[Invoice]) -> bytes:
    """Invoices as a file."""
    return b"".join(_encode(each) + b"\n" for each in invoices)


def write_rejected(path: Path, source: Path, records: Collection[int]) -> None:
    """Some lines of a file as they came, to be corrected and sent again."""
    with path.open("wb") as out:
        out.writelines(row + b"\n" for number, row in rows(source) if number in records)


def schema() -> bytes:
    """The JSON Schema of a line."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Invoice), order="sorted"), indent=1) + b"\n"


def _read(row: bytes) -> tuple[Invoice, str]:
    """The invoice of a line, and the field that is wrong; empty when none is."""
    try:
        paper = _decode(row)
    except msgspec.ValidationError as wrong:
        return UNREADABLE, field_of(wrong)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNREADABLE, "line"
    if not paper.person.nir:  # rights are read by NIR where nobody stands at a counter
        return UNREADABLE, "person.nir"
    return paper, ""


class Acknowledgement:
    """What became of a file, as JSON lines: each invoice that is not decided, then a summary."""

    def __init__(self, path: Path, found: Survey, received_at: datetime) -> None:
        self._path, self._part = path, path.with_name(path.name + ".part")
        self._found, self._received_at = found, received_at
        self._refused = 0

    def __enter__(self) -> Self:
        self._out = self._part.open("wb")
        return self

    def add(self, chunk: Chunk, decided: NDArray[np.integer], catalogue: Catalogue) -> None:
        """The invoices of a chunk, with the reason for which each is kept aside (0: none)."""
        for at in np.flatnonzero(decided).tolist():
            reason = INVOICE_LINE_WRONG if chunk.wrong[at] else catalogue[int(decided[at])]
            self._refused += 1
            paper = chunk.papers[at]
            entry = {
                "line": chunk.records[at],
                "practice": "" if chunk.wrong[at] else paper.practice,
                "invoice": "" if chunk.wrong[at] else paper.number,
                "field": chunk.wrong[at],
                "code": reason.code,
                "message": {"fr": reason.message.fr, "en": reason.message.en},
                "action": {"fr": reason.action.fr, "en": reason.action.en},
                "actor": reason.actor.value,
                "retry": reason.retry.value,
            }
            self._out.write(_encode(entry) + b"\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            count = self._found.invoice_count
            summary = {
                "format": FORMAT,
                "file": self._found.path.name,
                "received_at": self._received_at.isoformat(),
                "invoices": count,
                "invoices_accepted": count - self._refused,
                "invoices_refused": self._refused,
            }
            self._out.write(_encode(summary) + b"\n")
        self._out.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()
