"""Random acts, twice: as the columns that the rules read, and as the words that a clerk reads."""

from datetime import date
from typing import Any

import numpy as np
from tests.oracle.payer import DATES_OF_CHANGE, Act, Equipment, Trip

from cloison import rules
from cloison.rules import ACT_CODES, Acts, Domain, Trips
from cloison.rules.acts import DETAILS, domains
from cloison.rules.codes import BASE_OF, Base
from cloison.rules.vocabulary import DEPARTMENTS

PATHWAYS = {-1: "?", 0: "-", 1: "in", 2: "out", 3: "excluded"}
SECTORS = {-1: "?", 0: "-", 1: "1", 2: "optam", 3: "2", 4: "none"}
EXONERATIONS = {-1: "?", 0: "", 1: "ald", 2: "maternity", 3: "work_accident", 4: "act", 5: "invalidity", 6: "newborn"}
PROTECTIONS = {-1: "?", 0: "", 1: "css", 2: "ame"}
FORMULAS = {-1: "?", 0: "NONE", 1: "TM", 2: "BR", 3: "BRC", 4: "FR", 5: "EUR"}
AGREEMENTS = {-1: "?", 0: "not_asked", 1: "granted", 2: "tacit", 3: "refused"}
FAULTY_ONE_IN = 40


