"""Tables drawn in text: acts on the left of "||", what the rules must make of them on the right.

    date  | code | charged || base  | amo
    -----------+------+---------++-------+------
    2024-12-22 | G    |   30.00 || 30.00 | 21.00

A column that a table leaves out says: an adult of the general scheme, in the care pathway, a sector 1 doctor, one act,
coefficient 1, nothing declared, nothing used before, no complementary guarantee. Amounts are euros, rates percents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cloison.money import cents_of, euros
from cloison.rules import (
    Acts,
    Agreement,
    Correction,
    Equipment,
    Exoneration,
    Formula,
    Items,
    Pathway,
    Priced,
    Protection,
    Sector,
    TariffBook,
    Trips,
    code_ids,
    department_ids,
    price,
)

Rows = list[dict[str, str]]

PATHWAYS = {"in": Pathway.IN, "out": Pathway.OUT, "excluded": Pathway.EXCLUDED, "?": -1}
SECTORS = {"1": Sector.ONE, "optam": Sector.TWO_OPTAM, "2": Sector.TWO, "none": Sector.NONE, "-": 0, "?": -1}
EXONERATIONS = {member.name.lower(): member for member in Exoneration} | {"": Exoneration.NONE, "?": -1}
PROTECTIONS = {member.name.lower(): member for member in Protection} | {"": Protection.NONE, "?": -1}
AGREEMENTS = {member.name.lower(): member for member in Agreement} | {"": Agreement.NOT_ASKED}

INPUTS: dict[str, str] = {
    "date": "2026-03-02",
    "code": "",
    "qty": "1",
    "coef": "1",
    "charged": "",
    "declared": "",
    "told_amo": "",
    "pathway": "in",
    "sector": "1",
    "specialty": "1",
    "exempt": "",
    "protection": "",
    "regime": "1",
    "alsace": "",
    "minor": "",
    "person": "",
    "doctor": "",
    "acts_today": "0",
    "pf_year": "0",
    "franchise_today": "0",
    "franchise_year": "0",
    "guarantee": "",
    "cap": "",
    "ceiling": "",
    "resp": "T",
    "other": "0",
}
TRIP_INPUTS: dict[str, str] = {
    "km": "",
    "dep": "01",
    "patients": "1",
    "night": "",
    "city": "",
    "tpmr": "",
    "drom": "",
    "empty": "",
    "urgent": "",
    "tolls": "0",
    "agreement": "",
}

EQUIPMENT_INPUTS: dict[str, str] = {"pair": "", "lenses": "simple", "last": "NaT", "drom": "", "paid": "0"}
LENSES = {
    "": Correction.NOT_CONCERNED,
    "simple": Correction.SIMPLE,
    "simple+complex": Correction.SIMPLE_AND_COMPLEX,
    "complex": Correction.COMPLEX,
    "simple+very": Correction.SIMPLE_AND_VERY_COMPLEX,
    "complex+very": Correction.COMPLEX_AND_VERY_COMPLEX,
    "very": Correction.VERY_COMPLEX,
    "?": -1,
}


@dataclass(frozen=True)
class Table:
    """A drawn table: the columns on each side, and its rows."""

    inputs: list[str]
    expected: list[str]
    rows: Rows


def read(drawn: str, free: bool = False) -> Table:
    """Parse a drawn table; a free one has other columns than those of acts."""
    lines = [line.strip() for line in drawn.strip().splitlines()]
    head, *body = [line for line in lines if line and not set(line) <= set("-+=")]
    left, _, right = head.partition("||")
    inputs, expected = _cells(left), _cells(right)
    rows: Rows = []
    for line in body:
        given, _, result = line.partition("||")
        cells = [*_cells(given), *(_cells(result) or [""] * min(len(expected), 1))]
        assert len(cells) == len(inputs) + len(expected), f"cells do not fit the header: {line}"
        rows.append(dict(zip([*inputs, *expected], cells, strict=True)))
    unknown = set(inputs) - set(INPUTS) - set(TRIP_INPUTS) - set(EQUIPMENT_INPUTS) - {"official"}
    assert free or not unknown, f"unknown columns: {unknown}"
    return Table(inputs, expected, rows)


def _cells(half: str) -> list[str]:
    return [cell.strip() for cell in half.split("|")] if half.strip() else []


def acts(drawn: str | Table) -> Acts:
    """The acts that a table draws."""
    table = read(drawn) if isinstance(drawn, str) else drawn
    rows = [{**INPUTS, **{k: v for k, v in row.items() if v or k not in INPUTS}} for row in table.rows]
    size = len(rows)

    def column(name: str, convert: Callable[[str], int]) -> np.ndarray:
        return np.array([convert(row[name]) for row in rows], np.int64)

    guarantees = [_guarantee(row["guarantee"]) for row in rows]
    ceilings = [row["ceiling"].partition(":") for row in rows]
    return Acts.of(
        trips=_trips(rows),
        equipment=_equipment(rows),
        items=_items(rows),
        care_date=np.array([row["date"] for row in rows], "datetime64[D]"),
        code=code_ids(np.array([row["code"].encode() for row in rows], "S5")),
        quantity=column("qty", int),
        coefficient=column("coef", cents_of),
        charged=column("charged", cents_of),
        declared_base=column("declared", _cents_or_none),
        declared_amo=column("told_amo", _cents_or_none),
        pathway=column("pathway", PATHWAYS.__getitem__),
        sector=column("sector", SECTORS.__getitem__),
        specialty=column("specialty", int),
        exoneration=column("exempt", EXONERATIONS.__getitem__),
        protection=column("protection", PROTECTIONS.__getitem__),
        regime=column("regime", int),
        alsace_moselle=column("alsace", _flag) == 1,
        minor=column("minor", _flag) == 1,
        person_key=column("person", _key),
        provider_key=column("doctor", _key),
        sequence=np.arange(size),
        consultations_day=column("acts_today", int),
        participation_year=column("pf_year", cents_of),
        franchise_day=column("franchise_today", cents_of),
        franchise_year=column("franchise_year", cents_of),
        formula=np.array([formula for formula, _, _ in guarantees]),
        rate_bp=np.array([rate for _, rate, _ in guarantees]),
        amount_cents=np.array([amount for _, _, amount in guarantees]),
        act_cap=column("cap", _cents_or_none),
        ceiling_key=np.array([_key(key) for key, _, _ in ceilings]),
        ceiling_left=np.array([cents_of(left or "0") for _, _, left in ceilings]),
        responsable=column("resp", _flag) == 1,
        paid_by_other=column("other", cents_of),
    )


def _trips(rows: Rows) -> Trips:
    which = [number for number, row in enumerate(rows) if row.get("km")]
    if not which:
        return Trips.none()
    trips = [{**TRIP_INPUTS, **{k: v for k, v in rows[number].items() if v}} for number in which]

    def flags(name: str) -> np.ndarray:
        return np.array([_flag(trip[name]) == 1 for trip in trips])

    return Trips.of(
        act=np.array(which),
        km=np.array([cents_of(trip["km"]) for trip in trips]),
        patients=np.array([int(trip["patients"]) for trip in trips]),
        tolls=np.array([cents_of(trip["tolls"]) for trip in trips]),
        department=department_ids(np.array([trip["dep"].encode() for trip in trips], "S3")),
        agreement=np.array([AGREEMENTS[trip["agreement"]] for trip in trips], np.int8),
        big_city=flags("city"),
        hospital_empty_return=flags("empty"),
        **{name: flags(name) for name in ("night", "tpmr", "drom", "urgent")},
    )


def _equipment(rows: Rows) -> Equipment:
    which = [number for number, row in enumerate(rows) if row.get("pair")]
    if not which:
        return Equipment.none()
    items = [{**EQUIPMENT_INPUTS, **{k: v for k, v in rows[number].items() if v}} for number in which]
    return Equipment.of(
        act=np.array(which),
        pair=np.array([_key(item["pair"]) for item in items]),
        correction=np.array([LENSES[item["lenses"]] for item in items], np.int8),
        last_delivery=np.array([item["last"] for item in items], "datetime64[D]"),
        drom=np.array([_flag(item["drom"]) == 1 for item in items]),
        paid=np.array([cents_of(item["paid"]) for item in items]),
    )


def _items(rows: Rows) -> Items:
    which = [number for number, row in enumerate(rows) if row.get("official")]
    names = [rows[number]["official"].encode() for number in which]
    return Items.of(act=np.array(which), official=np.array(names, "S16")) if which else Items.none()


def check(drawn: str, tariff: TariffBook | None = None) -> Priced:
    """Price the acts of a table and compare with its right side, row by row."""
    table = read(drawn)
    priced = price(acts(table), tariff or TariffBook.standard())
    found = [{name: _shown(priced, row, name) for name in table.expected} for row in range(len(priced))]
    wanted = [{name: row[name] for name in table.expected} for row in table.rows]
    assert found == wanted
    kept = ~priced.refused
    shares = priced.amo_share + priced.amc_share + priced.own_share + priced.acts.paid_by_other
    assert (shares[kept] == priced.acts.charged[kept]).all(), "shares add up to what is charged"
    return priced


def _shown(priced: Priced, row: int, name: str) -> str:
    if name == "reason":
        number = int(priced.reason[row])
        return next((r.code for r in priced.reasons(row) if r.number == number), "").removeprefix("rules.")
    if name == "remarks":
        number = int(priced.reason[row])
        others = [r.code.removeprefix("rules.") for r in priced.reasons(row) if r.number != number]
        return " ".join(others)
    if name == "rate":
        rate = int(priced.amo_rate_bp[row])
        return f"{rate // 100}%" if rate >= 0 else "?"
    return euros(int(getattr(priced, OUTPUTS[name])[row]))


OUTPUTS: Mapping[str, str] = {
    "base": "base",
    "amo": "amo_share",
    "amc": "amc_share",
    "own": "own_share",
    "overrun": "overrun",
    "participation": "participation_forfaitaire",
    "franchise": "franchise",
}


def _guarantee(text: str) -> tuple[int, int, int]:
    """("100% TM") -> formula, rate in basis points, amount in cents."""
    if not text:
        return Formula.NONE, 0, 0
    amount, _, formula = text.partition(" ")
    if formula == "EUR":
        return Formula.EUR, 0, cents_of(amount)
    return Formula[formula], cents_of(amount.removesuffix("%")), 0


def _cents_or_none(text: str) -> int:
    return cents_of(text) if text else -1


def _flag(text: str) -> int:
    return {"T": 1, "": 0, "F": 0}[text]


def _key(text: str) -> int:
    return -1 if not text else int.from_bytes(text.encode(), "big")
