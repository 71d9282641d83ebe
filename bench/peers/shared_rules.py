"""Rules written twice, for Cloison and for OpenFisca, on the same acts: the same cents, and how long each engine took.

The rules: price of a consultation by day, code and sector; base, at most what is charged; rate by exoneration and care
pathway; compulsory share; flat participation, who owes it, at most so many acts per person, day and doctor, at most so
much per person and year; ticket moderateur; a guarantee in % of the ticket moderateur or of the base; what is left.

Cloison runs whole: these acts meet every rule in force, every check and the trace of each amount, on the rules and the
tariffs of `src`. OpenFisca runs these rules and no more, in the ways told in `peers/openfisca.py`, in a process and a
virtual environment of its own. Both are given columns in memory, and timed from there to columns of shares.

Acts come in the order of their days, and limits are used up in that order: the one order that a calculation by period
can follow, and the one that spares OpenFisca the sorting. Cloison takes acts as they are received, in any order.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from cloison.rules import Acts, Formula, Priced, TariffBook, Trips, code_ids, price

VERSION = "46.0.1"
PROGRAM = Path(__file__).with_name("openfisca.py")
FIRST_DAY, LAST_DAY = np.datetime64("2019-01-01"), np.datetime64("2026-10-31")

Columns = dict[str, np.ndarray]


def consultations(size: int, first: np.datetime64 = FIRST_DAY) -> Columns:
    """Consultations from a first day on, as a payer has them: some people come often, and limits bind."""
    rng = np.random.default_rng(7)
    days = int((LAST_DAY - first) / np.timedelta64(1, "D")) + 1
    care_date = np.sort(LAST_DAY - rng.integers(0, days, size))
    person = (rng.random(size) ** 3 * (size // 8 + 1)).astype(np.int32)
    # Now and then somebody has a row of acts on one day by one doctor.
    series = np.arange(size) // 6 * 6
    person = np.where((rng.random(size) < 0.02)[series], person[series], person)
    return {
        "care_date": care_date,
        "day": care_date.astype(np.int64).astype(np.int32),
        "specialist": rng.random(size) < 0.35,
        "sector": rng.choice(np.array([1, 1, 1, 1, 2, 3, 3, 4], np.int32), size),
        "quantity": np.where(rng.random(size) < 0.03, 2, 1).astype(np.int32),
        "charged": rng.integers(2_000, 8_000, size).astype(np.int32),
        "pathway": rng.choice(np.array([1, 1, 1, 1, 1, 1, 2, 3], np.int32), size),
        "exoneration": rng.choice(np.array([0] * 16 + [1, 1, 2, 3], np.int32), size),
        "protection": rng.choice(np.array([0] * 9 + [1], np.int32), size),
        "minor": rng.random(size) < 0.2,
        "ticket_formula": rng.random(size) < 0.4,
        "guaranteed_bp": rng.choice(np.array([10_000, 12_500, 15_000, 20_000], np.int32), size),
        "person": person,
        "provider": (person % (size // 50 + 1)).astype(np.int32),
        "sequence": np.arange(size, dtype=np.int32),
    }


def ours(given: Columns, rounds: int) -> tuple[float, Columns]:
    """Seconds of processor time, and the shares, by the engine as it is."""
    book, spent = TariffBook.standard(), list[float]()
    priced = price(acts_of(given), book)
    for _ in range(rounds):
        start = time.process_time()
        priced = price(acts_of(given), book)
        spent.append(time.process_time() - start)
    return median(spent), shares_of(priced)


def acts_of(given: Columns) -> Acts:
    """The columns of OpenFisca as acts; a scalar says what no act of this bench has."""
    general, specialist = code_ids(np.array([b"G", b"CS"])).tolist()
    return Acts.of(
        trips=Trips.none(), care_date=given["care_date"], quantity=given["quantity"], coefficient=100,
        code=np.where(given["specialist"], specialist, general).astype(np.int16), charged=given["charged"],
        declared_base=-1, declared_amo=-1, pathway=given["pathway"].astype(np.int8),
        sector=given["sector"].astype(np.int8), specialty=1, exoneration=given["exoneration"].astype(np.int8),
        protection=given["protection"].astype(np.int8), regime=1, alsace_moselle=False, minor=given["minor"],
        person_key=given["person"], provider_key=given["provider"], sequence=given["sequence"], consultations_day=0,
        participation_year=0, franchise_day=0, franchise_year=0, rate_bp=given["guaranteed_bp"], amount_cents=0,
        formula=np.where(given["ticket_formula"], Formula.TM, Formula.BR).astype(np.int8), act_cap=-1, ceiling_key=-1,
        ceiling_left=0, responsable=False, paid_by_other=0,
    )  # fmt: skip


def shares_of(priced: Priced) -> Columns:
    """What both engines must agree on."""
    return {
        "base": priced.base,
        "rate_bp": priced.amo_rate_bp,
        "amo_share": priced.amo_share,
        "participation": priced.participation_forfaitaire,
        "ticket_moderateur": priced.base - priced.amo_share,
        "amc_share": priced.amc_share,
        "own_share": priced.own_share,
    }


class OpenFisca:
    """OpenFisca in a virtual environment of its own, outside the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "venv/bin/python"

    def install(self) -> bool:
        """Whether it is there; without a network it may not be."""
        if not (self.folder / VERSION).exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            make = [sys.executable, "-m", "venv", str(self.folder / "venv")]
            get = [str(self.python), "-m", "pip", "install", "--quiet", f"openfisca-core=={VERSION}"]
            for command in (make, get):
                if subprocess.run(command, capture_output=True, check=False).returncode:
                    return False
            (self.folder / VERSION).touch()
        return True

    def run(self, given: Columns, way: str, rounds: int) -> tuple[float, Columns]:
        """Seconds of processor time, and the shares, one way of using it."""
        acts, shares = self.folder / "acts.npz", self.folder / "shares.npz"
        np.savez(acts, **given)  # pyright: ignore[reportArgumentType]  # named columns, as numpy asks
        command = [str(self.python), str(PROGRAM), str(acts), str(shares), "--way", way, "--rounds", str(rounds)]
        told: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        with np.load(shares) as columns:
            return median(told["seconds"]), dict(columns)


def compare(given: Columns, peer: OpenFisca, ways: tuple[str, ...], rounds: int) -> dict[str, float]:
    """Acts per second of each engine, "cloison" and the ways of OpenFisca, once all agree to the cent."""
    size = len(given["care_date"])
    seconds, shares = ours(given, rounds)
    rates = {"cloison": size / seconds}
    for way in ways:
        seconds, theirs = peer.run(given, way, rounds)
        rates[way] = size / seconds
        for name, column in shares.items():
            assert (column == theirs[name]).all(), f"both engines give the same {name} to the cent"
    return rates


def limited(given: Columns) -> int:
    """Acts of which a limit lowered the participation: a comparison in which none binds would prove less."""
    acts = acts_of(given)
    alone = {name: getattr(acts, name) for name in acts.__slots__}
    alone["person_key"] = np.full(len(acts), -1)
    together, apart = price(acts, TariffBook.standard()), price(Acts(**alone), TariffBook.standard())
    return int((together.participation_forfaitaire < apart.participation_forfaitaire).sum())
