"""Dated values of the law: what a parameter was worth on a day, who says so, and how sure we are.

A parameter is a step function of the day of care, written in `tariff/*.toml`: each value holds from its day until
the next one. A day before the first value has no value: asking for it raises, and never gives zero. A file that is not
clear (a gap, an overlap, a value without a source) is refused when it is loaded.

Lookups are columnar. All days on which anything changes cut time into eras; a batch is placed in its eras once
(`TariffBook.dates`), after which each parameter is one small table read by era.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise, takewhile
from typing import Self, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Defect, Misuse, Place, Text
from cloison.period import FOREVER, Days
from cloison.rules.codes import ACT_TABLE
from cloison.rules.reasons import reason
from cloison.rules.releases import History
from cloison.rules.vocabulary import DEPARTMENTS, MISSING

REGIMES = tuple(f"{number:02d}" for number in range(100))

Values = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter is worth from a day on. A mapping is a value per key (a departement, say)."""

    start: date
    value: int | Mapping[str, int]
    source: str
    doubt: Text | None = None
    """Why it is to verify, when it is."""
    last: date = FOREVER
    """Last day, included."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One legal notion with its dated values."""

    name: str
    text: str
    unit: str
    checked: date
    values: tuple[Value, ...]
    place: Place
    """Where it is written."""
    choices: tuple[str, ...] = ()
    """For a parameter that names a reading of a text instead of an amount: its value is the index in here."""

    def on(self, day: date) -> Value | None:
        """The value on a day, if there is one."""
        return next((value for value in reversed(self.values) if value.start <= day <= value.last), None)

    def at(self, day: date) -> Value:
        """The value on a day; raises when there is none."""
        if (value := self.on(day)) is not None:
            return value
        raise Misuse(reason("no_value_on_day"), f"{self.name} on {day}")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that is marked to verify, and why."""

    parameter: str
    start: date
    source: str
    doubt: Text


Heard: TypeAlias = tuple[Parameter, str]
"""A parameter that was read, and the key that was read of it ("" when it has none)."""


_NO_DAYS, _NO_ERA = np.empty(0, np.int64), np.empty(0, np.int16)


class CareDates:
    """A column of days placed in the eras of a tariff book. Rows taken out of it are looked up when they are asked
    for."""

    def __init__(
        self,
        days: NDArray[np.int64],
        era: NDArray[np.int16],
        only_era: int | None,
        heard: list[Heard] | None = None,
    ) -> None:
        self.only_era = only_era
        """The era of all rows when it is the same: the usual batch, and a shorter way."""
        self.heard = heard
        """When explaining: the parameters that rules read, in their order."""
        self.missing: NDArray[np.bool_] | None = None
        """Rows for which a rule that is in force found no value."""
        self._days: NDArray[np.int64] | None = days
        self._era: NDArray[np.int16] | None = era
        self._size = len(days)
        self._taken_from: tuple[CareDates, NDArray[np.intp]] | None = None
        self._span: tuple[int, int] | None = None

    def __len__(self) -> int:
        return self._size

    @property
    def days(self) -> NDArray[np.int64]:
        """Days since 1970."""
        if self._days is None:
            whole, rows = self._whole()
            self._days = whole.days[rows]
        return self._days

    @property
    def era(self) -> NDArray[np.int16]:
        """The era of each day: 0 before the first change of any parameter."""
        if self._era is None:
            whole, rows = self._whole()
            self._era = whole.era[rows]
        return self._era

    @property
    def span(self) -> tuple[int, int]:
        """A first and a last day that hold every row; those of the whole for rows taken out of it."""
        if self._span is None:
            self._span = (int(self.days.min()), int(self.days.max())) if len(self) else (0, 0)
        return self._span

    def take(self, rows: NDArray[np.intp]) -> "CareDates":
        """Some rows; what they miss is noted in the whole."""
        taken = CareDates(_NO_DAYS, _NO_ERA, self.only_era, self.heard)
        taken._days, taken._era, taken._size = None, None, len(rows)
        taken._taken_from, taken._span = (self, rows), self.span
        return taken

    def block(self, rows: slice) -> "CareDates":
        """Consecutive rows, on their own: acts that come in the order of their days often lie in one era."""
        era = self.era[rows]
        first, last = int(era.min()), int(era.max())
        only_era = first if first == last else None
        return CareDates(self.days[rows], era, only_era, self.heard)

    def note_missing(self, where: NDArray[np.bool_]) -> None:
        """Remember rows without a value."""
        if self._taken_from is None:
            self.missing = where if self.missing is None else self.missing | where
            return
        whole, rows = self._taken_from
        there = np.zeros(len(whole), np.bool_)
        there[rows[where]] = True
        whole.note_missing(there)

    def _whole(self) -> "tuple[CareDates, NDArray[np.intp]]":
        assert self._taken_from is not None, "rows without days are taken out of a whole"
        return self._taken_from


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A parameter as a function of columns of days."""

    parameter: Parameter
    by_era: Values

    def on(self, dates: CareDates | Days) -> Values:
        """The value on each day. Plain days without a value raise; a batch remembers them and they are refused."""
        if not isinstance(dates, CareDates):
            return np.array([self._at(cast(date, day)) for day in dates.tolist()], np.int64)
        if dates.heard is not None:
            dates.heard.append((self.parameter, ""))
        if dates.only_era is not None:
            values: Values = np.broadcast_to(self.by_era[dates.only_era], len(dates))
        else:
            values = self.by_era[dates.era]
        if len(values) and int(values.min()) == MISSING:
            where = values == MISSING
            dates.note_missing(where)
            values = np.where(where, 0, values)
        return values

    def where(self, rows: NDArray[np.bool_], dates: CareDates) -> Values:
        """The value on the days of the rows it concerns, zero on the others; not even read when it concerns none."""
        return np.where(rows, self.on(dates), 0) if rows.any() else np.zeros(len(rows), np.int64)

    def _at(self, day: date) -> int:
        value = self.parameter.at(day).value
        assert isinstance(value, int), "a parameter with keys is read through a Grid"
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Values per key and day: one table (era, key). A pair without a value is MISSING, and the rule decides."""

    parameters: tuple[Parameter | None, ...]
    """Parameter behind each key."""
    names: tuple[str, ...]
    """Name of each key within its parameter; "" when the parameter is all for this key."""
    by_era: Values

    def on(self, dates: CareDates, keys: NDArray[np.integer]) -> Values:
        """The value of each key on each day. Keys must be within the table."""
        if dates.heard is not None:
            for key in sorted(set(cast(list[int], keys.tolist()))):
                if (parameter := self.parameters[key]) is not None:
                    dates.heard.append((parameter, self.names[key]))
        if dates.only_era is not None:
            return self.by_era[dates.only_era].take(keys.astype(np.intp))
        # One flat index: numpy looks a table of two dimensions up three times slower.
        return self.by_era.take(dates.era * np.intp(self.by_era.shape[1]) + keys)


class TariffBook:
    """Every dated parameter of the law. `book["participation_forfaitaire.montant"].on(days)`."""

    def __init__(self, parameters: Sequence[Parameter], official: Sequence[History] = ()) -> None:
        self.official = {history.table: history for history in official}
        """Official tables of prices that are loaded, by name ("ccam", "bdpm")."""
        self.parameters = {parameter.name: parameter for parameter in parameters}
        if len(self.parameters) != len(parameters):
            raise Misuse(reason("tariff_wrong"), "a parameter is given twice")
        changes = {day for p in parameters for v in p.values for day in _changes(v)}
        self._starts: Values = np.array([_number(day) for day in sorted(changes)], np.int64)
        every_day = np.arange(int(self._starts[0]) - 1, int(self._starts[-1]) + 1)
        self._era_of_day: NDArray[np.int16] = np.searchsorted(self._starts, every_day, "right").astype(np.int16)
        self._series = {name: self._serie(p) for name, p in self.parameters.items() if _is_scalar(p)}
        self._by_code: dict[str, Grid] = {}
        self._by_keys: dict[str, Grid] = {}

    @classmethod
    @cache
    def standard(cls) -> Self:
        """The book that is packaged with Cloison."""
        return cls(list(_packaged()))

    def __getitem__(self, name: str) -> Series:
        if name not in self._series:
            raise Misuse(reason("tariff_unknown"), name)
        return self._series[name]

    def by_code(self, prefix: str, row: str) -> Grid:
        """Per act code, the parameter `prefix.<attribute of the code>`, where attribute `row` is "code" or "rate"."""
        key = f"{prefix}/{row}"
        if key not in self._by_code:
            found = tuple(self.parameters.get(f"{prefix}.{getattr(act, row)}") for act in ACT_TABLE)
            nothing = np.full(len(self._starts) + 1, MISSING, np.int64)
            columns = [nothing if p is None else self._serie(p).by_era for p in found]
            self._by_code[key] = Grid(found, ("",) * len(found), np.ascontiguousarray(np.stack(columns, axis=1)))
        return self._by_code[key]

    def by_department(self, name: str) -> Grid:
        """A parameter with one value per departement, by index in DEPARTMENTS."""
        return self._by_key(name, DEPARTMENTS)

    def by_regime(self, name: str) -> Grid:
        """A parameter with one value per grand regime, by its number."""
        return self._by_key(name, REGIMES)

    def _by_key(self, name: str, keys: tuple[str, ...]) -> Grid:
        if name not in self._by_keys:
            parameter = self.parameters[name]
            table = np.full((len(self._starts) + 1, len(keys)), MISSING, np.int64)
            for value in parameter.values:
                first, after = self._eras(value)
                assert not isinstance(value.value, int), "one value per key"
                for key, amount in value.value.items():
                    table[first:after, keys.index(key)] = amount
            self._by_keys[name] = Grid((parameter,) * len(keys), keys, table)
        return self._by_keys[name]

    def dates(self, days: Days, heard: list[Heard] | None = None) -> CareDates:
        """Place days in eras. A day that does not exist (NaT) lies before everything."""
        numbers: Values = days.astype("datetime64[D]").view(np.int64)
        if not len(numbers):
            return CareDates(numbers, np.empty(0, np.int16), 0, heard)
        low, high = self.era(int(numbers.min())), self.era(int(numbers.max()))
        if low == high:
            return CareDates(numbers, np.broadcast_to(np.int16(low), len(numbers)), low, heard)
        at = np.clip(numbers - (self._starts[0] - 1), 0, len(self._era_of_day) - 1)
        return CareDates(numbers, self._era_of_day[at], None, heard)

    def era(self, day: int) -> int:
        """The era of one day, given as days since 1970."""
        return int(np.searchsorted(self._starts, day, "right"))

    def doubts(self) -> list[Doubt]:
        """Every value marked to verify, for the start of a production system and for the rule book."""
        return [
            Doubt(parameter.name, value.start, value.source, value.doubt)
            for parameter in self.parameters.values()
            for value in parameter.values
            if value.doubt is not None
        ]

    def with_choice(self, name: str, choice: str) -> "TariffBook":
        """The same book with another reading of a doubtful text."""
        parameter = self.parameters[name]
        if choice not in parameter.choices:
            raise Misuse(reason("tariff_unknown"), f"{name} = {choice}")
        values = tuple(replace(value, value=parameter.choices.index(choice)) for value in parameter.values)
        changed = {**self.parameters, name: replace(parameter, values=values)}
        return TariffBook(list(changed.values()), list(self.official.values()))

    def with_official(self, history: History) -> "TariffBook":
        """The same book with an official table of prices."""
        return TariffBook(list(self.parameters.values()), [*(self.official | {history.table: history}).values()])

    def stale(self, before: date) -> list[Defect]:
        """Parameters that nobody has checked since a day, each with its place."""
        return [
            Defect(reason("tariff_stale"), parameter.place, f"last checked on {parameter.checked}")
            for parameter in self.parameters.values()
            if parameter.checked < before
        ]

    def _eras(self, value: Value) -> tuple[int, int]:
        """First era of a value and the era after it."""
        last = len(self._starts) + 1
        after = last if value.last == FOREVER else self.era(_number(value.last + timedelta(days=1)))
        return self.era(_number(value.start)), after

    def _serie(self, parameter: Parameter) -> Series:
        by_era = np.full(len(self._starts) + 1, MISSING, np.int64)
        for value in parameter.values:
            first, after = self._eras(value)
            assert isinstance(value.value, int), "one value for all"
            by_era[first:after] = value.value
        return Series(parameter, by_era)


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _changes(value: Value) -> Iterator[date]:
    yield value.start
    if value.last != FOREVER:
        yield value.last + timedelta(days=1)


def _is_scalar(parameter: Parameter) -> bool:
    return all(isinstance(value.value, int) for value in parameter.values)


# Reading the files


def _packaged() -> Iterator[Parameter]:
    folder = files("cloison.rules").joinpath("tariff")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml") and entry.name != "actes.toml":
            yield from read_tariff(entry.name, entry.read_text("utf-8"))


def read_tariff(name: str, content: str) -> Iterator[Parameter]:
    """The parameters of one file; a file that leaves a doubt on what it says is refused with its place."""
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise Misuse(reason("tariff_wrong"), str(error), Place(name, _line_of(error, content))) from None
    reader = _File(name, content, name.removesuffix(".toml"))
    text, checked = data.pop("text", ""), data.pop("checked", None)
    if not text or not isinstance(checked, date):
        raise reader.fault("", "a file names its legal text and the day it was last checked")
    yield from reader.parameters(data, reader.stem, text, checked)


def _line_of(error: tomllib.TOMLDecodeError, content: str) -> int:
    """The line that a message of tomllib names; the last one when it says the end of the document."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else len(content.splitlines())


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    content: str
    stem: str

    def fault(self, parameter: str, cause: str, row: int | None = None) -> Misuse:
        return Misuse(reason("tariff_wrong"), cause, self.place(parameter, row))

    def place(self, parameter: str, row: int | None = None) -> Place:
        """The line of a parameter, or of one of its values when they stand on lines of their own."""
        lines = [line.strip() for line in self.content.splitlines()]
        if not parameter:
            return Place(self.name, 1)
        header = next((n for n, line in enumerate(lines, 1) if line == f"[{parameter}]"), 0)
        section = takewhile(lambda numbered: not numbered[1].startswith("["), enumerate(lines[header:], header + 1))
        rows = [n for n, line in section if line.startswith("{")]
        if header and row is not None and row < len(rows):
            return Place(self.name, rows[row], parameter)
        return Place(self.name, header, parameter)

    def parameters(self, table: dict[str, object], path: str, text: str, checked: date) -> Iterator[Parameter]:
        for key, child in table.items():
            name = f"{path}.{key}"
            if not isinstance(child, dict):
                raise self.fault(key, "only parameters may stand here")
            section = cast(dict[str, object], child)
            if "values" in section:
                yield self.parameter(name, section, text, checked)
            else:
                yield from self.parameters(section, name, text, checked)

    def parameter(self, name: str, section: dict[str, object], text: str, checked: date) -> Parameter:
        short = name.removeprefix(f"{self.stem}.")
        unit = section.get("unit")
        if not isinstance(unit, str) or not unit:
            raise self.fault(short, "a parameter names its unit")
        choices = tuple(unit.removeprefix("choice ").split()) if unit.startswith("choice ") else ()
        given = section["values"]
        rows = cast(list[dict[str, object]], given if isinstance(given, list) else [])
        values = tuple(self.value(short, row, choices, number) for number, row in enumerate(rows))
        if not values:
            raise self.fault(short, "a parameter has at least one value")
        for number, (before, after) in enumerate(pairwise(values), 1):
            if trouble := _between(before, after):
                raise self.fault(short, trouble, number)
        own_text, own_checked = section.get("text", text), section.get("checked", checked)
        if not isinstance(own_text, str) or not own_text or not isinstance(own_checked, date):
            raise self.fault(short, "a text of its own is words, a day of its own is a day")
        return Parameter(name, own_text, unit, own_checked, values, self.place(short), choices)

    def value(self, parameter: str, row: dict[str, object], choices: tuple[str, ...], number: int) -> Value:
        if unknown := set(row) - {"from", "to", "value", "source", "status", "doubt"}:
            raise self.fault(parameter, f"unknown words: {', '.join(sorted(unknown))}", number)
        start, last, source = row.get("from"), row.get("to", FOREVER), row.get("source")
        if not isinstance(start, date) or not isinstance(last, date) or start > last:
            raise self.fault(parameter, "each value has a first day, not after its last day", number)
        if not isinstance(source, str) or not source.strip():
            raise self.fault(parameter, f"the value from {start} has no source", number)
        amount = self.amount(parameter, row.get("value"), choices, number)
        return Value(start, amount, source, self.doubt(parameter, row, number), last)

    def doubt(self, parameter: str, row: dict[str, object], number: int) -> Text | None:
        status, words = row.get("status", "checked"), row.get("doubt")
        if status == "checked" and words is None:
            return None
        said = cast(dict[str, object], words) if isinstance(words, dict) else {}
        fr, en = said.get("fr"), said.get("en")
        if status != "to-verify" or not (isinstance(fr, str) and fr and isinstance(en, str) and en):
            raise self.fault(parameter, "a value is either checked, or to-verify with its doubt in fr and en", number)
        return Text(fr, en)

    def amount(self, parameter: str, value: object, choices: tuple[str, ...], number: int) -> int | Mapping[str, int]:
        if choices:
            if value not in choices:
                raise self.fault(parameter, f"the value is one of {', '.join(choices)}", number)
            return choices.index(cast(str, value))
        if type(value) is int:
            return value
        table = cast(dict[str, object], value) if isinstance(value, dict) else {"": None}
        if all(type(amount) is int for amount in table.values()) and set(table) <= {*DEPARTMENTS, *REGIMES}:
            return cast(dict[str, int], table)
        raise self.fault(parameter, "a value is a whole number, or one whole number per departement or regime", number)


def _between(before: Value, after: Value) -> str:
    """What is wrong between a value and the next one of its parameter; empty when nothing is."""
    if after.start <= before.start or (before.last != FOREVER and before.last >= after.start):
        return f"overlap: the value from {after.start} starts inside the one before it"
    if before.last != FOREVER and before.last + timedelta(days=1) < after.start:
        return f"gap: no value from {before.last + timedelta(days=1)} to {after.start}"
    if isinstance(before.value, int) != isinstance(after.value, int):
        return "a parameter has one value for all, or one per key, on all its days"
    if isinstance(before.value, int) or isinstance(after.value, int):
        return ""
    dropped = sorted(set(before.value) - set(after.value))
    return f"gap: no value for {', '.join(dropped)} from {after.start}" if dropped else ""
