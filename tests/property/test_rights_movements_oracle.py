"""The set-based loader against a slow reader that takes one line at a time; and a file cut anywhere into files."""

import asyncio
import itertools
import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow.paper_movements import NOW, Office, insurer, line, office

from cloison.period import FOREVER
from cloison.rights import insurers
from cloison.storage.database import Address, Database, locate
from cloison.storage.migrate import migrate

DAYS = [date(2026, month, 1) for month in range(1, 7)]
EFFECTS: tuple[str, ...] = ("added", "amended", "ended", "unchanged")
_numbers = itertools.count(1)

Row = dict[str, str]


@dataclass
class Slow:
    """What is known, as a person would keep it: by person and contract, periods with their product."""

    known: dict[tuple[str, str], list[tuple[date, date, str, str]]] = field(default_factory=dict)
    refused: int = 0
    effects: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("added", "amended", "ended", "unchanged"), 0)
    )

    def take(self, row: Row) -> None:
        periods = self.known.setdefault((row["nir"], row["contrat"]), [])
        start = date.fromisoformat(row["date_debut"])
        end = date.fromisoformat(row["date_fin"]) + timedelta(1) if row["date_fin"] else FOREVER
        said = (start, end, row["produit"], row["ordre"])
        if row["mouvement"] == "C":
            if said in periods:
                self.effects["unchanged"] += 1
            elif any(a < end and start < b for a, b, *_ in periods):
                self.refused += 1
            else:
                periods.append(said)
                self.effects["added"] += 1
            return
        if not periods:
            self.refused += 1
            return
        cut = end if row["mouvement"] == "F" else start
        beyond = [period for period in periods if period[1] > cut]
        if row["mouvement"] == "F":
            if not beyond:
                self.effects["unchanged"] += 1
                return
            self.effects["ended"] += 1
        else:
            if beyond == [said]:
                self.effects["unchanged"] += 1
                return
            self.effects["ended" if max(b for _, b, *_ in periods) > end else "amended"] += 1
        for period in beyond:
            periods.remove(period)
            if period[0] < cut:
                periods.append((period[0], cut, *period[2:]))
        if row["mouvement"] == "M":
            periods.append(said)

    def state(self) -> list[tuple[str, str, str, str]]:
        return sorted(
            (a.isoformat(), "infinity" if b == FOREVER else b.isoformat(), product, ordre)
            for periods in self.known.values()
            for a, b, product, ordre in periods
        )


@st.composite
def rows(draw: st.DrawFn) -> Row:
    person, contract = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    kind = draw(st.sampled_from("CCCMMF"))
    start = draw(st.sampled_from(DAYS))
    last = draw(st.sampled_from([None, *(day for day in DAYS if day >= start)]))
    if kind == "F":
        last = last or start - timedelta(1)
    return line(
        person,
        mouvement=kind,
        contrat=f"K{person}{contract}",
        produit=draw(st.sampled_from(["CONF2", "ESS1"])),
        ordre=draw(st.sampled_from("12")),
        date_debut=start.isoformat(),
        date_fin=last.isoformat() if last else "",
    )


@pytest.fixture(scope="module")
def books(home: Path) -> Address:
    """One database for all the examples: each has an insurer of its own."""
    address = locate(home, os.environ.get("CLOISON_TEST_DATABASE_URL")).named(f"cloison_oracle_{os.getpid()}")
    asyncio.run(migrate(address))
    return address


async def load_all(desk: Office, cut: list[list[Row]]) -> tuple[list[Any], dict[str, int], int]:
    """Load files one after the other for a new insurer; what is then known, the effects and the refusals."""
    amc = f"8{next(_numbers):06d}"
    await insurers.load(desk.database, desk.keys.open(), [insurer(amc)], "insurers.json")
    await desk.fetch("update rights.insurer set ended_share_max_bp = 10000 where amc = $1", amc)
    effects = dict.fromkeys(EFFECTS, 0)
    refused = 0
    for lines in cut:
        path = desk.file([{**row, "amc": amc} for row in lines], amc)
        report = await desk.loader.load(path, NOW)
        if report.state == "awaiting_confirmation":
            report = await desk.loader.confirm(report.file, NOW)
        assert report.state == "loaded", report
        for name in effects:
            effects[name] += getattr(report.counts, name)
        refused += report.counts.quarantined
    state = await desk.fetch(
        """select c.valid_from::text, c.valid_to::text, p.code, c.ordre::text
           from rights.coverage c join rights.product p using (product) join rights.insurer i on i.tenant = c.tenant
           where i.amc = $1 and c.known_to = 'infinity'""",
        amc,
    )
    counted = await desk.fetch("select coverages from rights.insurer where amc = $1", amc)
    assert counted == [(len(state),)]
    return sorted(state), effects, refused


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(rows(), min_size=1, max_size=14), cuts=st.sets(st.integers(1, 13), max_size=3))
def test_any_lines_cut_anywhere_give_what_the_slow_reader_gives(
    books: Address, tmp_path: Path, sent: list[Row], cuts: set[int]
):
    slow = Slow()
    for row in sent:
        slow.take(row)
    edges = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    pieces = [sent[a:b] for a, b in itertools.pairwise(edges)]

    async def both() -> list[Any]:
        async with Database(books) as database, office(tmp_path, database) as desk:
            return [await load_all(desk, [sent]), await load_all(desk, pieces)]

    for state, effects, refused in asyncio.run(both()):
        assert state == slow.state()
        assert (effects, refused) == (slow.effects, slow.refused)
