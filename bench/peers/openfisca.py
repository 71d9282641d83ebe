# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# Checked without its library, which lives in an environment of its own.
"""OpenFisca on the rules written for both engines. Runs in an environment of its own, where `openfisca-core` is.

    python openfisca.py acts.npz shares.npz --way day|span [--rounds 3]

Everything is an act: the acts are the persons of OpenFisca, one entity, int32 columns (its own type for whole numbers).
Dated values are OpenFisca parameters. Its law is dated by the period of a calculation, so acts are put together by
period, in one of two ways:

    day     one calculation per day of care: what the dates of its texts mean, and nothing to know beforehand
    span    one calculation per span of days between two changes of any parameter (years cut at 1 January): the most
            acts that one calculation can hold. Whoever calls must look through the parameters for the days to cut at,
            and give up formulas that read the day of their period

Limits over acts: what a person was withheld before the period is an input, carried from one calculation to the next; in
a calculation the few acts whose limit may bind are found by sums, and only they are sorted.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from openfisca_core import entities, parameters, periods, simulations, taxbenefitsystems, variables

Column = np.ndarray
Formula = Callable[[Any, Any, Any], Column]
INPUTS = (
    "specialist", "sector", "quantity", "charged", "pathway", "exoneration", "protection", "minor", "ticket_formula",
    "guaranteed_bp", "person", "provider", "day", "sequence", "withheld_before",
)  # fmt: skip
OUTPUTS = ("base", "rate_bp", "amo_share", "participation", "ticket_moderateur", "amc_share", "own_share")

OUT, MATERNITY, WORK_ACCIDENT = 2, 2, 3
TWO, NO_AGREEMENT = 3, 4
FULL_BP = 10_000
BUCKETS = 1 << 16
MIX = np.uint64(0x9E3779B97F4A7C15)

DATED: dict[str, dict[str, int]] = {
    "opposable_G": {"2019-01-01": 2500, "2023-11-01": 2650, "2024-12-22": 3000},
    "opposable_CS": {"2019-01-01": 2500, "2023-11-01": 2650},
    "secteur_2": {"2019-01-01": 2300},
    "autorite_G": {"2019-01-01": 61},
    "autorite_CS": {"2019-01-01": 122},
    "taux": {"2019-01-01": 7000},
    "majoration": {"2019-01-01": 4000},
    "participation": {"2005-01-01": 100, "2024-05-15": 200},
    "nombre_par_jour": {"2005-01-01": 4},
    "plafond_annuel": {"2005-01-01": 5000},
}


def half_up(amount: Column, rate_bp: Column | int) -> Column:
    """Cents at a rate, a tie away from zero; amounts of consultations at these rates fit 32 bits."""
    return (2 * amount * rate_bp + FULL_BP) // (2 * FULL_BP)


def tarif(act: Any, period: Any, law: Any) -> Column:
    at, specialist, sector = law(period), act("specialist", period), act("sector", period)
    opposable = np.where(specialist, at.opposable_CS, at.opposable_G)
    autorite = np.where(specialist, at.autorite_CS, at.autorite_G)
    price = np.where(sector == TWO, at.secteur_2, np.where(sector == NO_AGREEMENT, autorite, opposable))
    return price * act("quantity", period)


def base(act: Any, period: Any, law: Any) -> Column:
    return np.minimum(act("tarif", period), act("charged", period))


def rate_bp(act: Any, period: Any, law: Any) -> Column:
    at, exoneration = law(period), act("exoneration", period)
    concerned = ~act("minor", period) & (exoneration != WORK_ACCIDENT)
    outside = concerned & (act("pathway", period) == OUT)
    return np.where(exoneration > 0, FULL_BP, at.taux) - np.where(outside, at.majoration, 0)


def amo_share(act: Any, period: Any, law: Any) -> Column:
    return half_up(act("base", period), act("rate_bp", period))


def participation_owed(act: Any, period: Any, law: Any) -> Column:
    owes = ~act("minor", period) & (act("protection", period) == 0) & (act("exoneration", period) != MATERNITY)
    owes &= act("sector", period) != NO_AGREEMENT
    each = law(period).participation * act("quantity", period)
    return np.where(owes, np.minimum(each, act("amo_share", period)), 0)


def participation_of_the_day(act: Any, period: Any, law: Any) -> Column:
    at, owed, quantity = law(period), act("participation_owed", period), act("quantity", period)
    keys = (act("person", period), act("provider", period), act("day", period))
    counted = granted(keys, act("sequence", period), np.where(owed > 0, quantity, 0), at.nombre_par_jour)
    return np.minimum(owed, at.participation * counted)


def participation(act: Any, period: Any, law: Any) -> Column:
    left = law(period).plafond_annuel - act("withheld_before", period)
    wanted = act("participation_of_the_day", period)
    return granted((act("person", period),), act("sequence", period), wanted, np.maximum(left, 0))


def ticket_moderateur(act: Any, period: Any, law: Any) -> Column:
    return act("base", period) - act("amo_share", period)


def amc_share(act: Any, period: Any, law: Any) -> Column:
    rate, charged, amo = act("guaranteed_bp", period), act("charged", period), act("amo_share", period)
    of_ticket = half_up(act("ticket_moderateur", period), rate)
    of_base = np.maximum(np.minimum(charged, half_up(act("base", period), rate)) - amo, 0)
    return np.minimum(np.where(act("ticket_formula", period), of_ticket, of_base), charged - amo)


def own_share(act: Any, period: Any, law: Any) -> Column:
    return act("charged", period) - act("amo_share", period) - act("amc_share", period)


FORMULAS: tuple[Formula, ...] = (
    tarif, base, rate_bp, amo_share, participation_owed, participation_of_the_day, participation, ticket_moderateur,
    amc_share, own_share,
)  # fmt: skip


def granted(
    keys: tuple[Column, ...], sequence: Column, wanted: Column, left: Any
) -> Column:  # Any: a column, or one number
    """What each act gets of a limit shared by acts with the same keys, in their order; most are never sorted."""
    mixed = np.zeros(len(wanted), np.uint64)
    for key in keys:
        mixed = (mixed ^ key.astype(np.uint64)) * MIX
    buckets = max(BUCKETS, 1 << (4 * len(wanted)).bit_length()) if len(wanted) > BUCKETS else BUCKETS
    bucket = (mixed >> np.uint64(65 - buckets.bit_length())).astype(np.int64)
    result = np.minimum(wanted, left)
    (rows,) = np.nonzero(np.bincount(bucket, wanted, buckets)[bucket] > left)
    if not len(rows):
        return result
    columns = [key[rows] for key in keys]
    order = np.lexsort((sequence[rows], *columns))
    starts = np.ones(len(order), np.bool_)
    starts[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    chosen = rows[order]
    before = np.cumsum(wanted[chosen]) - wanted[chosen]
    before = before - before[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
    result[chosen] = np.clip(np.broadcast_to(left, len(wanted))[chosen] - before, 0, wanted[chosen])
    return result


def system() -> taxbenefitsystems.TaxBenefitSystem:
    """The rules as an OpenFisca country."""
    act = entities.Entity("act", "acts", "", "")
    country = taxbenefitsystems.TaxBenefitSystem([act])
    dated = {name: {"values": {day: {"value": value} for day, value in rows.items()}} for name, rows in DATED.items()}
    country.parameters = parameters.ParameterNode("", data=dated)
    flags = ("specialist", "minor", "ticket_formula")
    for name in INPUTS:
        declare(country, act, name, bool if name in flags else int, None)
    for formula in FORMULAS:
        declare(country, act, formula.__name__, int, formula)
    return country


def declare(country: Any, act: Any, name: str, kind: type, formula: Formula | None) -> None:
    members: dict[str, object] = {"value_type": kind, "entity": act, "definition_period": periods.DateUnit.DAY}
    if formula is not None:
        members["formula"] = formula
    country.add_variable(type(name, (variables.Variable,), members))


def cuts(way: str, days: Column) -> Column:
    """The first day of each period, as days since 1970: every day, or where the law or the year changes."""
    if way == "day":
        return np.unique(days)
    changes = {np.datetime64(day) for rows in DATED.values() for day in rows}
    years = np.arange(days.min().astype("datetime64[Y]"), days.max().astype("datetime64[Y]") + 1)
    return np.unique(np.array([*changes, *years.astype("datetime64[D]")]))


def pieces(way: str, days: Column) -> Iterator[tuple[Any, slice]]:
    """A period and its acts, which come in the order of their days: nothing is sorted or copied."""
    starts = cuts(way, days)
    ends = np.searchsorted(days, starts[1:]).tolist()
    for start, first, end in zip(starts, [0, *ends], [*ends, len(days)], strict=True):
        if first < end:
            yield start, slice(first, end)


def calculate(country: Any, acts: dict[str, Column], way: str) -> dict[str, Column]:
    """Every act in the calculation of its period."""
    days, person = acts["care_date"], acts["person"]
    shares = {name: np.empty(len(days), np.int32) for name in OUTPUTS}
    withheld, year = np.zeros(int(person.max()) + 1, np.int32), None
    for start, rows in pieces(way, days):
        if (this_year := start.astype("datetime64[Y]")) != year:
            withheld[:], year = 0, this_year
        period = periods.period(str(start))
        simulation = simulations.SimulationBuilder().build_default_simulation(country, count=rows.stop - rows.start)
        for name in INPUTS[:-1]:
            simulation.set_input(name, period, acts[name][rows])
        simulation.set_input("withheld_before", period, withheld[person[rows]])
        for name in OUTPUTS:
            shares[name][rows] = simulation.calculate(name, period)
        np.add.at(withheld, person[rows], shares["participation"][rows])
    return shares


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("acts")
    parser.add_argument("shares")
    parser.add_argument("--way", choices=("day", "span"), required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with np.load(options.acts) as given:
        acts = dict(given)
    country, spent, shares = system(), list[float](), dict[str, Column]()
    for _ in range(options.rounds):
        start = time.process_time()
        shares = calculate(country, acts, options.way)
        spent.append(time.process_time() - start)
    np.savez(options.shares, **shares)  # pyright: ignore[reportArgumentType]  # named columns, as numpy asks
    print(json.dumps({"acts": len(acts["care_date"]), "seconds": sorted(spent)}))


if __name__ == "__main__":
    main()
