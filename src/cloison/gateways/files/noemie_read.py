"""How a NOEMIE-PS return is read, entity by entity, whatever their order and levels.

An entity is cut by its documented length. Where that does not end on `@`, or the type is unknown, the text up to the
next `@` is kept as it is and reading goes on: nothing is lost, and a defect says where. Slow and plain on purpose: one
return is a page, and this reader is the referee of the fast writer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np

from cloison.errors import Defect, Place, Reason
from cloison.gateways.files import reasons
from cloison.gateways.files.columns import Columns
from cloison.gateways.files.layout import Kind, Layout
from cloison.gateways.files.noemie_columns import (
    Contents,
    Deductions,
    Letterhead,
    Rejects,
    ReturnedInvoices,
    ReturnedLines,
    Transfers,
)
from cloison.gateways.files.noemie_layout import (
    BY_CODE,
    END,
    HEADER,
    INVOICE,
    PAYEE,
    PERSONAL,
    PROFILE,
    RECORD_LENGTH,
    TRAILER,
)

_Set = TypeVar("_Set", bound=Columns)


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity, or an unknown text between two `@` (`layout` None)."""

    offset: int
    raw: bytes = field(repr=False)
    layout: Layout | None

    @property
    def code(self) -> str:
        return self.raw[:3].decode("latin-1")

    @property
    def level(self) -> str:
        return self.raw[3:5].decode("latin-1")

    def text(self, name: str) -> str:
        """A field, without the spaces on its right."""
        assert self.layout is not None
        item = self.layout[name]
        return self.raw[item.start : item.end].decode("latin-1").rstrip()

    def number(self, name: str) -> int:
        """A number or an amount, as its sign says; 0 where it is blank or not digits."""
        word = self.text(name)
        return int(word) if word.isascii() and word.isdigit() else 0

    def signed(self, name: str) -> int:
        return -self.number(name) if self.text("sign") == "N" else self.number(name)

    def day(self, name: str) -> date | None:
        """A date of this century; None where it is zeros, blank or no day of the calendar."""
        word = self.text(name)
        try:
            return date(2000 + int(word[:2]), int(word[2:4]), int(word[4:6]))
        except ValueError:
            return None

    def illegible(self) -> list[str]:
        """Numeric fields that are neither digits nor blank."""
        if self.layout is None:
            return []
        numeric = (item for item in self.layout.fields if item.kind in (Kind.NUMBER, Kind.AMOUNT, Kind.DATE))
        cells = ((item.name, self.raw[item.start : item.end]) for item in numeric)
        return [name for name, cell in cells if cell.strip() and not cell.isdigit()]


@dataclass(frozen=True)
class Return:
    """One return as it was written: every byte is in the header, an entity or the trailer."""

    header: Entity
    entities: tuple[Entity, ...]
    trailer: Entity | None
    defects: tuple[Defect, ...]

    @property
    def raw(self) -> bytes:
        trailer = b"" if self.trailer is None else self.trailer.raw
        return self.header.raw + b"".join(entity.raw for entity in self.entities) + trailer


def read(data: bytes, source: str = "") -> Return:
    """The return in `data`. Defects say what is wrong; what could be read is there all the same."""
    defects: list[Defect] = []

    def report(reason: Reason, offset: int, name: str = "", cause: str = "") -> None:
        defects.append(Defect(reason, Place(source, offset + 1, name), cause))

    body = data.rstrip(b"\r\n")
    start, end = 0, len(body)
    header, trailer = Entity(0, b"", HEADER), None
    if body.startswith(b"000") and end >= RECORD_LENGTH:
        header, start = Entity(0, body[:RECORD_LENGTH], HEADER), RECORD_LENGTH
    else:
        report(reasons.NOEMIE_HEADER, 0)
    last = end - RECORD_LENGTH
    if last >= start and body[last : last + 3] == TRAILER.code.encode():
        trailer, end = Entity(last, body[last:], TRAILER), last
    else:
        report(reasons.NOEMIE_TRAILER, end)
    entities = tuple(_entities(body, start, end))
    for entity in entities:
        if entity.layout is None:
            report(reasons.NOEMIE_ENTITY, entity.offset, "", f"{len(entity.raw)} bytes")
        for name in entity.illegible():
            report(reasons.NOEMIE_FIELD, entity.offset, f"entity {entity.code}, {name}")
    for reason, offset, cause in _controls(header, entities, trailer):
        report(reason, offset, "", cause)
    return Return(header, entities, trailer, tuple(defects))


def _entities(data: bytes, start: int, end: int) -> Iterator[Entity]:
    """Cut by length; where that fails, up to the next `@`."""
    at = start
    while at < end:
        layout = BY_CODE.get(data[at : at + 3])
        stop = at + layout.length if layout is not None else 0
        if layout is None or stop > end or data[stop - 1 : stop] != END:
            found = data.find(END, at, end)
            layout, stop = None, end if found < 0 else found + 1
        yield Entity(at, data[at:stop], layout)
        at = stop


