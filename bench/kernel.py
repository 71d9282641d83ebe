"""The rules, all of them in force, with counters, ceilings and guarantees, on one core; beside OpenFisca.

    python bench/kernel.py [--quick] [--acts N] [--peer FOLDER]

Acts are drawn like a day of third-party payment: pharmacy, doctors, nurses, laboratory, taxis, some glasses and dental
work, with dates from 2019 to 2026.

OpenFisca is no dependency: it is installed in FOLDER (of the system's temporary folder, unless told), and runs rules
written for both engines (`peers/shared_rules.py`). Its law is dated by the period of a calculation, so acts of many
days need one calculation per day: the ratio of P3 is about acts of all dates, 2019 to 2026, as a payer decides again
or recovers. It falls with the number of acts per day. In few long calculations (one day; a night's file of sixty days;
or all dates, by a caller who knows each day on which the law changes and cuts there) both engines do the same
arithmetic on columns, ours in 64 bits with every other rule, its checks and its trace: there we are level at best, and
it is printed.
"""

import argparse
import json
import tempfile
import time
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from cloison.rules import Acts, Domain, Equipment, Formula, TariffBook, Trips, code_ids, price
from cloison.rules.acts import DETAILS
from cloison.rules.guaranteed import guaranteed
from cloison.rules.produits import Guarantee, Product
from cloison.rules.shelf import Shelf
from cloison.rules.trace import explain
from peers.shared_rules import LAST_DAY, VERSION, OpenFisca, compare, consultations, limited

TARGET = 2_000_000
TARGET_RATIO = 10
EXPLAIN_MS_MAX = 2.0
CHUNK = 20_000
NIGHT_DAYS = 59
"""Days before the last one: what a night's file of a large payer is about."""
MIX = {
    "PH7": 0.25, "PH4": 0.08, "PH1": 0.02, "PHC": 0.02, "G": 0.15, "CS": 0.08, "C": 0.02, "ATM": 0.02, "ADI": 0.02,
    "B": 0.15, "AMI": 0.08, "AIS": 0.03, "AMK": 0.04, "AMO": 0.005, "TXI": 0.02, "SDE": 0.005, "V01": 0.005,
    "FJ": 0.005,
}  # fmt: skip


