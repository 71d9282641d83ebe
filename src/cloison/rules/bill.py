"""The acts that a rule is shown, with what earlier rules decided about them.

A `Bill` is a window on some rows of a batch: the columns of `Acts` and `Trips` by name, the columns decided so far,
and two things a rule may say besides its value: `refuse` and `remark`. Columns are gathered when a rule asks for
them, so a rule about taxis never touches the rest of the batch.
"""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from cloison.money import Cents
from cloison.rules.acts import Acts
from cloison.rules.reasons import FIRST_REDUCTION, FIRST_REMARK, bit, reason
from cloison.rules.tariff_book import CareDates

T = TypeVar("T", bound=np.generic)
Mask = NDArray[np.bool_]
BLOCK_ROWS = 1 << 16
"""Enough rows that calls cost little beside work, few enough that what a rule makes stays in the cache. Measured: 2^14
takes 1.3 times as long, 2^18 a little longer again."""

DetailTable = Literal["trips", "equipment", "items"]


class _Given(Generic[T]):
    """A column of `Acts`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, bill: "Bill", owner: type | None = None) -> NDArray[T]:
        return bill.given(self.name)


class _Trip(_Given[T]):
    """A column of `Trips`, in line with the acts of the bill."""

    def __get__(self, bill: "Bill", owner: type | None = None) -> NDArray[T]:
        return bill.detail("trips", self.name)


class _Equipment(_Given[T]):
    """A column of `Equipment`, in line with the acts of the bill."""

    def __get__(self, bill: "Bill", owner: type | None = None) -> NDArray[T]:
        return bill.detail("equipment", self.name.removeprefix("equipment_"))


class _Item(_Given[T]):
    """A column of `Items`, in line with the acts of the bill."""

    def __get__(self, bill: "Bill", owner: type | None = None) -> NDArray[T]:
        return bill.detail("items", self.name)


class _Decided(_Given[T]):
    """A column set by earlier rules."""

    def __get__(self, bill: "Bill", owner: type | None = None) -> NDArray[T]:
        return bill.decided(self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The columns being decided for a batch or a block of it, and which rule set each."""

    columns: dict[str, NDArray[Any]]  # Any: one integer type per column
    trace: dict[str, NDArray[np.int16]]
    participation_acts: NDArray[np.int32]
    reason: NDArray[np.int16]
    remarks: NDArray[np.uint32]

    def block(self, rows: slice) -> "Sheet":
        """The same columns between two rows: writing there writes here."""
        return Sheet(
            {name: column[rows] for name, column in self.columns.items()},
            {name: column[rows] for name, column in self.trace.items()},
            self.participation_acts[rows],
            self.reason[rows],
            self.remarks[rows],
        )


