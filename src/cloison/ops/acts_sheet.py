"""A file of acts as a user brings it (CSV in UTF-8 with a header, semicolons or commas), and the sheet of its prices.

Each line of the file becomes a line of prices. One that cannot be read is there too, with its reason and no amount, so
that nothing disappears between the two.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from cloison.errors import Defect, Misuse, Place
from cloison.money import euros
from cloison.ops import tariffs
from cloison.ops.acts_products import Sold
from cloison.ops.reasons import FILE_MISSING
from cloison.ops.tariff_reasons import FILE_UNREADABLE
from cloison.rules import FAULTS, Priced, TariffBook, price
from cloison.rules.details import COLUMN_TYPES
from cloison.rules.listing import GROUPS, PRICED_COLUMNS, Field, Listing, Row, read_listing, write_listing
from cloison.rules.releases import History
from cloison.rules.trace import Language, explain

REPEATED = ("care_date", "code", "charged")
"""Columns of the acts that the sheet of prices says again, for whoever reads it alone."""
COLUMNS = ("line", *REPEATED, *PRICED_COLUMNS)
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_DIGITS = {1: 2, 2: 4, 4: 9, 8: 15}
"""Most characters of a number, by the bytes of its column: what is longer is no quantity and no amount."""

_OTHER_NAMES = {"rate": "rate_bp", "amount": "amount_cents"}
"""Columns of the file whose column of acts has another name."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read and what it costs. `listing.lines` has the line of each priced act."""

    listing: Listing
    rows: dict[int, Row]
    """The cells of each line of the file that has as many as the header."""
    priced: Priced
    separator: str

    def cells(self) -> Iterator[dict[str, str]]:
        """The prices, line after line, unreadable ones included."""
        words = dict(zip(self.listing.lines, write_listing(self.priced), strict=True))
        for defect in self.listing.defects:
            words.setdefault(defect.place.line, {"reason": defect.reason.code})
        for line in sorted(words):
            row = self.rows.get(line, {})
            given = {name: row.get(name, "") for name in REPEATED}
            yield {**dict.fromkeys(COLUMNS, ""), "line": str(line), **given, **words[line]}

    def account(self, number: int, language: Language) -> Iterator[str]:
        """One act: where it stands in the file, then each cent with its rule, or why it is refused."""
        line = self.listing.lines[number]
        row = self.rows[line]
        yield f"{'ligne' if language == 'fr' else 'line'} {line}   {row['care_date']}  {row['code']}  {row['charged']}"
        yield from (f"  {words}" for words in explain(self.priced, number).lines(language))
        yield from _official(self.priced.tariff, row, language)

    def accounts(self, language: Language) -> Iterator[str]:
        """Every act, one blank line between two."""
        for number in range(len(self.priced)):
            yield from self.account(number, language)
            yield ""


def _official(tariff: TariffBook, row: Row, language: Language) -> Iterator[str]:
    """What the official tables say of an act that has a name in one of them, since when, by which release."""
    name, day = row.get("official", "").strip(), row["care_date"].strip()
    for table, history in tariff.official.items() if name else ():
        if (listed := _row_on(history, name, date.fromisoformat(day))) is not None:
            start, values = listed
            label = next(label for since, label in history.releases if since == start)
            since = "depuis le" if language == "fr" else "since"
            said = ", ".join(f"{key} {worth(key, value)}" for key, value in values.items() if value >= 0)
            yield f"  {table} {name}: {said or '-'} {since} {start} ({label})"


def _row_on(history: History, name: str, day: date) -> tuple[date, dict[str, int]] | None:
    """The row of a key that counts on a day, with the day from which it does."""
    key = np.array([name.encode()])
    first, end = (int(np.searchsorted(history.keys, key, side)[0]) for side in _SIDES)
    row = first - 1 + int(np.searchsorted(history.starts[first:end], np.datetime64(day), "right"))
    if row < first:
        return None
    start: date = history.starts[row].item()
    return start, {name: int(column[row]) for name, column in history.values.items()}


def worth(name: str, value: int) -> str:
    """A value of an official table in the words of its unit."""
    if name == "coefficient":
        return euros(value)
    return f"{euros(value)} {'%' if name.endswith('_bp') else 'EUR'}"


