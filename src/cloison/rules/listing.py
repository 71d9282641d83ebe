"""Acts and prices as a listing that people read and write: the columns of `cloison price acts.csv`.

Every column of the acts must be in the header and every cell must say something that its column understands; an empty
cell is only read where the column says what empty means. Nothing is guessed: a missing column is named, a cell that
cannot be read is named by its line and column and its act is left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from cloison.errors import Defect, Misuse, Place
from cloison.money import cents_of, euros
from cloison.rules.acts import Acts, code_ids
from cloison.rules.details import Equipment, Items, Trips
from cloison.rules.priced import Priced
from cloison.rules.reasons import reason
from cloison.rules.vocabulary import (
    DEPARTMENTS,
    NOT_STATED,
    Agreement,
    Correction,
    Exoneration,
    Formula,
    Pathway,
    Protection,
    Sector,
)

Cell = int | str | date
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the listing: its name, what it says, and how a cell is read (ValueError when it cannot be)."""

    name: str
    says: str
    read: Callable[[str], Cell]


def _number(text: str) -> int:
    if not text.lstrip("-").isdigit() or not text.isascii():
        raise ValueError(text)
    return int(text)


def _or_none(read: Callable[[str], int]) -> Callable[[str], int]:
    return lambda text: read(text) if text else NOT_STATED


def _yes(text: str) -> int:
    return {"yes": 1, "no": 0}[text]


def _among(words: Mapping[str, int]) -> Callable[[str], int]:
    return lambda text: words[text]


def _names(words: type[Pathway | Exoneration | Protection | Formula | Agreement | Correction]) -> dict[str, int]:
    return {member.name.lower(): int(member) for member in words}


SECTORS = {"1": int(Sector.ONE), "2 optam": int(Sector.TWO_OPTAM), "2": int(Sector.TWO), "none": int(Sector.NONE)}
SECTORS["not_concerned"] = int(Sector.NOT_CONCERNED)
_YES = "yes or no"
_EUROS = "euros with at most two decimals"


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)


ACT_FIELDS: tuple[Field, ...] = (
    Field("care_date", "day of care, YYYY-MM-DD", date.fromisoformat),
    Field("code", "code of the act", str),
    Field("quantity", "number of acts", _number),
    Field("coefficient", "with at most two decimals; 1 for a code without coefficient", cents_of),
    Field("charged", f"{_EUROS}, whole line", cents_of),
    Field("declared_base", f"{_EUROS}; empty: none declared", _or_none(cents_of)),
    Field("declared_amo", f"{_EUROS}; empty: none declared", _or_none(cents_of)),
    Field("pathway", _words(_names(Pathway)), _among(_names(Pathway))),
    Field("sector", _words(SECTORS), _among(SECTORS)),
    Field("specialty", "two digits, 0 for none", _number),
    Field("exoneration", _words(_names(Exoneration)), _among(_names(Exoneration))),
    Field("protection", _words(_names(Protection)), _among(_names(Protection))),
    Field("regime", "grand regime, two digits", _number),
    Field("alsace_moselle", _YES, _yes),
    Field("minor", _YES, _yes),
    Field("person", "any name, the same for the same person; empty: counted alone", str),
    Field("provider", "any name, the same for the same professional", str),
    Field("consultations_day", "acts with a flat sum already that day with this professional", _number),
    Field("participation_year", f"{_EUROS}, withheld before in the year", cents_of),
    Field("franchise_day", f"{_EUROS}, withheld before that day for this kind", cents_of),
    Field("franchise_year", f"{_EUROS}, withheld before in the year", cents_of),
    Field("formula", _words(_names(Formula)), _among(_names(Formula))),
    Field("rate", "percent of the guarantee, with at most two decimals; 0 for none and eur", cents_of),
    Field("amount", f"{_EUROS}, of the formula eur; 0 otherwise", cents_of),
    Field("act_cap", f"{_EUROS}; empty: none", _or_none(cents_of)),
    Field("ceiling", "any name, the same for acts that share a ceiling; empty: none", str),
    Field("ceiling_left", f"{_EUROS} left of the ceiling; 0 without one", cents_of),
    Field("responsable", _YES, _yes),
    Field("paid_by_other", f"{_EUROS}, paid by another complementary insurer", cents_of),
)
TRIP_FIELDS: tuple[Field, ...] = (
    Field("km", "kilometres with the patient, at most two decimals; empty: not a transport", cents_of),
    Field("patients", "people carried together", _number),
    *(Field(name, _YES, _yes) for name in ("night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent")),
    Field("tolls", f"{_EUROS}, of the whole run", cents_of),
    Field("department", "of the licence, such as 01, 2A or 971", DEPARTMENTS.index),
    Field("agreement", _words(_names(Agreement)), _among(_names(Agreement))),
)
EQUIPMENT_FIELDS: tuple[Field, ...] = (
    Field("pair", "any name, the same for frame and lenses, or for one ear; empty: no equipment", str),
    Field("correction", _words(_names(Correction)), _among(_names(Correction))),
    Field("last_delivery", "YYYY-MM-DD; empty: never", lambda text: date.fromisoformat(text) if text else "NaT"),
    Field("overseas", _YES, _yes),
    Field("paid", f"{_EUROS}, paid for this pair before, class A left out", cents_of),
)
ITEM_FIELDS: tuple[Field, ...] = (
    Field(
        "official",
        "CIP of 13 digits, CCAM code with activity and phase, LPP code of 7 digits or NABM code of 4; empty: none",
        str,
    ),
)
GROUPS: Mapping[str, tuple[Field, ...]] = {
    "acts": ACT_FIELDS,
    "trips": TRIP_FIELDS,
    "equipment": EQUIPMENT_FIELDS,
    "items": ITEM_FIELDS,
}
"""The columns in groups. Those of the acts are always needed; a detail group is there as a whole or not at all."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read: the acts, the line of each, and what could not be read."""

    acts: Acts
    lines: tuple[int, ...]
    defects: tuple[Defect, ...]