class Bill:
    """Some acts of a batch, seen by a rule."""

    code = _Given[np.int16]()
    coefficient = _Given[np.int64]()
    charged = _Given[np.int64]()
    declared_base = _Given[np.int64]()
    declared_amo = _Given[np.int64]()
    pathway = _Given[np.int8]()
    sector = _Given[np.int8]()
    specialty = _Given[np.int16]()
    exoneration = _Given[np.int8]()
    protection = _Given[np.int8]()
    regime = _Given[np.int16]()
    alsace_moselle = _Given[np.bool_]()
    minor = _Given[np.bool_]()
    person_key = _Given[np.int64]()
    provider_key = _Given[np.int64]()
    sequence = _Given[np.int64]()
    consultations_day = _Given[np.int32]()
    participation_year = _Given[np.int64]()
    franchise_day = _Given[np.int64]()
    franchise_year = _Given[np.int64]()
    formula = _Given[np.int8]()
    amount_cents = _Given[np.int64]()
    act_cap = _Given[np.int64]()
    ceiling_key = _Given[np.int64]()
    ceiling_left = _Given[np.int64]()
    responsable = _Given[np.bool_]()
    paid_by_other = _Given[np.int64]()

    km = _Trip[np.int64]()
    patients = _Trip[np.int8]()
    night = _Trip[np.bool_]()
    big_city = _Trip[np.bool_]()
    tpmr = _Trip[np.bool_]()
    hospital_empty_return = _Trip[np.bool_]()
    drom = _Trip[np.bool_]()
    urgent = _Trip[np.bool_]()
    tolls = _Trip[np.int64]()
    department = _Trip[np.int16]()
    agreement = _Trip[np.int8]()

    pair = _Equipment[np.int64]()
    correction = _Equipment[np.int8]()
    last_delivery = _Equipment[np.datetime64]()
    equipment_paid = _Equipment[np.int64]()
    equipment_drom = _Equipment[np.bool_]()

    official = _Item[np.bytes_]()

    base = _Decided[np.int64]()
    amo_rate_bp = _Decided[np.int64]()
    amo_share = _Decided[np.int64]()
    amc_share = _Decided[np.int64]()
    participation_forfaitaire = _Decided[np.int64]()
    franchise = _Decided[np.int64]()

    def __init__(
        self, acts: Acts, sheet: Sheet, dates: CareDates, first: int = 0, rows: NDArray[np.intp] | None = None
    ) -> None:
        self._acts = acts
        self._sheet = sheet
        self._first = first
        self._rows = rows
        self._gathered: dict[str, NDArray[Any]] = {}  # Any: one type per column
        self._numbers: dict[str, list[int]] = {}
        self._rows_by: dict[tuple[str, int], NDArray[np.intp]] = {}
        self._blocks: list[tuple[int, Bill]] = []
        self.care_date = dates

    @property
    def quantity(self) -> NDArray[np.int64]:
        """Wide enough for a product with cents."""
        return self.given("quantity").astype(np.int64)

    @property
    def rate_bp(self) -> NDArray[np.int64]:
        """The rate of the guarantee, wide enough for a product with cents."""
        return self.given("rate_bp").astype(np.int64)

    def __len__(self) -> int:
        return len(self.care_date)

    def among(self, name: str, marked: Mask) -> "Bill | None":
        """The rows whose number in a column is marked (the last mark stands for -1); None when there are none.

        The rows of each number that is there are found once, so that a rule about few acts costs little.
        """
        column, present = self.given(name), self._present(name)
        wanted = [number for number in present if marked[number]]
        if len(wanted) == len(present):
            return self
        for number in wanted:
            if (name, number) not in self._rows_by:
                (self._rows_by[name, number],) = np.nonzero(column == number)
        return self.at(np.concatenate([self._rows_by[name, number] for number in wanted])) if wanted else None

    def _present(self, name: str) -> list[int]:
        """The numbers that a column holds, from -1 up."""
        if name not in self._numbers:
            counts = np.bincount(self.given(name) + 1)
            self._numbers[name] = (np.flatnonzero(counts) - 1).tolist()
        return self._numbers[name]

    def only(self, where: Mask) -> "Bill":
        """The rows of this bill where something holds; the bill itself when it holds everywhere."""
        (rows,) = np.nonzero(where)
        return self if len(rows) == len(self) else self.at(rows)

    def at(self, rows: NDArray[np.intp]) -> "Bill":
        """These rows of this bill, in this order."""
        inner = rows if self._rows is None else self._rows[rows]
        return Bill(self._acts, self._sheet, self.care_date.take(rows), self._first, inner)

    def blocks(self) -> "list[tuple[int, Bill]]":
        """The bill in pieces that fit the cache, each with its first row. Writing there writes here; what a piece has
        gathered it keeps."""
        if not self._blocks:
            self._blocks = [(start, self._block(start)) for start in range(0, len(self), BLOCK_ROWS)]
        return self._blocks

    def _block(self, start: int) -> "Bill":
        end = min(start + BLOCK_ROWS, len(self))
        if self._rows is not None:
            return self.at(np.arange(start, end))
        rows = slice(start, end)
        return Bill(self._acts, self._sheet.block(rows), self.care_date.block(rows), self._first + start)

    def given(self, name: str) -> NDArray[Any]:  # Any: the descriptors above give the type
        """A column of the acts."""
        if name not in self._gathered:
            column = getattr(self._acts, name)[self._first : self._first + len(self._sheet.reason)]
            self._gathered[name] = column if self._rows is None else column[self._rows]
        return self._gathered[name]

    def detail(self, table: DetailTable, name: str) -> NDArray[Any]:  # Any: likewise
        """A column of a detail table, nothing for an act without a row there: a rule that needs one refuses it."""
        at, found = self._located(table)
        column = getattr(getattr(self._acts, table), name)
        values = np.zeros(len(self), column.dtype)
        values[found] = column[at[found]]
        return values

    def has(self, table: DetailTable) -> Mask:
        """Whether each act has its row in a detail table."""
        return self._located(table)[1]

    def decided(self, name: str) -> NDArray[Any]:  # Any: likewise
        """A column as earlier rules left it."""
        column = self._sheet.columns[name]
        return column if self._rows is None else column[self._rows]

    def decide(self, name: str, value: Cents | int, law: int) -> None:
        """Set a column, and note which law did."""
        self._set(name, slice(None) if self._rows is None else self._rows, value, law)

    def decide_where(self, name: str, where: Mask, value: Cents | int, law: int, packed: bool) -> None:
        """Likewise where something holds; a packed value has entries for these rows alone."""
        value = value if packed or isinstance(value, int) else value[where]
        self._set(name, self._rows_where(where), value, law)

    def _set(self, name: str, rows: NDArray[np.intp] | slice, value: Cents | int, law: int) -> None:
        # A column of whole numbers would take a float and drop what is behind its point, without a word.
        assert isinstance(value, int) or value.dtype.kind in "iu", f"{name}: {value.dtype} is not a whole number"
        self._sheet.columns[name][rows] = value
        self._sheet.trace[name][rows] = law

    def count(self, acts: NDArray[np.int64]) -> None:
        """Note how many acts of each line count towards the daily number of participations."""
        self._sheet.participation_acts[slice(None) if self._rows is None else self._rows] = acts

    def refuse(self, where: Mask, code: str) -> None:
        """These acts cannot be priced, for this reason unless a more important one is known."""
        if not where.any():
            return
        rows = self._rows_where(where)
        before, number = self._sheet.reason[rows], reason(code).number
        self._sheet.reason[rows] = np.where((before == 0) | (before > number), np.int16(number), before)

    def remark(self, where: Mask, code: str) -> None:
        """Something to know about these acts. A reduction or a difference is also their reason, if they have none."""
        if not where.any():
            return
        rows = self._rows_where(where)
        self._sheet.remarks[rows] |= np.uint32(bit(code))
        if FIRST_REDUCTION <= reason(code).number < FIRST_REMARK:
            self.refuse(where, code)

    def remarked(self, code: str) -> Mask:
        """Where something was remarked."""
        remarks = self._sheet.remarks if self._rows is None else self._sheet.remarks[self._rows]
        return (remarks & np.uint32(bit(code))) != 0

    def strike(self, where: Mask) -> None:
        """Take back what was decided about some acts: they are refused, and only the reason stays."""
        if not where.any():
            return
        rows = self._rows_where(where)
        self._sheet.remarks[rows] = 0
        self._sheet.participation_acts[rows] = 0
        for column in self._sheet.columns.values():
            column[rows] = 0
        for column in self._sheet.trace.values():
            column[rows] = -1

    def reasons(self) -> NDArray[np.int16]:
        """The reason of each act so far."""
        return self._sheet.reason if self._rows is None else self._sheet.reason[self._rows]

    def traced(self, name: str) -> NDArray[np.int16]:
        """The law that set a column, -1 when none did yet."""
        column = self._sheet.trace[name]
        return column if self._rows is None else column[self._rows]

    def _rows_where(self, where: Mask) -> NDArray[np.intp]:
        (at,) = np.nonzero(where)
        return at if self._rows is None else self._rows[at]

    def _located(self, table: DetailTable) -> tuple[NDArray[np.intp], Mask]:
        """For each act its row in a detail table, and whether there is one."""
        if table not in self._gathered:
            rows = np.arange(len(self)) if self._rows is None else self._rows
            wanted, have = rows + self._first, getattr(self._acts, table).act
            at = np.minimum(np.searchsorted(have, wanted), len(have) - 1)
            found = have[at] == wanted if len(have) else np.zeros(len(self), np.bool_)
            self._gathered[table], self._gathered[f"{table} found"] = at, found
        return self._gathered[table], self._gathered[f"{table} found"]
