"""`cloison demo`: a synthetic world, loaded, lived for a day, paid and reconciled on this machine, then added up."""

import asyncio
import atexit
import os
import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from cloison.errors import Fault, Misuse
from cloison.money import montant
from cloison.ops import claims, counter, day_sheet, payments, quotes, returns, rights, screen
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.ops.day_sheet import Day, Sheet
from cloison.ops.house import House
from cloison.ops.reasons import CHECK_FAILED, DEMO_ON_PUBLIC_ADDRESS
from cloison.storage.database import Database
from cloison.storage.migrate import migrate
from cloison.world.bank import bank
from cloison.world.bill import bill
from cloison.world.build import Manifest, build
from cloison.world.quotes import ASKED_BEFORE, bill_quotes

DAY = date(2026, 11, 20)
PAID_AFTER = timedelta(days=3)
ADVICES = 3
PRODUCED = (
    "world",
    "answers.csv",
    "quotes.jsonl",
    "quotes_cancelled.jsonl",
    "b2",
    "orders",
    "noemie",
    "advices",
    "bank",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def demo(
    persons: Annotated[int, typer.Option(min=200, help="Insured persons.")] = 20_000,
    insurers: Annotated[int, typer.Option(min=2, max=84, help="Insurers.")] = 84,
    out: Annotated[Path, typer.Option(help="Folder for the files that are produced.")] = Path("out/demo"),
    home: Annotated[Path | None, typer.Option(help="Home to use; without it, a private one that is deleted.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the private home, to look into it.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Verify every sum; fails with the reason when one is off.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 42,
) -> None:
    """Live a day of third-party payment: asked, guaranteed, invoiced, decided, paid, returned, all on record."""
    with screen.explained():
        settings = refuse_public(Settings.of(os.environ, home or Path("demo")))
        if home is None:
            settings = replace(settings, home=_private_home(keep))
        _clear(out)
        started = monotonic()
        keys = "clés de développement" if settings.keys == "file" else "clés du module de sécurité"
        screen.console.print(f"[bold]DEMO[/] personnes de synthèse, {keys} : pas pour la production")
        world = _build(persons, insurers, seed, out / "world")
        house = houses.opened(settings)
        sheet = asyncio.run(_live(house, world, out, seed))
        _show(sheet, out, settings.home if keep or home else None, monotonic() - started)
        if check:
            _require(sheet)


def refuse_public(settings: Settings) -> Settings:
    """Demonstration data never starts in production or behind an address that others can reach."""
    if settings.environment == "production" or settings.listen not in LOOPBACK:
        raise Misuse(DEMO_ON_PUBLIC_ADDRESS)
    return settings


def _private_home(keep: bool) -> Path:
    home = Path(tempfile.mkdtemp(prefix="cloison-demo-"))
    if not keep:
        atexit.register(shutil.rmtree, home, ignore_errors=True)  # runs after the server has stopped
    return home


def _clear(out: Path) -> None:
    """Forget what an earlier demo produced there, and nothing else: the folder is the caller's."""
    for name in PRODUCED:
        if (out / name).is_dir():
            shutil.rmtree(out / name)
        else:
            (out / name).unlink(missing_ok=True)


def _build(persons: int, insurers: int, seed: int, out: Path) -> Manifest:
    def progress(_what: str, so_far: int, total: int) -> None:
        done(so_far, total)

    with _step("Un monde / a world") as done:
        return build(persons, out, seed=seed, day=DAY, insurers=insurers, processes=2, progress=progress)


async def _live(house: House, world: Manifest, out: Path, seed: int) -> Sheet:
    with _step("Base de données / database"):
        await migrate(house.address)
    async with house.database() as database:
        morning, later = _two_days(world)
        with _step("Assureurs et professionnels"):
            await rights.load_insurers(house, database, world.insurers_file)
            await rights.load_practices(house, database, world.practices)
        loaded = await _load(house, database, morning, "Droits / rights")
        with _step("Devis avant les soins / quotes") as done:
            estimates = out / "quotes.jsonl"
            quoted = await quotes.ask(house, database, world.quotes, estimates, DAY - ASKED_BEFORE, progress=done)
        with _step("Questions au comptoir") as done:
            answers = out / "answers.csv"
            answered = await counter.ask(house, database, world.questions, answers, done)
        loaded += await _load(house, database, later, "Mouvements du lendemain")
        with _step("Factures / invoices"):
            bill(world.out, answers, out / "b2")
            billed = bill_quotes(world.out, estimates, out / "b2")
            await quotes.ask(house, database, billed.cancellations, out / "quotes_cancelled.jsonl", DAY - ASKED_BEFORE)
            files = [*sorted((out / "b2").glob("*.b2")), billed.invoices]
            arrivals = await claims.receive(house, database, files)
        with _step("Décisions / decisions") as done:
            await claims.decide(house, database, DAY, workers=2, progress=done)
        day = Day(
            out=out, world=world, rights=loaded, answered=answered, arrivals=arrivals, quoted=quoted, billed=billed
        )
        return await _pay(house, database, day, seed)


async def _pay(house: House, database: Database, day: Day, seed: int) -> Sheet:
    pay_day = DAY + PAID_AFTER
    with _step("Virements / payments"):
        paid = await payments.pay(house, database, pay_day, 1, day.out / "orders")
    with _step("Retours NOEMIE / returns") as done:
        written = await returns.write(database, paid.run.run, day.out / "noemie", pay_day, done)
    with _step("Avis de paiement / advices"):
        for number in await day_sheet.largest_payees(database, paid.run.run, ADVICES):
            await returns.advise(database, paid.run.run, number, day.out / "advices", "fr")
    with _step("La banque répond / the bank"):
        report = bank([file.path for file in paid.files], day.out / "bank", seed=seed)
        outcomes = await payments.read_answers(house, database, [*report.statuses, *report.statements])
    with _step("Comptes / books"):
        return await day_sheet.add_up(house, database, day, paid, written, report, outcomes)


async def _load(house: House, database: Database, files: list[Path], what: str) -> list[rights.Report]:
    with _step(what) as done:
        return await rights.process(house, database, "load", files, screen.now(), done)


def _two_days(world: Manifest) -> tuple[list[Path], list[Path]]:
    """The movement files that exist before the questions, and those that come after."""
    days = sorted({path.name.split("_")[2] for path in world.movements})
    first = [path for path in world.movements if path.name.split("_")[2] == days[0]]
    return first, [path for path in world.movements if path not in first]


_step = screen.step


def _show(sheet: Sheet, out: Path, home: Path | None, seconds: float) -> None:
    screen.show_table("La journée / the day", ("", "", ""), sheet.rows(), numbers=(1, 2))
    screen.show_table("Refusées par motif / refused by reason", ("motif", "factures", "à faire"), sheet.refused, (1,))
    top = sheet.positions[:8]
    rows = [(each.name, montant(each.decided), montant(each.paid), montant(each.suspense)) for each in top]
    rest = len(sheet.positions) - len(top)
    title = "Payé par assureur / paid per insurer" + (f" (et {rest} autres)" if rest else "")
    screen.show_table(title, ("assureur", "décidé", "payé", "en suspens"), rows, numbers=(1, 2, 3))
    screen.show_table("Fichiers / files", ("quoi", "où"), sheet.files(out))
    if home:
        screen.console.print(f"Pour regarder dedans / to look inside: CLOISON_HOME={home} cloison claims status")
    screen.console.print(f"[bold]{seconds:.0f} s[/]")


def _require(sheet: Sheet) -> None:
    wrong = [check for check in sheet.checks if not check.right]
    for each in sheet.checks:
        mark = "[green]✓[/]" if each.right else "[red]✗[/]"
        screen.console.print(f"{mark} {each.what}: {each.found}" + ("" if each.right else f" ≠ {each.wanted}"))
    if wrong:
        raise Fault(CHECK_FAILED, cause="; ".join(f"{each.what}: {each.found} ≠ {each.wanted}" for each in wrong))
