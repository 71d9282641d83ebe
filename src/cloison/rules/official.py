"""How the official files are written: the CCAM of the CNAM, the presentations of the public medicines database, and two
code lists of the SNDS, devices (LPP) and laboratory acts (NABM).

CCAM    CSV; a title with the version and its day, a header over several lines, chapters and notes between the acts.
An act
        has a code; its further activities (4 is anaesthesia) follow it without one. A price is a plain number of euros.
BDPM    tab-separated without header, 13 columns; a price has a decimal comma, and commas between thousands.
LPP     `IR_LPP_V`: semicolons, a header; code, first day (01JAN2014:00:00:00), tariff, highest price or 0.00.
NABM    `IR_BTF_R`: semicolons, a header; code, first and last day, letter, coefficient. Where two rows of one code hold
        on one day, the later one counts.

The two lists of the SNDS are what each code was worth until somebody froze them; a release takes what holds on its day.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cloison.errors import Defect, Misuse, Place
from cloison.money import cents_of
from cloison.rules.reasons import reason
from cloison.rules.releases import NOT_PRICED, Release

_CCAM_TITLE = re.compile(r"CCAM version (\d+) applicable (\d{2})/(\d{2})/(\d{4})")
_CCAM_CODE = re.compile(r"[A-Z]{4}\d{3}")
_CCAM_COLUMNS = 11
_BDPM_COLUMNS = 13
_RATES = {"100%": 10_000, "65%": 6_500, "35%": 3_500, "30%": 3_000, "15%": 1_500}


def read_ccam(name: str, lines: Iterable[str]) -> Release:
    """Prices per act, activity and phase ("HHMC005 1 0"): sector 1 or OPTAM, and others, in cents."""
    rows = csv.reader(lines)
    found = _CCAM_TITLE.search(" ".join(next(rows, [""])))
    if found is None:
        raise Misuse(reason("release_wrong"), "the first line names no version of the CCAM", Place(name, 1))
    version, day, month, year = (int(group) for group in found.groups())

    prices: dict[str, Sequence[int]] = {}
    defects: list[Defect] = []
    code = ""
    for line, row in enumerate(rows, 2):
        if len(row) != _CCAM_COLUMNS:
            defects.append(Defect(reason("release_row_wrong"), Place(name, line), f"{len(row)} columns"))
            continue
        first = row[0].strip()
        if _CCAM_CODE.fullmatch(first):
            code = first
        activity, phase = row[3].strip(), row[4].strip()
        if not code or not activity.isdigit():
            continue
        try:
            prices[f"{code} {activity} {phase}"] = (_euros(row[5]), _euros(row[6]))
        except ValueError:
            defects.append(Defect(reason("release_row_wrong"), Place(name, line, code), "not a price"))
    return Release.of("ccam", f"version {version}", date(year, month, day), prices, ("optam", "other"), defects)


def read_presentations(name: str, lines: Iterable[str], start: date) -> Release:
    """Prices and rates per presentation (CIP13): public price, price without fee, fee, in cents; rate in basis
    points."""
    prices: dict[str, Sequence[int]] = {}
    defects: list[Defect] = []
    for line, text in enumerate(lines, 1):
        cells = text.rstrip("\r\n").split("\t")
        if len(cells) != _BDPM_COLUMNS or not re.fullmatch(r"\d{13}", cells[6]):
            defects.append(Defect(reason("release_row_wrong"), Place(name, line), "13 columns and a CIP of 13 digits"))
            continue
        rate = cells[8].replace(" ", "")
        try:
            if rate and rate not in _RATES:
                raise ValueError("no such rate")
            amounts = [_with_thousands(cell) for cell in (cells[10], cells[9], cells[11])]
            prices[cells[6]] = (*amounts, _RATES.get(rate, NOT_PRICED))
        except ValueError:
            defects.append(Defect(reason("release_row_wrong"), Place(name, line, cells[6]), "not a price or a rate"))
    names = ("public", "without_fee", "fee", "rate_bp")
    return Release.of("bdpm", start.isoformat(), start, prices, names, defects)


LPP_COLUMNS = ("LPP_COD", "VAL_DTD", "LPP_TAR", "LPP_PRU")
NABM_COLUMNS = ("BTF_PRS_IDE__BTF_HIS_DTD", "BTF_PRS_IDE", "BTF_HIS_DTD", "BTF_TAR_NAT", "BTF_HIS_DTF", "BTF_TAR_COF")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SNDS_DAY = re.compile(r"(\d{2})([A-Z]{3})(\d{4}):00:00:00")


def read_devices(name: str, lines: Iterable[str], start: date) -> Release:
    """Tariff and highest price of each device (LPP code of 7 digits) on a day, in cents."""
    prices: dict[str, Sequence[int]] = {}
    defects: list[Defect] = []
    for line, row in _snds_rows(name, lines, LPP_COLUMNS, "list of devices"):
        try:
            since, code = _snds_day(row[1]), _digits(row[0], 7)
            values = [cents_of(cell) or NOT_PRICED for cell in row[2:]]
            if min(values) < NOT_PRICED:
                raise ValueError("a price below zero")
        except (ValueError, IndexError):
            defects.append(Defect(reason("release_row_wrong"), Place(name, line), "code, day, tariff, highest price"))
            continue
        if since <= start:
            prices[code] = values
    return Release.of("lpp", start.isoformat(), start, prices, ("tariff", "limit"), defects)


def read_laboratory(name: str, lines: Iterable[str], start: date) -> Release:
    """Coefficient of each laboratory act (NABM code of 4 digits) in letters B on a day, in hundredths."""
    latest: dict[str, tuple[date, int]] = {}
    defects: list[Defect] = []
    for line, row in _snds_rows(name, lines, NABM_COLUMNS, "list of laboratory acts"):
        try:
            code, since, until = _digits(row[1], 4), _snds_day(row[2]), _snds_day(row[4])
            coefficient = cents_of(row[5])
            if coefficient <= 0:
                raise ValueError("no coefficient")
        except (ValueError, IndexError):
            defects.append(Defect(reason("release_row_wrong"), Place(name, line), "code, days, letter, coefficient"))
            continue
        if since <= start <= until and row[3] == "B" and since >= latest.get(code, (since, 0))[0]:
            latest[code] = (since, coefficient)
    coefficients = {code: (coefficient,) for code, (_, coefficient) in latest.items()}
    return Release.of("nabm", start.isoformat(), start, coefficients, ("coefficient",), defects)


def _snds_rows(
    name: str, lines: Iterable[str], columns: Sequence[str], what: str
) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of a list of the SNDS with their lines; another header refuses the file."""
    rows = csv.reader(lines, delimiter=";")
    if tuple(next(rows, [""])) != tuple(columns):
        raise Misuse(reason("release_wrong"), f"not the header of the {what}", Place(name, 1))
    yield from enumerate(rows, 2)


def _snds_day(cell: str) -> date:
    found = _SNDS_DAY.fullmatch(cell.strip())
    if found is None:
        raise ValueError("not a day")
    return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))


def _digits(cell: str, width: int) -> str:
    code = cell.strip().zfill(width)
    if len(code) != width or not (code.isascii() and code.isdigit()):
        raise ValueError("not a code")
    return code


def _euros(cell: str) -> int:
    """ "51.84", or words for an act that is not paid."""
    text = cell.strip()
    return NOT_PRICED if text in ("", "Non pris en charge") else cents_of(text)


def _with_thousands(cell: str) -> int:
    """ "1,234,56" is 1 234.56 euros: the last comma is the decimal one."""
    text = cell.strip()
    if not text:
        return NOT_PRICED
    whole, _, cents = text.rpartition(",")
    return cents_of(f"{whole.replace(',', '')}.{cents}") if whole else cents_of(cents)
