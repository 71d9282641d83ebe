"""The checks of one line of movements in itself: each column against its list, its shape and its length.

`COLUMNS_OF_THE_FORMAT` is the format, for the code and for docs/formats/movements.schema.json alike.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cloison.errors import Reason
from cloison.gateways.files.movement_cells import Cells
from cloison.identifiers import birth_date, nir
from cloison.period import FOREVER, Days
from cloison.rights.movement_reasons import (
    BIRTH_DATE,
    CODE,
    CONTROL_CHARACTER,
    DATE,
    LINE_ENCODING,
    MISSING,
    NIR,
    NUMBER,
    ORIGIN,
    PERIOD,
    TOO_LONG,
)
from cloison.rights.movements import (
    EVERY_FIELD,
    FIELDS,
    ORIGIN_FIELD,
    Faults,
    Lines,
    Movement,
    Movements,
    Quality,
    Texts,
    amc_as_compared,
    identities_of,
    number_as_compared,
)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the format. `codes` closes its list."""

    width: int
    required: bool
    meaning: str
    codes: tuple[str, ...] = ()


COLUMNS_OF_THE_FORMAT: Final = {
    "mouvement": Field(1, True, "C creation, M modification, F end", ("C", "M", "F")),
    "amc": Field(10, True, "number of the insurer, the same on every line; leading zeros do not count"),
    "adherent": Field(16, True, "member number, as printed on the card; case does not count"),
    "contrat": Field(20, True, "contract number"),
    "produit": Field(20, True, "code of a product of this insurer"),
    "nir": Field(15, True, "NIR of the insured who opens the right: 13 characters and the key"),
    "date_naissance": Field(8, True, "birth date of the person, YYYYMMDD, lunar dates as they are"),
    "rang_naissance": Field(1, True, "birth rank of the person", tuple("0123456789")),
    "nom_naissance": Field(65, True, "birth name, at most 65 bytes of UTF-8"),
    "nom_usage": Field(65, False, "used name, at most 65 bytes of UTF-8"),
    "prenoms": Field(65, True, "first names, at most 65 bytes of UTF-8"),
    "sexe": Field(1, True, "M, F or U (unknown)", ("M", "F", "U")),
    "qualite": Field(1, True, "A insured, C spouse, E child, X other", ("A", "C", "E", "X")),
    "ordre": Field(1, True, "1 first, 2 second complementary insurance", ("1", "2")),
    "date_debut": Field(10, True, "first day, YYYY-MM-DD"),
    "date_fin": Field(10, False, "last day, YYYY-MM-DD, inside; empty when open"),
    ORIGIN_FIELD: Field(9, False, "resubmissions only: number of the quarantined line that this one corrects"),
}
WIDTHS: Final = {name: column.width for name, column in COLUMNS_OF_THE_FORMAT.items()}
NAMES_OF_PEOPLE: Final = ("nom_naissance", "nom_usage", "prenoms")
QUALITIES: Final = {"A": Quality.ASSURE, "C": Quality.CONJOINT, "E": Quality.ENFANT, "X": Quality.OTHER}
MOVEMENTS: Final = {"C": Movement.CREATION, "M": Movement.MODIFICATION, "F": Movement.END}
YEAR_MIN, YEAR_MAX = 1900, 2199
NUMBER_BYTES: Final = np.isin(np.arange(256), np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./ ", np.uint8))
CONTROL_BYTES: Final = (np.arange(256) < 32) | (np.arange(256) == 127)
ONE_DAY = np.timedelta64(1, "D")


class Findings:
    """The first reason, by its number, found for each line."""

    def __init__(self, cells: Cells) -> None:
        self.reason = np.zeros(len(cells.line), np.int16)
        self.field = np.zeros(len(cells.line), np.int16)

    def note(self, where: Mask, reason: Reason, name: str) -> None:
        if where.any():
            first = where & ((self.reason == 0) | (self.reason > reason.number))
            self.reason[first] = reason.number
            self.field[first] = EVERY_FIELD.index(name)


def checked(cells: Cells, count: int) -> Lines:
    """Check every line that could be cut; `count` is how many lines the block has, empty ones included."""
    found = Findings(cells)
    _check_bytes(cells, found)
    text = {name: _text(cells, name, found) for name in cells.columns}
    amc, adherent, contract = (
        amc_as_compared(text["amc"]),
        number_as_compared(text["adherent"]),
        number_as_compared(text["contrat"]),
    )
    for name, values in (("amc", amc), ("adherent", adherent), ("contrat", contract)):
        found.note(_has_other_than(values, NUMBER_BYTES), NUMBER, name)
    nir13, key = nir.split_columns(text["nir"])
    found.note(~nir.check_columns(nir13, key), NIR, "nir")
    found.note(~birth_date.check_columns(text["date_naissance"]), BIRTH_DATE, "date_naissance")
    movement = _coded(text["mouvement"], {code: int(value) for code, value in MOVEMENTS.items()})
    valid_from, valid_to = _period(text["date_debut"], text["date_fin"], movement, found)
    origin = _whole(text.get(ORIGIN_FIELD), len(cells.line), found)

    good = found.reason == 0
    bad = ~good
    movements = Movements(
        line=cells.line,
        origin=origin,
        movement=movement,
        amc=amc,
        product=text["produit"],
        quality=_coded(text["qualite"], {code: int(value) for code, value in QUALITIES.items()}),
        ordre=_coded(text["ordre"], {"1": 1, "2": 2}),
        valid_from=valid_from,
        valid_to=valid_to,
        nir13=nir13,
        identities=identities_of(
            nir=text["nir"],
            birth=text["date_naissance"],
            rank=text["rang_naissance"],
            sexe=text["sexe"],
            adherent=adherent,
            contract=contract,
            nom_naissance=text["nom_naissance"],
            nom_usage=text["nom_usage"],
            prenoms=text["prenoms"],
        ),
    )
    faults = Faults(cells.line[bad], found.reason[bad], found.field[bad])
    return Lines(count, movements if good.all() else movements.only(good), cells.faults + faults)


def _check_bytes(cells: Cells, found: Findings) -> None:
    """Control characters anywhere, and names that are not UTF-8. Every other column has its own list or shape."""
    control = CONTROL_BYTES[cells.buffer]
    if np.count_nonzero(control) > cells.line_feeds:
        for name, having in cells.having(control).items():
            found.note(having, CONTROL_CHARACTER, name)
    if _is_utf8(cells.buffer.tobytes()):  # cells end at ASCII bytes: the whole tells for each
        return
    for name, having in cells.having(cells.buffer > 127).items():
        if name in NAMES_OF_PEOPLE:
            wrong = np.zeros(len(cells.line), np.bool_)
            wrong[[row for row in np.flatnonzero(having).tolist() if not _is_utf8(cells.bytes_of(name, row))]] = True
            found.note(wrong, LINE_ENCODING, name)
        else:
            found.note(having, LINE_ENCODING, name)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(cells: Cells, name: str, found: Findings) -> Texts:
    """A column, with what is missing, too long or outside its list noted."""
    column = COLUMNS_OF_THE_FORMAT[name]
    values = cells.fixed(name, column.width)
    if column.required:
        found.note(cells.columns[name].length == 0, MISSING, name)
        if name in NAMES_OF_PEOPLE:
            found.note(np.char.strip(values) == b"", MISSING, name)
    found.note(cells.longer(name, column.width), TOO_LONG, name)
    if column.codes:
        found.note(~np.isin(values, np.array([code.encode() for code in column.codes])), CODE, name)
    return values


def _has_other_than(values: Texts, allowed: Mask) -> Mask:
    if not len(values):
        return np.zeros(0, np.bool_)
    matrix = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    return (~allowed[matrix] & (matrix != 0)).any(axis=1) | (matrix[:, 0] == 0)


def _coded(values: Texts, codes: dict[str, int]) -> NDArray[np.int16]:
    """One-letter codes as their numbers, 0 outside the list."""
    table = np.zeros(256, np.int16)
    for code, number in codes.items():
        table[ord(code)] = number
    return table[np.ascontiguousarray(values).view(np.uint8).reshape(len(values))]


def _period(starts: Texts, ends: Texts, movement: NDArray[np.int16], found: Findings) -> tuple[Days, Days]:
    """First day, and first day outside: FOREVER when open."""
    first, wrong = _iso_days(starts)
    found.note(wrong, DATE, "date_debut")
    last, wrong = _iso_days(ends)
    empty = ends == b""
    found.note(wrong & ~empty, DATE, "date_fin")
    outside = np.where(empty, np.datetime64(FOREVER, "D"), last + ONE_DAY)
    is_end = movement == Movement.END
    found.note(is_end & empty, MISSING, "date_fin")
    found.note(np.where(is_end, outside < first, outside <= first), PERIOD, "date_fin")
    return first, outside


def _iso_days(texts: Texts) -> tuple[Days, Mask]:
    """Days written YYYY-MM-DD, and where there is no such day (the day is then 1970-01-01)."""
    cells = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), 10)
    digits = (cells - np.uint8(48)).astype(np.int64)
    places = [0, 1, 2, 3, 5, 6, 8, 9]
    shaped = (digits[:, places] < 10).all(axis=1) & (cells[:, 4] == 45) & (cells[:, 7] == 45)
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, day = digits[:, 5] * 10 + digits[:, 6], digits[:, 8] * 10 + digits[:, 9]
    plausible = (
        shaped & (year >= YEAR_MIN) & (year <= YEAR_MAX) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    )
    months = np.where(plausible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(plausible, day - 1, 0)
    real = plausible & (days.astype("datetime64[M]") == months)
    return np.where(real, days, np.datetime64("1970-01-01", "D")), ~real


def _whole(values: Texts | None, count: int, found: Findings) -> NDArray[np.int32]:
    """Line numbers, 0 where there is none."""
    if values is None:
        return np.zeros(count, np.int32)
    empty = values == b""
    good = np.char.isdigit(values) | empty
    found.note(~good, ORIGIN, ORIGIN_FIELD)
    return np.where(good & ~empty, values, b"0").astype(np.int32)


assert tuple(COLUMNS_OF_THE_FORMAT) == (*FIELDS, ORIGIN_FIELD), "the format has the fields of the trade, in their order"