def read_and_price(file: Path, tariff: TariffBook, sold: Sold | None = None) -> Sheet:
    """Read acts and price them. A missing column raises; a line that cannot be read is a defect of the listing.

    `sold`: the acts name a product of these, instead of saying what is guaranteed.
    """
    lines, separator = _lines(file)
    header = [name.strip() for name in lines[0][1]]
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise Misuse(FAULTS["rules.columns_wrong"], f"twice: {', '.join(twice)}", Place(file.name, 1))

    rows: dict[int, Row] = {}
    defects: list[Defect] = []
    widths = _widths(header)
    columns = sold.header(file.name, header) if sold else header
    for line, cells in lines[1:]:
        if len(cells) == len(header):
            rows[line] = dict(zip(header, cells, strict=True))
        wrong = _misshapen(file.name, line, cells, header, widths)
        if wrong is None and sold is not None:
            wrong = sold.defect(file.name, line, rows[line])
        if wrong is not None:
            defects.append(wrong)
    misshapen = {defect.place.line for defect in defects}
    fit = [line for line in rows if line not in misshapen]
    given = [sold.row(rows[line]) if sold else rows[line] for line in fit]
    listing = _with_true_lines(read_listing(file.name, columns, given), fit, defects)
    if sold is not None:
        listing = replace(listing, acts=sold.joined(listing, rows))
    return Sheet(listing, rows, price(listing.acts, tariff), separator)


def write(sheet: Sheet, out: Path) -> None:
    """Write the prices as CSV, with the separator of the acts, whole or not at all."""

    def draft(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, delimiter=sheet.separator, lineterminator="\n")
            writer.writeheader()
            writer.writerows(sheet.cells())

    tariffs.replace(out, draft)


def write_accounts(sheet: Sheet, out: Path, language: Language) -> Path:
    """Write the account of every act beside the prices: priced.csv has priced.explained.txt."""

    def draft(path: Path) -> None:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{words}\n" for words in sheet.accounts(language))

    beside = out.with_suffix(".explained.txt")
    tariffs.replace(beside, draft)
    return beside


def _lines(file: Path) -> tuple[list[tuple[int, list[str]]], str]:
    """Each line that is not blank with its number, the header first, and the separator."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as missing:
        raise Misuse(FILE_MISSING, cause=file.name) from missing
    except UnicodeDecodeError as broken:
        raise Misuse(FILE_UNREADABLE, "not UTF-8", Place(file.name)) from broken
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        found = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as broken:
        raise Misuse(FILE_UNREADABLE, place=Place(file.name, reader.line_num)) from broken
    if not found:
        raise Misuse(FAULTS["rules.columns_missing"], "no header", Place(file.name, 1))
    return found, separator


def _widths(header: Sequence[str]) -> dict[str, int]:
    """Most characters of each column of numbers."""
    numbers = {field.name for group in GROUPS.values() for field in group if _is_number(field)}
    columns = {name: _OTHER_NAMES.get(name, name) for name in header if name in numbers}
    return {name: _DIGITS[np.dtype(COLUMN_TYPES[column]).itemsize] for name, column in columns.items()}


def _is_number(field: Field) -> bool:
    try:
        return isinstance(field.read("7"), int)
    except (ValueError, KeyError):
        return False


def _misshapen(
    source: str, line: int, cells: Sequence[str], header: Sequence[str], widths: dict[str, int]
) -> Defect | None:
    """A line with too few or too many cells, or a number that no column could hold."""
    wrong = FAULTS["rules.cell_wrong"]
    if len(cells) != len(header):
        return Defect(wrong, Place(source, line), f"{len(cells)} cells, the header has {len(header)}")
    for name, cell in zip(header, cells, strict=True):
        if len(cell.strip()) > widths.get(name, len(cell)):
            return Defect(wrong, Place(source, line, name), f"a number of at most {widths[name]} characters")
    return None


def _with_true_lines(listing: Listing, lines: Sequence[int], defects: Sequence[Defect]) -> Listing:
    """The listing counts the rows it is given from 2; the file may have blank lines and cells over several lines."""
    moved = [replace(each, place=replace(each.place, line=lines[each.place.line - 2])) for each in listing.defects]
    ordered = sorted([*moved, *defects], key=lambda defect: defect.place.line)
    return Listing(listing.acts, tuple(lines[line - 2] for line in listing.lines), tuple(ordered))