def draw(seed: int, size: int, first: date = date(2018, 12, 1), last: date = date(2026, 12, 31)) -> Acts:
    """Acts over the years, dense on the days of change, with few persons so that limits bind, and honest mistakes."""
    rng = np.random.default_rng(seed)
    persons = rng.integers(0, max(size // 12, 2), size)
    care_date = _days(rng, size, first, last)
    code = rng.integers(-1, len(ACT_CODES), size).astype(np.int16)
    provider = rng.integers(0, 5, size)
    dear = rng.choice([1, 1, 1, 10, 20], size)
    charged = _faulty(rng, rng.integers(0, 12_000, size) * dear, [0, 1, -1, 10_000_000_000])
    charged = np.where((BASE_OF[code] == Base.DETAIL) & (rng.random(size) < 0.7), 0, charged)
    declared = np.where(rng.random(size) < 0.75, rng.integers(0, 9_000, size) * dear, -1)
    declared = np.select([rng.random(size) < 0.03, rng.random(size) < 0.05], [0, np.maximum(charged, -1)], declared)
    ceiling = np.where((rng.random(size) < 0.3) & (domains(code) != Domain.OPTI), persons // 2, -1)
    year = care_date.astype("datetime64[Y]").astype(np.int64)
    day = care_date.astype(np.int64)
    exoneration = rng.choice([-1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6], size)
    return Acts.of(
        trips=_trips(rng, code),
        equipment=_equipment(rng, code, care_date),
        care_date=care_date,
        code=code,
        quantity=_faulty(rng, 1 + rng.integers(0, 3, size) * (rng.random(size) < 0.3), [0, -1, 9999, 10_000]),
        coefficient=rng.choice([0, 100, 150, 750, 1234], size),
        charged=charged,
        declared_base=declared,
        declared_amo=np.where(rng.random(size) < 0.3, rng.integers(0, 8_000, size), -1),
        pathway=rng.choice([-1, 0, 1, 1, 1, 2, 2, 3], size),
        sector=rng.choice([-1, 0, 1, 1, 2, 3, 4], size),
        specialty=rng.choice([1, 1, 1, 19], size),
        exoneration=exoneration,
        protection=rng.choice([-1, 0, 0, 0, 0, 0, 0, 0, 1, 2], size),
        regime=rng.choice([1, 1, 1, 1, 2, 7, 55, 91, -1], size),
        alsace_moselle=rng.random(size) < 0.1,
        minor=(rng.random(size) < 0.15) | ((exoneration == 6) & (rng.random(size) < 0.9)),
        person_key=np.where(rng.random(size) < 0.1, -1, persons),
        provider_key=provider,
        sequence=rng.permutation(size),
        consultations_day=_per_key(5, persons, provider, day),
        participation_year=_per_key(60, persons, year) * 100,
        franchise_day=_per_key(9, persons, day, domains(code)) * 100,
        franchise_year=_per_key(60, persons, year + 7) * 100,
        formula=rng.choice([-1, 0, 1, 1, 2, 2, 3, 4, 5], size),
        rate_bp=rng.choice([0, 3333, 5000, 10_000, 12_500, 20_000], size),
        amount_cents=rng.integers(0, 3_000, size),
        act_cap=np.where(rng.random(size) < 0.2, rng.integers(0, 2_000, size), -1),
        ceiling_key=ceiling,
        ceiling_left=_per_key(80, ceiling) * 97 - 500,
        responsable=rng.random(size) < 0.7,
        paid_by_other=np.where(rng.random(size) < 0.1, rng.integers(0, 1_000, size), 0),
    )


def pile(acts: Acts) -> list[Act]:
    """The same acts in words, in the order in which limits are used up."""
    order = np.argsort(acts.sequence)
    items = {int(row): number for number, row in enumerate(acts.equipment.act)}
    trips = {int(row): number for number, row in enumerate(acts.trips.act)}
    columns = {n: getattr(acts, n)[order].tolist() for n in Acts.__dataclass_fields__ if n not in DETAILS}
    return [
        _act(
            {name: column[number] for name, column in columns.items()},
            _trip(acts.trips, trips.get(row)),
            _item(acts.equipment, items.get(row)),
        )
        for number, row in enumerate(order.tolist())
    ]


def _act(row: dict[str, Any], trip: Trip | None, equipment: Equipment | None) -> Act:
    return Act(
        day=row["care_date"],
        code=ACT_CODES[row["code"]] if row["code"] >= 0 else "unknown",
        quantity=row["quantity"],
        coefficient=row["coefficient"],
        charged=row["charged"],
        declared_base=_known(row["declared_base"]),
        declared_amo=_known(row["declared_amo"]),
        pathway=PATHWAYS[row["pathway"]],
        sector=SECTORS[row["sector"]],
        specialty=row["specialty"],
        exoneration=EXONERATIONS[row["exoneration"]],
        protection=PROTECTIONS[row["protection"]] if row["regime"] >= 0 else "?",
        regime=row["regime"],
        alsace_moselle=row["alsace_moselle"],
        minor=row["minor"],
        person=_known(row["person_key"]),
        doctor=row["provider_key"],
        acts_today=row["consultations_day"],
        participation_year=row["participation_year"],
        franchise_today=row["franchise_day"],
        franchise_year=row["franchise_year"],
        formula=FORMULAS[row["formula"]],
        rate_bp=row["rate_bp"],
        amount=row["amount_cents"],
        cap=_known(row["act_cap"]),
        ceiling=_known(row["ceiling_key"]),
        ceiling_left=row["ceiling_left"],
        responsable=row["responsable"],
        other=row["paid_by_other"],
        trip=trip,
        equipment=equipment,
    )


def _trip(trips: Trips, number: int | None) -> Trip | None:
    if number is None:
        return None
    department = int(trips.department[number])
    return Trip(
        km=int(trips.km[number]),
        patients=int(trips.patients[number]),
        night=bool(trips.night[number]),
        city=bool(trips.big_city[number]),
        tpmr=bool(trips.tpmr[number]),
        empty=bool(trips.hospital_empty_return[number]),
        drom=bool(trips.drom[number]),
        urgent=bool(trips.urgent[number]),
        tolls=int(trips.tolls[number]),
        department=DEPARTMENTS[department] if department >= 0 else None,
        agreement=AGREEMENTS[int(trips.agreement[number])],
    )


def _item(equipment: rules.Equipment, number: int | None) -> Equipment | None:
    if number is None:
        return None
    return Equipment(
        pair=int(equipment.pair[number]),
        correction=int(equipment.correction[number]),
        last_delivery=equipment.last_delivery[number].item(),
        drom=bool(equipment.drom[number]),
        paid=int(equipment.paid[number]),
    )


def _equipment(rng: np.random.Generator, code: np.ndarray, care_date: np.ndarray) -> rules.Equipment:
    (items,) = np.nonzero((code >= 0) & np.isin(domains(code), [Domain.OPTI, Domain.AUDI]))
    items = items[rng.random(len(items)) < 0.95]
    size = len(items)
    pair = rng.integers(0, max(size // 3, 1), size)
    months = rng.choice([11, 12, 13, 23, 24, 25, 47, 48, 49], size)
    earlier = care_date[items] - (months * 30.4375).astype(int)
    return rules.Equipment.of(
        act=items,
        pair=pair,
        correction=pair % 7,
        last_delivery=np.where(rng.random(size) < 0.5, earlier, np.datetime64("NaT")),
        drom=rng.random(size) < 0.2,
        paid=(pair % 3) * 5_000,
    )


def _trips(rng: np.random.Generator, code: np.ndarray) -> Trips:
    (taxis,) = np.nonzero((code >= 0) & (domains(code) == Domain.TRAN))
    taxis = taxis[rng.random(len(taxis)) < 0.95]
    size = len(taxis)
    flags = {
        name: rng.random(size) < 0.3
        for name in ("night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent")
    }
    return Trips.of(
        act=taxis,
        km=_faulty(rng, rng.integers(1, 16_000, size), [0, 400, 401, 4999, 5000, 99_999, 100_000, -5]),
        patients=_faulty(rng, rng.integers(1, 5, size), [0, 8, 9]),
        tolls=_faulty(rng, rng.integers(0, 2, size) * rng.integers(0, 2_000, size), [-1, 99_999, 100_000]),
        department=rng.integers(-1, len(DEPARTMENTS), size),
        agreement=rng.choice([-1, 0, 0, 1, 2, 3], size),
        **flags,
    )


def _days(rng: np.random.Generator, size: int, first: date, last: date) -> np.ndarray:
    start, end = (np.datetime64(day, "D") for day in (first, last))
    spread = start + rng.integers(0, (end - start).astype(int), size)
    changes = np.array(DATES_OF_CHANGE, "datetime64[D]")
    return np.where(rng.random(size) < 0.5, rng.choice(changes, size), spread)


def _faulty(rng: np.random.Generator, column: np.ndarray, wrong: list[int]) -> np.ndarray:
    return np.where(rng.random(len(column)) < 1 / FAULTY_ONE_IN, rng.choice(wrong, len(column)), column)


def _per_key(most: int, *keys: np.ndarray) -> np.ndarray:
    """A number from 0 to `most` that rows with the same keys share."""
    mixed = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        mixed = mixed * 31 + key
    return np.abs(mixed * 7919) % (most + 1)


def _known(number: int) -> int | None:
    return None if number == -1 else number