def read_listing(source: str, header: Sequence[str], rows: Iterable[Row]) -> Listing:
    """Read acts from rows of cells by column name. Lines count from 2: the header is line 1."""
    groups = _groups_of(source, header)
    kept: list[dict[str, Cell]] = []
    lines: list[int] = []
    defects: list[Defect] = []
    for line, row in enumerate(rows, 2):
        read, wrong = _read_row(source, line, row, groups)
        defects.extend(wrong)
        if not wrong:
            kept.append(read)
            lines.append(line)
    return Listing(_acts(kept, groups), tuple(lines), tuple(defects))


def _groups_of(source: str, header: Sequence[str]) -> list[str]:
    """The groups that a header has; what it lacks or has too much is named."""
    present = ["acts", *(name for name in list(GROUPS)[1:] if GROUPS[name][0].name in header)]
    wanted = [field.name for name in present for field in GROUPS[name]]
    if missing := [name for name in wanted if name not in header]:
        raise Misuse(reason("columns_missing"), ", ".join(missing), Place(source, 1))
    if unknown := [name for name in header if name not in wanted]:
        raise Misuse(reason("columns_wrong"), f"no such column: {', '.join(unknown)}", Place(source, 1))
    return present


def _read_row(source: str, line: int, row: Row, groups: Sequence[str]) -> tuple[dict[str, Cell], list[Defect]]:
    read: dict[str, Cell] = {}
    wrong: list[Defect] = []
    for group in groups:
        fields = GROUPS[group]
        if group != "acts" and not (row.get(fields[0].name) or "").strip():
            continue
        for field in fields:
            try:
                read[field.name] = field.read((row.get(field.name) or "").strip())
            except (ValueError, KeyError):
                wrong.append(Defect(reason("cell_wrong"), Place(source, line, field.name), f"wanted: {field.says}"))
    return read, wrong


