"""Loading rights from files: insurers and products, practices, movements."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cloison.errors import Defect
from cloison.gateways.files.insurers import read_insurers
from cloison.gateways.files.movement_checks import COLUMNS_OF_THE_FORMAT
from cloison.gateways.files.movements import open_movements
from cloison.ops import counter, disclosures, payments
from cloison.ops.house import House
from cloison.rights import insurers
from cloison.rights.loading import Loader, Report
from cloison.rights.store_movements.register import Freshness
from cloison.storage.database import Database


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file of insurers brought."""

    insurers: int
    products: int
    guarantees: int
    defects: tuple[Defect, ...]


def loader(house: House, database: Database, processes: int = 2) -> Loader:
    """What loads movement files; an async context."""
    return Loader(database, house.key_source, house.spool, open_movements, processes)


async def load_insurers(house: House, database: Database, path: Path) -> Declared:
    """Record insurers, products and guarantees, then seal the insurers' own bank accounts."""
    declared = read_insurers(path.read_bytes(), path.name)
    report = await insurers.load(database, house.keys, declared, path.name)
    defects = report.defects or tuple(await payments.record_payers(house, database, declared, path.name))
    return Declared(report.insurers, report.products, report.guarantees, defects)


async def load_practices(house: House, database: Database, path: Path) -> tuple[int, list[Defect]]:
    """Register practices and seal where they are paid."""
    new, payees, defects = await counter.register_practices(database, path)
    return new, [*defects, *await payments.record_payees(house, database, payees)]


async def process(
    house: House,
    database: Database,
    what: str,
    files: list[Path],
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    corrects: int = 0,
) -> list[Report]:
    """Check or load movement files: those of one insurer one after the other, insurers side by side."""
    reports: list[Report] = []

    def told(report: Report) -> None:
        reports.append(report)
        if progress:
            progress(len(reports), len(files))

    async with loader(house, database) as work:
        if what == "load" and not corrects:
            return await work.load_all(files, now, told)
        for path in files:
            told(await (work.load(path, now, corrects) if what == "load" else work.check(path)))
    return reports


async def quarantined(work: Loader, database: Database, file: int, out: Path | None) -> list[Defect]:
    """The refused lines of a file; with `out`, the lines themselves, on record, to be corrected and sent again."""
    if out is not None:
        await disclosures.export(database, f"refused lines of movement file {file}")
        with disclosures.private(out).open("wb") as clear:
            clear.write(";".join(COLUMNS_OF_THE_FORMAT).encode() + b"\n")
            async for _, line in work.refused_lines(file):
                clear.write(line.rstrip(b"\r\n") + b"\n")
    return await work.quarantine(file)


def plain(value: Report | Freshness) -> dict[str, object]:
    """A report as simple facts, for a table or a machine."""
    return asdict(value)
