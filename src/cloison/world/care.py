"""What professionals do in a day: who is cared for, which acts, at which price, and what each payer is asked for.

Prices are the world's own small copy of public tariffs, so that the engine under test is not its own witness.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Self

import numpy as np

from cloison.money import half_up
from cloison.world import taxi
from cloison.world.chance import happens, pick
from cloison.world.insurers import Formula, Market
from cloison.world.professionals import DOMAIN_OF_KIND, Kind, Practices
from cloison.world.text import Bools, Days, Ints, table

CODES = ("G", "GS", "CS", "APC", "B", "PHC", "PH7", "PH4", "PH1", "AMI", "AIS", "AMK", "AMO", "TXI", "TXN", "TXV",
         "TXP", "TXH", "TXS", "TXR", "PEA", "ZZZ")  # fmt: skip
CODE = {code: index for index, code in enumerate(CODES)}
CODE_TEXTS = table([code.ljust(5) for code in CODES])

_PRICE = {"G": 3000, "GS": 3000, "CS": 2650, "APC": 6000, "B": 25, "AMI": 315, "AIS": 265, "AMK": 221, "AMO": 260}
"""Cents: consultations of sector 1 or OPTAM (convention medicale of 2024), and orders of magnitude of the NGAP letters,
which professionals declare and no document of ours establishes; see docs/world.md."""

_SECTOR_TWO_PRICE = 2300
"""Base of a consultation of sector 2 without OPTAM (service-public.fr F1069, 22 December 2024)."""

_OUT_OF_PATHWAY_RATE = 30
_PHARMACY_CODES = np.array([CODE[code] for code in ("PHC", "PH7", "PH4", "PH1")], np.int64)
_PHARMACY_RATES = np.array([100, 65, 30, 15], np.int64)
DAYS_BACK = 8
"""Third-party payment is sent within eight working days."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of invoices. Cents for the whole line, `coefficient` in hundredths; `detail` lines cost nothing."""

    invoice: Ints
    code: Ints
    day: Days
    quantity: Ints
    coefficient: Ints
    unit: Ints
    base: Ints
    rate: Ints
    total: Ints
    detail: Bools

    @property
    def amo(self) -> Ints:
        return half_up(self.base * self.rate, 100)

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Lines of all kinds, those of one invoice together and in their order."""
        columns = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)]
        order = np.argsort(columns[0], kind="stable")
        return cls(*(column[order] for column in columns))


@dataclass(frozen=True, slots=True)
class Visits:
    """Invoices to write: by which practice, its kind, the last day of care, and what happened there."""

    practice: Ints
    kind: Ints
    day: Days


def make_visits(rng: np.random.Generator, practices: Practices, day: np.datetime64) -> Visits:
    """One visit per invoice of each practice; most are of the day before, some of the week before."""
    practice = np.repeat(np.arange(practices.kind.size), practices.invoices)
    ago = np.minimum(rng.geometric(0.55, practice.size), DAYS_BACK)
    return Visits(practice, practices.kind[practice], day - ago)


def make_lines(rng: np.random.Generator, visits: Visits, practices: Practices, outside: Bools) -> Lines:
    """The acts of each visit. `outside`: the patient consults outside the coordinated care pathway."""
    makers: dict[Kind, Callable[[np.random.Generator, Ints, Visits, Practices], Lines]] = {
        Kind.GENERALISTE: partial(_consultations, outside=outside),
        Kind.SPECIALISTE: partial(_consultations, outside=outside),
        Kind.PHARMACIE: _medicines,
        Kind.LABORATOIRE: _analyses,
        Kind.INFIRMIER: _nursing,
        Kind.KINESITHERAPEUTE: _sessions,
        Kind.ORTHOPHONISTE: _sessions,
        Kind.TAXI: _trips,
    }
    return Lines.joined([
        maker(rng, np.flatnonzero(visits.kind == kind), visits, practices) for kind, maker in makers.items()
    ])  # fmt: skip


def _plain(invoice: Ints, code: Ints, day: Days, unit: Ints, rate: Ints) -> Lines:
    """Lines of quantity and coefficient one."""
    ones = np.ones(invoice.size, np.int64)
    return Lines(invoice, code, day, ones, ones * 100, unit, unit, rate, unit, np.zeros(invoice.size, np.bool_))


def _consultations(
    rng: np.random.Generator, chosen: Ints, visits: Visits, practices: Practices, outside: Bools
) -> Lines:
    practice = visits.practice[chosen]
    specialist = visits.kind[chosen] == Kind.SPECIALISTE
    general = np.where(practices.specialty[practice] == 22, CODE["GS"], CODE["G"])
    special = np.where(happens(rng, 0.12, chosen.size), CODE["APC"], CODE["CS"])
    code = np.where(specialist, special, general)
    prices = np.array([_PRICE.get(name, 0) for name in CODES], np.int64)
    price = prices[code]
    free = practices.sector_two[practice] & ~practices.optam[practice] & (code != CODE["APC"])
    base = np.where(free, _SECTOR_TWO_PRICE, price)
    rate = np.where(outside[chosen], _OUT_OF_PATHWAY_RATE, 70)
    lines = _plain(chosen, code, visits.day[chosen], base, rate)
    more = rng.integers(2, 9, chosen.size) * 500
    charged = np.where(practices.sector_two[practice], price + more, price)
    return Lines(lines.invoice, code, lines.day, lines.quantity, lines.coefficient, charged, base, rate, charged,
                 lines.detail)  # fmt: skip


def _spread(rng: np.random.Generator, chosen: Ints, mean: float, most: int) -> tuple[Ints, Ints]:
    """Several lines per invoice: the invoice of each, and its rank there."""
    counts = np.minimum(1 + rng.poisson(mean - 1, chosen.size), most)
    invoice = np.repeat(chosen, counts)
    return invoice, np.arange(invoice.size) - np.repeat(np.cumsum(counts) - counts, counts)


def _medicines(rng: np.random.Generator, chosen: Ints, visits: Visits, practices: Practices) -> Lines:
    invoice, _ = _spread(rng, chosen, 3.6, 10)
    size = invoice.size
    rate_index = pick(rng, np.array([0.05, 0.70, 0.15, 0.10]), size)
    boxes = 1 + np.minimum(rng.geometric(0.75, size) - 1, 4)
    unit = np.clip(np.rint(np.exp(rng.normal(6.2, 0.8, size))), 98, 60_000).astype(np.int64)
    total = unit * boxes
    return Lines(invoice, _PHARMACY_CODES[rate_index], visits.day[invoice], boxes, np.full(size, 100), unit, total,
                 _PHARMACY_RATES[rate_index], total, np.zeros(size, np.bool_))  # fmt: skip


def _lettered(invoice: Ints, code: Ints, day: Days, coefficient: Ints, rate: int) -> Lines:
    """Lines whose price is a letter times a coefficient, rounded to the cent."""
    prices = np.array([_PRICE.get(name, 0) for name in CODES], np.int64)
    unit = prices[code]
    total = half_up(unit * coefficient, 100)
    size = invoice.size
    return Lines(invoice, code, day, np.ones(size, np.int64), coefficient, unit, total, np.full(size, rate), total,
                 np.zeros(size, np.bool_))  # fmt: skip


_B_COEFFICIENTS = np.array([6, 8, 10, 14, 15, 17, 20, 25, 26, 40, 60], np.int64) * 100
_AMI_COEFFICIENTS = np.array([100, 150, 200, 300, 400], np.int64)
_AMK_COEFFICIENTS = np.array([710, 750, 800, 850, 900], np.int64)
_AMO_COEFFICIENTS = np.array([1010, 1210, 1260, 1340], np.int64)


def _among(rng: np.random.Generator, values: Ints, size: int) -> Ints:
    return values[rng.integers(0, values.size, size)]


def _analyses(rng: np.random.Generator, chosen: Ints, visits: Visits, practices: Practices) -> Lines:
    invoice, _ = _spread(rng, chosen, 4.0, 9)
    code = np.full(invoice.size, CODE["B"])
    return _lettered(invoice, code, visits.day[invoice], _among(rng, _B_COEFFICIENTS, invoice.size), 60)


def _nursing(rng: np.random.Generator, chosen: Ints, visits: Visits, practices: Practices) -> Lines:
    invoice, rank = _spread(rng, chosen, 4.0, 8)
    care = happens(rng, 0.25, visits.kind.size)[invoice]
    code = np.where(care, CODE["AIS"], CODE["AMI"])
    coefficient = np.where(care, 300, _among(rng, _AMI_COEFFICIENTS, invoice.size))
    return _lettered(invoice, code, visits.day[invoice] - rank, coefficient, 60)


def _sessions(rng: np.random.Generator, chosen: Ints, visits: Visits, practices: Practices) -> Lines:
    invoice, rank = _spread(rng, chosen, 3.5, 6)
    speech = visits.kind[invoice] == Kind.ORTHOPHONISTE
    code = np.where(speech, CODE["AMO"], CODE["AMK"])
    usual = np.where(
        speech, _among(rng, _AMO_COEFFICIENTS, visits.kind.size)[invoice],
        _among(rng, _AMK_COEFFICIENTS, visits.kind.size)[invoice],
    )  # fmt: skip
    return _lettered(invoice, code, visits.day[invoice] - 2 * rank, usual, 60)


def _trips(rng: np.random.Generator, chosen: Ints, visits: Visits, practices: Practices) -> Lines:
    """One or two trips of the same day, each followed by the lines that explain its price."""
    invoice, _ = _spread(rng, chosen, 1.6, 2)
    size = invoice.size
    department = practices.department[visits.practice[invoice]]
    day = visits.day[invoice]
    sunday = (day.astype(np.int64) + 3) % 7 == 6
    shared = happens(rng, 0.2, size)
    trips = taxi.Trips(
        department,
        np.clip(np.rint(np.exp(rng.normal(7.6, 0.7, size))), 50, 14_000).astype(np.int64) // 10 * 10,
        sunday | happens(rng, 0.1, size),
        taxi.HAS_BIG_CITY[department] & happens(rng, 0.7, size),
        happens(rng, 0.05, size),
        np.where(shared, rng.integers(2, 4, size), 1),
        np.where(happens(rng, 0.08, size), rng.integers(15, 120, size) * 10, 0),
        happens(rng, 0.12, size),
    )
    total = trips.amount()
    ones = np.ones(size, np.int64)
    rate = np.full(size, 55)
    no_detail = np.zeros(size, np.bool_)
    main = Lines(invoice, ones * CODE["TXI"], day, ones, trips.length, total, total, rate, total, no_detail)
    details: list[tuple[str, Bools, Ints, Ints]] = [
        ("TXN", trips.night, ones, ones * 0),
        ("TXV", trips.city, ones, ones * 0),
        ("TXP", trips.tpmr, ones, ones * 0),
        ("TXH", trips.empty_return, ones, ones * 0),
        ("TXS", trips.patients > 1, trips.patients, ones * 0),
        ("TXR", taxi.IS_DROM[department], ones, ones * 0),
        ("PEA", trips.tolls > 0, ones, trips.tolls),
    ]
    trip = [np.arange(size)]
    parts = [main]
    for name, present, quantity, unit in details:
        here = np.flatnonzero(present)
        zero = np.zeros(here.size, np.int64)
        parts.append(Lines(invoice[here], zero + CODE[name], day[here], quantity[here], zero + 100, unit[here], zero,
                           rate[here], zero, np.ones(here.size, np.bool_)))  # fmt: skip
        trip.append(here)
    order = np.argsort(np.concatenate(trip), kind="stable")
    columns = [np.concatenate([getattr(part, field.name) for part in parts])[order] for field in fields(Lines)]
    return Lines(*columns)


def asked(lines: Lines, kind: Ints, product: Ints, optam: Bools, sector_two: Bools, market: Market) -> Ints:
    """What the professional asks of the complementary insurer for each line, from the guarantees of the product.

    Arguments but `lines` are per line. A domain that is not guaranteed is still asked for the ticket moderateur: the
    professional believed it was.
    """
    domain = DOMAIN_OF_KIND[kind]
    formula, rate = market.formula[product, domain], market.rate_bp[product, domain]
    penalised = (domain == 0) & (lines.rate == _OUT_OF_PATHWAY_RATE)
    normal_rate = np.where(penalised, 70, lines.rate)
    ticket = lines.base - half_up(lines.base * normal_rate, 100)
    overrun = np.maximum(lines.total - lines.base, 0)
    beyond = np.maximum(half_up(lines.base * np.where(formula == Formula.BR, rate - 10_000, rate), 10_000), 0)
    twenty = half_up(lines.base * 20, 100)
    limited = np.minimum(lines.base, np.maximum(beyond - twenty, 0))
    strict = sector_two & ~optam & market.responsable[product]
    extra = np.minimum(np.where(strict, limited, beyond), overrun)
    amount = np.where(formula == Formula.TM, half_up(ticket * rate, 10_000), ticket)
    amount = np.where(formula == Formula.BR, ticket + extra, amount)
    return np.where(lines.rate == 100, 0, np.maximum(amount, 0))
