"""Movement files on paper: lines that are right unless a test says otherwise, and a loader to load them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg

from cloison.gateways.files.movements import open_movements, write_csv
from cloison.identifiers.nir import key_of
from cloison.rights import insurers
from cloison.rights.insurers import Insurer, Sold
from cloison.rights.loading import Loader, Report
from cloison.rules import Domain, Formula
from cloison.rules.produits import Guarantee, Product
from cloison.storage.database import Database, administer
from cloison.storage.keys import KeySource
from cloison.storage.keys_file import FileKeys
from cloison.storage.roles import Role
from cloison.storage.spool import Spool

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
AMC = "75004407"
OTHER_AMC = "75009999"


def product(code: str) -> Sold:
    rows = (Guarantee(Domain.MED, Formula.TM, 10_000, start=date(2020, 1, 1)),)
    return Sold(Product(code, f"Produit {code}", True, rows), "CLOISON", "")


def insurer(amc: str) -> Insurer:
    return Insurer(amc, f"Mutuelle {amc}", "", "", (product("CONF2"), product("ESS1")))


def nir_of(number: int) -> str:
    """A valid NIR for each number."""
    thirteen = f"1{number % 100:02d}{1 + number // 100 % 12:02d}75{1 + number // 1200 % 900:03d}{1 + number % 998:03d}"
    return thirteen + key_of(thirteen)


def line(person: int = 1, **changed: str) -> dict[str, str]:
    """A creation for one person, all of whose numbers follow from one."""
    return {
        "mouvement": "C",
        "amc": AMC,
        "adherent": f"A{person:06d}",
        "contrat": f"K{person:06d}",
        "produit": "CONF2",
        "nir": nir_of(person),
        "date_naissance": f"{1920 + person % 100}0{1 + person // 100 % 9}15",
        "rang_naissance": "1",
        "nom_naissance": "DUPONT-ÉTIENNE",
        "nom_usage": "",
        "prenoms": "ANNE MARIE",
        "sexe": "F",
        "qualite": "A",
        "ordre": "1",
        "date_debut": "2026-01-01",
        "date_fin": "",
        **changed,
    }


class Office:
    """A loader with its folder: writes files and loads them."""

    def __init__(self, folder: Path, database: Database, loader: Loader, keys: KeySource) -> None:
        self.folder = folder
        self.database = database
        self.loader = loader
        self.keys = keys
        self.sent = 0

    def file(self, content: list[dict[str, str]] | bytes, amc: str = AMC, ending: str = "csv") -> Path:
        """The next file of an insurer, on disk."""
        self.sent += 1
        path = self.folder / f"mvt_{amc}_20261122_{self.sent:03d}.{ending}"
        path.write_bytes(content if isinstance(content, bytes) else write_csv(content))
        return path

    async def load(self, content: list[dict[str, str]] | bytes, now: datetime = NOW, **how: int) -> Report:
        return await self.loader.load(self.file(content), now, **how)

    async def loaded(self, *lines: dict[str, str], now: datetime = NOW) -> Report:
        """Load lines that are all right, ends included."""
        report = await self.load(list(lines), now)
        if report.state == "awaiting_confirmation":
            report = await self.loader.confirm(report.file, now)
        assert report.state == "loaded", report
        return report

    async def fetch(self, query: str, *arguments: object, role: Role = Role.RIGHTS) -> list[Any]:
        async with self.database.session(role) as connection:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]

    async def known(self) -> list[tuple[str, str, str, str, str]]:
        """What is now known, in words: product, quality, ordre, first day, first day outside; persons apart."""
        return await self.fetch(
            """select p.code, c.quality::text, c.ordre::text, c.valid_from::text, c.valid_to::text
               from rights.coverage c join rights.product p using (product)
               where c.known_to = 'infinity' order by c.valid_from, p.code, c.quality, c.ordre, c.valid_to"""
        )

    async def count(self, table: str) -> int:
        return (await self.fetch(f"select count(*) from {table}"))[0][0]


@asynccontextmanager
async def office(
    folder: Path, database: Database, processes: int = 0, keys: KeySource | None = None
) -> AsyncGenerator[Office]:
    """A folder, two insurers, a loader."""
    keys = keys or FileKeys(folder / "keys", "for tests")
    provider = keys.open()
    await insurers.load(database, provider, [insurer(AMC), insurer(OTHER_AMC)], "insurers.json")
    async with Loader(database, keys, Spool(folder / "spool", provider), open_movements, processes) as loader:
        yield Office(folder, database, loader, keys)


@asynccontextmanager
async def administered(desk: Office) -> AsyncGenerator[asyncpg.Connection]:
    """A connection that sees every column."""
    connection = await administer(desk.database.address)
    try:
        yield connection
    finally:
        await connection.close()
