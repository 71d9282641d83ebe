"""What a fixed-width record is: fields at positions, each with its meaning in both languages and its evidence.

One table per record serves the reader, the writer and the documentation, so they cannot disagree. Positions count
from 1, as the specifications print them.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from cloison.errors import Text


class Kind(StrEnum):
    """How the bytes of a field are written."""

    CONSTANT = "K"
    TEXT = "A"
    """Left-aligned, spaces on the right."""
    NUMBER = "N"
    """Right-aligned, zeros on the left."""
    AMOUNT = "M"
    """Cents, as a number."""
    DATE = "D"
    """YYMMDD."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. `default` is what is written when there is no value."""

    name: str
    position: int
    width: int
    kind: Kind
    label: Text
    evidence: str
    default: bytes

    @property
    def start(self) -> int:
        return self.position - 1

    @property
    def end(self) -> int:
        return self.position - 1 + self.width

    @property
    def positions(self) -> str:
        return f"{self.position}-{self.position + self.width - 1}" if self.width > 1 else f"{self.position}"


def field(
    position: int, width: int, kind: str, name: str, fr: str, en: str, evidence: str, default: str | None = None
) -> Field:
    """One line of a table. Without a default: zeros for numbers, amounts and dates, spaces for texts."""
    shape = Kind(kind)
    assert shape is not Kind.CONSTANT or default is not None, f"{name}: a constant says its value"
    filler = b" " if shape is Kind.TEXT else b"0"
    if default is None:
        written = filler * width
    elif shape in (Kind.TEXT, Kind.CONSTANT):
        written = default.encode("ascii").ljust(width)
    else:
        written = default.encode("ascii").rjust(width, b"0")
    assert len(written) == width, f"{name}: the default fills {width} positions"
    return Field(name, position, width, shape, Text(fr, en), evidence, written)


@dataclass(frozen=True)
class Layout:
    """All the positions of one record or entity: no gap, no overlap, the documented length."""

    number: int
    """Distinguishes the layouts of one format; a field's id is number * 100 + its order."""
    code: str
    label: Text
    length: int
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        at = 1
        for item in self.fields:
            assert item.position == at, f"{self.code}.{item.name}: position {item.position}, expected {at}"
            at += item.width
        assert at == self.length + 1, f"{self.code}: {at - 1} positions, {self.length} documented"
        assert len({item.name for item in self.fields}) == len(self.fields) < 100, f"{self.code}: names are unique"

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {item.name: item for item in self.fields}

    @cached_property
    def blank(self) -> bytes:
        """The record with all its defaults."""
        return b"".join(item.default for item in self.fields)

    def field_id(self, name: str) -> int:
        return self.number * 100 + self.fields.index(self[name])


@dataclass(frozen=True)
class FieldNamer:
    """From the id of a field to words a person can point at: `4 [115-122] montant total / total amount`."""

    layouts: dict[int, Layout]

    def __call__(self, field_id: int) -> str:
        layout = self.layouts.get(field_id // 100)
        if layout is None:
            return ""
        item = layout.fields[field_id % 100]
        label = item.label.fr if item.label.fr == item.label.en else f"{item.label.fr} / {item.label.en}"
        return f"{layout.code} [{item.positions}] {label}"


def field_namer(layouts: tuple[Layout, ...]) -> FieldNamer:
    return FieldNamer({layout.number: layout for layout in layouts})