def _acts(rows: Sequence[Mapping[str, Cell]], groups: Sequence[str]) -> Acts:
    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows], np.int64)

    flags = {name: column(name) == 1 for name in ("alsace_moselle", "minor", "responsable")}
    same = ("quantity", "coefficient", "charged", "declared_base", "declared_amo", "pathway", "sector", "specialty")
    same += ("exoneration", "protection", "regime", "consultations_day", "participation_year", "franchise_day")
    same += ("franchise_year", "formula", "act_cap", "ceiling_left", "paid_by_other")
    with_trip, with_pair, with_item = (
        [number for number, row in enumerate(rows) if name in row] for name in ("km", "pair", "official")
    )
    return Acts.of(
        trips=_trips(rows, with_trip) if "trips" in groups else Trips.none(),
        equipment=_equipment(rows, with_pair) if "equipment" in groups else Equipment.none(),
        items=_items(rows, with_item) if "items" in groups else Items.none(),
        care_date=np.array([row["care_date"] for row in rows], "datetime64[D]"),
        code=code_ids(np.array([str(row["code"]).encode() for row in rows], np.bytes_)),
        person_key=_keys([row["person"] for row in rows]),
        provider_key=_keys([row["provider"] for row in rows]),
        sequence=np.arange(len(rows)),
        rate_bp=column("rate"),
        amount_cents=column("amount"),
        ceiling_key=_keys([row["ceiling"] for row in rows]),
        **{name: column(name) for name in same},
        **flags,
    )


def _trips(rows: Sequence[Mapping[str, Cell]], at: Sequence[int]) -> Trips:
    def column(name: str) -> np.ndarray:
        return np.array([rows[number][name] for number in at], np.int64)

    flags = ("night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent")
    return Trips.of(
        act=np.array(at, np.intp),
        **{name: column(name) == 1 for name in flags},
        **{name: column(name) for name in ("km", "patients", "tolls", "department", "agreement")},
    )


def _equipment(rows: Sequence[Mapping[str, Cell]], at: Sequence[int]) -> Equipment:
    def column(name: str) -> np.ndarray:
        return np.array([rows[number][name] for number in at], np.int64)

    return Equipment.of(
        act=np.array(at, np.intp),
        pair=_keys([rows[number]["pair"] for number in at]),
        correction=column("correction"),
        last_delivery=np.array([rows[number]["last_delivery"] for number in at], "datetime64[D]"),
        drom=column("overseas") == 1,
        paid=column("paid"),
    )


def _items(rows: Sequence[Mapping[str, Cell]], at: Sequence[int]) -> Items:
    names = [str(rows[number]["official"]).encode() for number in at]
    return Items.of(act=np.array(at, np.intp), official=np.array(names, "S16"))


def _keys(names: Sequence[Cell]) -> np.ndarray:
    """A number per name, -1 for the empty one."""
    numbers: dict[Cell, int] = {"": NOT_STATED}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


PRICED_COLUMNS: Mapping[str, str] = {
    "base": "base of reimbursement, euros",
    "amo_rate": "rate of the compulsory scheme, percent; empty when its share is a declared amount",
    "amo_share": "paid by the compulsory scheme, euros",
    "amc_share": "paid by the complementary insurer, euros",
    "own_share": "left to the insured, euros",
    "overrun": "charged above the base, euros",
    "participation_forfaitaire": "withheld from the insured by the compulsory scheme, euros, in no share",
    "franchise": "likewise",
    "reason": "code of the refusal, reduction or difference; empty when none",
    "remarks": "codes of what else there is to know",
}


def write_listing(priced: Priced) -> Iterable[dict[str, str]]:
    """The prices in the words of PRICED_COLUMNS, one row per act. A refused act has no amounts."""
    for row in range(len(priced)):
        codes = [reason.code for reason in priced.reasons(row)]
        first = [reason.code for reason in priced.reasons(row) if reason.number == int(priced.reason[row])]
        said = {"reason": "".join(first[:1]), "remarks": " ".join(code for code in codes if code not in first[:1])}
        if bool(priced.refused[row]):
            yield {**dict.fromkeys(PRICED_COLUMNS, ""), **said}
            continue
        rate = int(priced.amo_rate_bp[row])
        amounts = {name: euros(int(getattr(priced, name)[row])) for name in PRICED_COLUMNS if name in Priced.__slots__}
        yield {**amounts, "amo_rate": euros(rate) if rate >= 0 else "", **said}
