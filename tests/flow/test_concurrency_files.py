"""The same files and invoices from many callers at once, each a house of its own: everything counts once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from tests.flow.day import TODAY, Day, Guarantee
from tests.unit.paper_b2 import Invoice, Line, batch, put, whole

from cloison.ops import claim_files, claims
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.database import Database
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

CALLERS = 4
DOCTOR, LATER = "751234567", "759999999"
ANNE, MARC = "253072B07300470", "189127512501282"
BIRTH = "19801301"  # a lunar date, as the paper writes it
DUE = 795
BILLS = [Invoice(n, [Line(day=f"2611{n:02d}")], nir=ANNE if n % 2 else MARC) for n in range(1, 11)]


@dataclass
class Callers:
    """Houses side by side, with one home, and none sharing a connection with another."""

    day: Day
    houses: Sequence[tuple[House, Database]]
    folder: Path

    def write(self, name: str, bills: Sequence[Invoice], practice: str = DOCTOR, sequence: int = 1) -> Path:
        """A file of these invoices; `sequence` is its number, so that two files of one content have other bytes."""
        path = self.folder / name
        records = whole([batch(practice, 1, bills)])
        put(records, 0, 50, f"F{sequence:05d}")
        put(records, -1, 50, f"F{sequence:05d}")
        path.write_bytes(b"".join(bytes(each) for each in records))
        return path

    async def receive(self, paths: Sequence[Path]) -> list[claims.Arrival]:
        """Each path through the next house, all at once."""
        arrived = await asyncio.gather(
            *[claims.receive(*self.houses[place % len(self.houses)], [path]) for place, path in enumerate(paths)]
        )
        return [arrival for (arrival,) in arrived]

    async def decide(self) -> None:
        """Every house decides whatever waits, all at once."""
        await asyncio.gather(*[claims.decide(house, database, TODAY, workers=1) for house, database in self.houses])

    async def books(self) -> tuple[int, int, int]:
        """(invoices in the books, kept aside and open, resent)."""
        row = await self.day.owner.fetchrow(
            """select (select count(*) from claims.invoice), (select count(*) from claims.quarantine where state = 1),
                      (select count(*) from claims.resend)"""
        )
        assert row is not None
        return row[0], row[1], row[2]


@pytest.fixture
async def callers(lone_day: Day, tmp_path: Path) -> AsyncIterator[Callers]:
    day = lone_day
    await day.insurer(guarantees=[Guarantee("MED")])
    for nir in (ANNE, MARC):
        await day.enrol(nir=nir[:13], birth=BIRTH)
    await day.practice(DOCTOR)
    address = day.database.address
    vault = Vault(day.keys, day.index)
    houses = [
        (
            House(Settings(tmp_path), address, day.keys, day.index, vault, Spool(tmp_path / "spool", day.keys)),
            Database(address, pool_size=4),
        )
        for _ in range(CALLERS)
    ]
    yield Callers(day, houses, tmp_path)
    for _, database in houses:
        await database.close()


async def test_the_same_bytes_under_many_names_are_one_file(callers: Callers):
    paths = [callers.write(f"copy-{number}.b2", BILLS) for number in range(8)]
    arrivals = await callers.receive(paths)
    assert sum(arrival.new for arrival in arrivals) == 1
    assert len({arrival.file for arrival in arrivals}) == 1
    assert len(list((callers.folder / "spool").iterdir())) == 1
    await callers.decide()
    assert await callers.books() == (len(BILLS), 0, 0)
    assert await callers.day.due() == len(BILLS) * DUE


async def test_the_same_invoices_in_many_files_cut_otherwise_are_accepted_once(
    callers: Callers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(claim_files, "INVOICES_PER_CHUNK", 3)
    chance, paths = Random(8), list[Path]()
    for number in range(6):
        mixed = chance.sample(BILLS, len(BILLS))
        paths.append(callers.write(f"mixed-{number}.b2", mixed, sequence=number + 1))
    assert all(arrival.new for arrival in await callers.receive(paths))
    await callers.decide()
    assert await callers.books() == (len(BILLS), 0, 5 * len(BILLS))
    assert await callers.day.due() == len(BILLS) * DUE
    assert {row["state"] for row in await callers.day.owner.fetch("select state from claims.file")} == {3}


async def test_a_file_decided_by_many_at_once_has_one_acknowledgement(callers: Callers):
    await callers.receive([callers.write("one.b2", BILLS)])
    await callers.decide()
    papers = sorted(path.name for path in (callers.folder / "acknowledgements").iterdir())
    assert papers == ["000001-one.b2.csv", "000001-one.b2.json"]
    assert await callers.books() == (len(BILLS), 0, 0)


async def test_a_file_comes_again_while_it_is_decided_and_nothing_happens_twice(callers: Callers):
    path = callers.write("once.b2", BILLS)
    await callers.receive([path])
    again, _, other = await asyncio.gather(
        callers.receive([path] * CALLERS),
        callers.decide(),
        callers.receive([callers.write("other.b2", BILLS, sequence=2)]),
    )
    assert not any(arrival.new for arrival in again)
    assert other[0].new
    await callers.decide()
    assert await callers.books() == (len(BILLS), 0, len(BILLS))
    assert await callers.day.due() == len(BILLS) * DUE


async def test_invoices_kept_aside_and_resubmitted_by_many_at_once_are_decided_once(callers: Callers):
    await callers.receive([callers.write("early.b2", BILLS, practice=LATER)])
    await callers.decide()
    assert await callers.books() == (0, len(BILLS), 0)
    await callers.day.practice(LATER)
    await asyncio.gather(*[claims.resubmit(house, database, TODAY) for house, database in callers.houses])
    assert await callers.books() == (len(BILLS), 0, 0), "an invoice is never a repetition of itself"
    assert await callers.day.due() == len(BILLS) * DUE