def draw(size: int, seed: int = 1) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Columns of acts, codes as bytes, and the product of each person; the mix of a working day."""
    rng = np.random.default_rng(seed)
    names = np.array(list(MIX), "S5")
    weights = np.array(list(MIX.values()))
    codes = rng.choice(names, size, p=weights / weights.sum())
    base = rng.integers(300, 6_000, size)
    columns = {
        "care_date": np.datetime64("2019-01-01") + rng.integers(0, 2_800, size),
        "quantity": np.where(rng.random(size) < 0.2, 2, 1).astype(np.int32),
        "coefficient": np.full(size, 100, np.int64),
        "charged": base + np.where(rng.random(size) < 0.2, rng.integers(0, 3_000, size), 0),
        "declared_base": base,
        "declared_amo": np.full(size, -1, np.int64),
        "pathway": rng.choice(np.array([1, 1, 1, 1, 2, 3], np.int8), size),
        "sector": rng.choice(np.array([1, 1, 2, 3], np.int8), size),
        "specialty": np.ones(size, np.int16),
        "exoneration": rng.choice(np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 2], np.int8), size),
        "protection": rng.choice(np.array([0] * 19 + [1], np.int8), size),
        "regime": np.ones(size, np.int16),
        "alsace_moselle": rng.random(size) < 0.02,
        "minor": rng.random(size) < 0.2,
        "person_key": rng.integers(0, size // 3 + 1, size),
        "provider_key": rng.integers(0, size // 100 + 1, size),
        "sequence": np.arange(size),
        "ceiling_key": np.where(rng.random(size) < 0.1, rng.integers(0, size // 8 + 1, size), -1),
        "ceiling_left": np.full(size, 20_000, np.int64),
    }
    return columns, codes, rng.integers(0, 84, size)


def shelf() -> Shelf:
    """84 products of ten rows each."""
    domains = ("MED", "PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP", "OPTI", "DENT", "AUDI")
    rows = [Guarantee(Domain[domain], Formula.TM, 10_000) for domain in domains]
    dearer = Guarantee(Domain.MED, Formula.BR, 15_000, family="consultations")
    return Shelf.of([Product(f"P{number}", "", True, (*rows, dearer)) for number in range(84)])


def acts_of(columns: dict[str, Any], codes: np.ndarray, products: np.ndarray, sold: Shelf) -> Acts:
    """Join codes and guarantees to the acts, as a claim does."""
    code = code_ids(codes)
    row = sold.find(products, code, columns["sector"], np.zeros(len(code), np.bool_), columns["care_date"])
    (taxis,) = np.nonzero(codes == b"TXI")
    (glasses,) = np.nonzero(codes == b"V01")
    trips = Trips.of(
        act=taxis, km=taxis % 9_000 + 100, patients=taxis % 3 + 1, night=taxis % 7 == 0, big_city=taxis % 5 == 0,
        tpmr=False, hospital_empty_return=taxis % 11 == 0, drom=False, urgent=False, tolls=0,
        department=taxis % 90, agreement=0,
    )  # fmt: skip
    equipment = Equipment.of(act=glasses, pair=glasses, correction=1, last_delivery="NaT", drom=False, paid=0)
    return Acts.of(
        trips=trips, equipment=equipment, code=code, **guaranteed(sold.rows, row),
        responsable=True, paid_by_other=0, consultations_day=0, participation_year=0, franchise_day=0, franchise_year=0,
        **columns,
    )  # fmt: skip


def rate_of(size: int, rounds: int) -> tuple[float, Acts, float]:
    """Acts per second of processor time, joins included; the acts; and bytes touched at least once per act."""
    columns, codes, products = draw(size)
    sold, book = shelf(), TariffBook.standard()
    acts = acts_of(columns, codes, products, sold)
    priced = price(acts, book)
    spent: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        acts = acts_of(columns, codes, products, sold)
        priced = price(acts, book)
        spent.append(time.process_time() - start)
    given = sum(getattr(acts, f.name).dtype.itemsize for f in fields(Acts) if f.name not in DETAILS)
    made = sum(8 for _ in range(8)) + 6 * 2 + 2 + 4 + 4
    assert not priced.refused.all()
    return size / median(spent), acts, float(given + made)


def copy_bandwidth() -> float:
    """Bytes read and written per second by a plain copy of an array larger than any cache."""
    source = np.zeros(1 << 27, np.uint8)
    target = np.empty_like(source)
    spent: list[float] = []
    for _ in range(5):
        start = time.process_time()
        np.copyto(target, source)
        spent.append(time.process_time() - start)
    return 2 * len(source) / min(spent)


def explain_ms(acts: Acts) -> float:
    """Milliseconds to tell the account of one act."""
    priced = price(acts.take(np.arange(2_000)), TariffBook.standard())
    rows = np.flatnonzero(~priced.refused)[:200].tolist()
    spent: list[float] = []
    for row in rows:
        start = time.perf_counter()
        list(explain(priced, row).lines("fr"))
        spent.append((time.perf_counter() - start) * 1_000)
    return median(spent)


def beside_openfisca(folder: Path, size: int, rounds: int) -> dict[str, float] | None:
    """Ratios to OpenFisca on the rules written for both, by how it is used; None when it cannot be had."""
    peer = OpenFisca(folder)
    if not peer.install():
        print("OpenFisca could not be installed (is there a network?): not compared")
        return None
    given = consultations(size)
    over_years = compare(given, peer, ("day", "span"), rounds)
    night = compare(consultations(size, LAST_DAY - NIGHT_DAYS), peer, ("day",), rounds)
    one_day = compare(consultations(size, LAST_DAY), peer, ("span",), rounds)
    print(f"the same rules in OpenFisca {VERSION}, the same cents; limits lower {limited(given)} acts of {size}")
    ratios: dict[str, float] = {}
    for name, rates, way, words in (
        ("day", over_years, "day", "acts of 2019-2026, one calculation per day of care"),
        ("span", over_years, "span", "acts of 2019-2026, cut where the law or the year changes"),
        ("night", night, "day", "acts of the last 60 days, one calculation per day of care"),
        ("one_day", one_day, "span", "acts of a single day, one calculation"),
    ):
        ratios[name] = rates["cloison"] / rates[way]
        print(f"  {words}: {rates[way] / 1e6:.2f} M acts/s, ours {rates['cloison'] / 1e6:.2f}: {ratios[name]:.1f} x")
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--peer", type=Path, default=Path(tempfile.gettempdir()) / "cloison-openfisca")
    options = parser.parse_args()
    size, rounds = (200_000, 3) if options.quick else (options.acts, 5)

    rate, acts, touched = rate_of(size, rounds)
    small = rate_of(CHUNK, 10 * rounds)[0]
    bandwidth, told = copy_bandwidth(), explain_ms(acts)
    print(f"all rules, counters, ceilings, guarantees joined: {rate / 1e6:.2f} M acts/s on one core")
    print(f"the same in chunks of {CHUNK}, as claims are decided: {small / 1e6:.2f} M acts/s")
    print(f"each act {touched:.0f} bytes in and out: {100 * rate * touched / bandwidth:.1f} % of copy bandwidth")
    print(f"one act explained in {told:.2f} ms (at most {EXPLAIN_MS_MAX})")
    line = {
        "figure": "acts priced per second and core",
        "value": round(rate),
        "unit": "acts/s",
        "target": TARGET,
        "met": bool(rate >= TARGET and told <= EXPLAIN_MS_MAX),
    }
    print(json.dumps(line))
    ratios = beside_openfisca(options.peer, size, rounds)
    line = {
        "figure": "acts of 2019-2026 priced beside OpenFisca, one calculation per day of care",
        "value": ratios and round(ratios["day"], 2),
        "unit": "times as fast",
        "by_span": ratios and round(ratios["span"], 2),
        "night": ratios and round(ratios["night"], 2),
        "one_day": ratios and round(ratios["one_day"], 2),
        "target": TARGET_RATIO,
        "met": ratios and ratios["day"] >= TARGET_RATIO,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
