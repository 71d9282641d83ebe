"""A batch costs a handful of statements, however many invoices it holds."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Self

import pytest
from tests.flow.day import TODAY, Bill, Day, Guarantee, Item, days

from cloison.claims import settle
from cloison.ops import claims, counter, rights, screen
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.storage.database import Address, Connection, Database
from cloison.storage.roles import Role
from cloison.world import build

PER_INVOICE_MAX = 0.05


class Counting(Database):
    """Counts the statements that reach the server, as the driver reports them."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.statements: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    @asynccontextmanager
    async def session(self, role: Role) -> AsyncGenerator[Connection]:
        async with super().session(role) as connection:
            connection.add_query_logger(self._count)
            try:
                yield connection
            finally:
                connection.remove_query_logger(self._count)

    def _count(self, record: object) -> None:
        self.statements[" ".join(str(getattr(record, "query", "")).split())[:60]] += 1


async def test_it_decides_a_night_with_less_than_one_statement_in_twenty_invoices(address: Address, tmp_path: Path):
    world = build(12_000, tmp_path / "world", seed=5, day=TODAY, insurers=4)
    house = houses.opened(Settings(tmp_path), address)
    async with Counting(address) as database:
        await rights.load_insurers(house, database, world.insurers_file)
        await counter.register_practices(database, world.practices)
        await rights.process(house, database, "load", list(world.movements), screen.now())
        arrivals = await claims.receive(house, database, world.b2)
        invoices = sum(arrival.invoices for arrival in arrivals)
        assert invoices >= 2_000
        database.statements.clear()
        await claims.decide(house, database, TODAY, workers=1)
        assert sum(database.statements.values()) / invoices < PER_INVOICE_MAX, database.statements.most_common(12)
        async with database.session(Role.CLAIMS) as connection:
            paid = await connection.fetchval("select count(*) from claims.decision where amc_cents > 0")
            assert paid > 0.5 * invoices


@pytest.mark.parametrize("invoices", [1, 400])
async def test_the_statements_of_a_batch_do_not_grow_with_it(lone_day: Day, invoices: int):
    """The same handful for one invoice and for four hundred, promises, ceilings and repeats included."""
    day = lone_day
    await day.insurer(guarantees=[Guarantee("RADL", "EUR", -1, amount=12_000, ceiling=15_000)])
    scan = Item("ADI", 20_000, 5_000, base=5_000)
    people = [await day.enrol() for _ in range(8)]
    promises = [await day.promise(person, "RADL", date(2026, 11, 1), wanted=5_000) for person in people]
    bills = [
        Bill(people[n % 8], [replace(scan, day=TODAY - days(n // 8 % 12))], engagement=promises[n] if n < 8 else 0)
        for n in range(invoices)
    ]
    batch = await day.batch(*bills)
    async with Counting(day.database.address) as database:
        office = replace(await day.office(), database=database)
        await settle(office, batch, TODAY)
        assert sum(database.statements.values()) <= 45, database.statements.most_common()