def _controls(
    header: Entity, entities: tuple[Entity, ...], trailer: Entity | None
) -> Iterator[tuple[Reason, int, str]]:
    """Entities 990 and record 999 against what stands between them.

    What a 990 sums up is public only in words, "the level below": it is checked in returns of this project's profile.
    """
    ours = bool(header.raw) and header.text("norm") == PROFILE
    lines = invoices = line_sum = invoice_sum = total = 0
    for entity in entities if ours else ():
        if entity.layout is None:
            continue
        if entity.code == "210":
            lines, line_sum = lines + 1, line_sum + entity.signed("amc_amount")
        elif entity.code == "250":
            invoice_sum += entity.signed("amount")
        elif entity.code == "199":
            invoices, invoice_sum = invoices + 1, invoice_sum + entity.signed("paid")
        elif entity.code == "990":
            level = entity.text("level_id")[:2]
            count, amount = (lines, line_sum) if level == INVOICE else (invoices, invoice_sum)
            yield from _against(entity, "counter", count, reasons.NOEMIE_CONTROL_COUNT)
            yield from _against(entity, "sum", amount, reasons.NOEMIE_CONTROL_SUM)
            lines = line_sum = 0
            if level == PAYEE:
                total, invoices, invoice_sum = total + invoice_sum, 0, 0
    if trailer is not None:
        yield from _against(trailer, "record_count", len(entities) + 2, reasons.NOEMIE_RECORD_COUNT)
        if ours:
            yield from _against(trailer, "total", total, reasons.NOEMIE_TOTAL)


def _against(entity: Entity, name: str, actual: int, reason: Reason) -> Iterator[tuple[Reason, int, str]]:
    announced = entity.signed(name) if name in ("sum", "total") else entity.number(name)
    if announced != actual:
        yield reason, entity.offset, f"announced {announced}, found {actual}"


def letterhead_of(found: Return) -> Letterhead:
    """Record 000 in words."""
    words = {
        name: found.header.text(name)
        for name in ("sender", "sender_type", "sender_program", "receiver_type", "receiver_program", "exchange",
                     "file_id", "flow", "message")
    }  # fmt: skip
    return Letterhead(created=found.header.day("created") or date(2000, 1, 1), **words)


def contents_of(found: Return, practice: int = 0) -> Contents:
    """The columns that the entities of a return fill. Entities that name persons, and comments, are left aside."""
    rows = _Gatherer(practice)
    for entity in found.entities:
        if entity.layout is not None:
            rows.take(entity)
    return rows.contents()


class _Gatherer:
    """Rows as they come: a transfer opens at 010, an invoice at 102, a line at 210."""

    def __init__(self, practice: int) -> None:
        self.practice = practice
        self.transfers: list[dict[str, object]] = []
        self.invoices: list[dict[str, object]] = []
        self.lines: list[dict[str, object]] = []
        self.rejects: list[dict[str, object]] = []
        self.deductions: list[dict[str, object]] = []

    def take(self, entity: Entity) -> None:
        at = {"010": self._transfer, "102": self._invoice, "210": self._line, "294": self._reject,
              "250": self._deduction}  # fmt: skip
        if entity.code in at:
            at[entity.code](entity)
        elif entity.code in ("040", "070", "071", "081") and self.transfers:
            fields = _values(entity, Transfers, {"paying_body": "amc_number"})
            self.transfers[-1].update(fields)
        elif entity.code in ("198", "199") and self.invoices:
            part = "amo" if entity.code == "198" else "amc"
            names = {"asked": f"{part}_asked", "state": f"{part}_state"}
            row = self.invoices[-1]
            row.update(_values(entity, ReturnedInvoices, names))
            row[f"{part}_paid"] = entity.signed("paid")
        elif entity.code == "990" and entity.text("level_id")[:2] == PAYEE and self.transfers:
            self.transfers[-1]["amount"] = entity.signed("sum")

    def _transfer(self, entity: Entity) -> None:
        number = entity.text("amc") + entity.text("amc_key")
        self.transfers.append({"practice": self.practice, "amc_number": number.zfill(10).encode()})

    def _invoice(self, entity: Entity) -> None:
        self.invoices.append(_values(entity, ReturnedInvoices) | {"transfer": len(self.transfers) - 1})

    def _line(self, entity: Entity) -> None:
        item = (entity.layout or HEADER)["code"]
        row = _values(entity, ReturnedLines) | {"invoice": len(self.invoices) - 1}
        row["code"] = entity.raw[item.start : item.end + 2].rstrip()
        row["reimbursed"], row["amc_amount"] = entity.signed("reimbursed"), entity.signed("amc_amount")
        self.lines.append(row)

    def _reject(self, entity: Entity) -> None:
        of_line = entity.level != INVOICE
        row = _values(entity, Rejects, {"line": "line_number"})
        self.rejects.append(
            row | {"invoice": len(self.invoices) - 1, "line": len(self.lines) - 1 if of_line else -1}
        )  # fmt: skip

    def _deduction(self, entity: Entity) -> None:
        row = _values(entity, Deductions) | {"transfer": len(self.transfers) - 1, "amount": entity.signed("amount")}
        self.deductions.append(row)

    def contents(self) -> Contents:
        return Contents(
            _columns(Transfers, self.transfers),
            _columns(ReturnedInvoices, self.invoices),
            _columns(ReturnedLines, self.lines),
            _columns(Rejects, self.rejects),
            _columns(Deductions, self.deductions),
        )


def _values(entity: Entity, into: type[Columns], renamed: dict[str, str] | None = None) -> dict[str, object]:
    """The fields of an entity that are columns of a set, each as its column wants it."""
    assert entity.layout is not None
    values: dict[str, object] = {}
    for item in entity.layout.fields:
        name = (renamed or {}).get(item.name, item.name)
        if name not in into.SHAPES or item.name in PERSONAL:
            continue
        shape = into.SHAPES[name]
        if shape.startswith("M8"):
            values[name] = np.datetime64(entity.day(item.name) or "NaT", "D")
        elif shape.startswith("S"):
            values[name] = entity.raw[item.start : item.end].rstrip()
        else:
            values[name] = entity.number(item.name)
    return values


def _columns(into: type[_Set], rows: list[dict[str, object]]) -> _Set:
    given = {
        name: np.array([row[name] for row in rows], shape)
        for name, shape in into.SHAPES.items()
        if rows and all(name in row for row in rows)
    }
    return into.blank(len(rows), **given)
