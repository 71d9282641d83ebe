"""`cloison rights` and `cloison eligibility`: who is covered, and the questions about it."""

from pathlib import Path
from typing import Annotated

import typer

from cloison.ops import counter, rights, screen
from cloison.ops.house import House
from cloison.rights import store
from cloison.rights.loading import Report
from cloison.rights.store_movements.register import Freshness
from cloison.storage.database import Database

app = typer.Typer(help="Droits : assureurs, produits, mouvements. / Rights: insurers, products, movements.")
eligibility = typer.Typer(help="Questions de droits. / Eligibility questions.")
Home = Annotated[Path | None, typer.Option(help="Folder of this operator (CLOISON_HOME).")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Movement files, CSV or Parquet.")]
AsJson = Annotated[bool, typer.Option("--json", help="For a machine.")]


@app.command()
def insurers(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], home: Home = None) -> None:
    """Load insurers, products, guarantees and the insurers' own bank accounts from insurers.json."""

    async def work(house: House, database: Database) -> None:
        loaded = await rights.load_insurers(house, database, file)
        screen.show_defects(loaded.defects)
        screen.console.print(
            f"{loaded.insurers} assureurs / insurers, {loaded.products} produits / products, "
            f"{loaded.guarantees} garanties / guarantees"
        )

    screen.run(home, work)


@app.command()
def practices(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], home: Home = None) -> None:
    """Register practices, and seal where they are paid, from practices.csv."""

    async def work(house: House, database: Database) -> None:
        new, defects = await rights.load_practices(house, database, file)
        screen.show_defects(defects)
        screen.console.print(f"{new} professionnels enregistrés / practices registered")

    screen.run(home, work)


@app.command()
def check(files: Files, home: Home = None, as_json: AsJson = False) -> None:
    """Say what is wrong with movement files and what they would change. Nothing is kept."""
    _reports(home, "check", files, as_json)


@app.command()
def diff(files: Files, home: Home = None, as_json: AsJson = False) -> None:
    """Say what movement files would change, product by product. Nothing is kept."""
    _reports(home, "diff", files, as_json)


@app.command()
def load(files: Files, home: Home = None, as_json: AsJson = False) -> None:
    """Load movement files. The same file again changes nothing; a bad line is quarantined."""
    _reports(home, "load", files, as_json)


@app.command()
def resubmit(
    original: Annotated[int, typer.Argument(help="Number of the file whose quarantined lines are corrected.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Send corrected lines of a file again."""
    _reports(home, "load", [file], as_json, corrects=original)


@app.command()
def confirm(file: Annotated[int, typer.Argument(help="Number of a file that waits.")], home: Home = None) -> None:
    """Load a file that waits because it ends many contracts."""

    async def work(house: House, database: Database) -> None:
        async with rights.loader(house, database) as loader:
            _show([await loader.confirm(file, screen.now())])

    screen.run(home, work)


@app.command()
def decline(file: Annotated[int, typer.Argument(help="Number of a file that waits.")], home: Home = None) -> None:
    """Refuse a file that waits because it ends many contracts."""

    async def work(house: House, database: Database) -> None:
        async with rights.loader(house, database) as loader:
            _show([await loader.decline(file, screen.now())])

    screen.run(home, work)


@app.command()
def resume(home: Home = None) -> None:
    """Load again what a stopped process left in hand."""

    async def work(house: House, database: Database) -> None:
        async with rights.loader(house, database) as loader:
            _show(await loader.resume(screen.now()))

    screen.run(home, work)


@app.command()
def rollback(file: Annotated[int, typer.Argument(help="Number of the last loaded file.")], home: Home = None) -> None:
    """Undo the last file of an insurer, in known time: nothing is erased."""

    async def work(house: House, database: Database) -> None:
        async with rights.loader(house, database) as loader:
            _show([await loader.rollback(file, screen.now())])

    screen.run(home, work)


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """How fresh the rights of each insurer are, and what is quarantined."""

    async def work(house: House, database: Database) -> list[Freshness]:
        async with rights.loader(house, database) as loader:
            return await loader.status()

    found = screen.run(home, work)
    if as_json:
        screen.show_json([rights.plain(each) for each in found])
        return
    columns = tuple(rights.plain(found[0])) if found else ()
    screen.show_table(
        "Fraîcheur des droits / freshness", columns, [tuple(rights.plain(each).values()) for each in found]
    )


@app.command()
def quarantine(
    file: Annotated[int, typer.Argument(help="Number of a movement file.")],
    home: Home = None,
    out: Annotated[Path | None, typer.Option(help="Write the refused lines there, in clear, to be corrected.")] = None,
) -> None:
    """List the lines of a file that could not be taken, with their reason and remedy."""

    async def work(house: House, database: Database) -> None:
        async with rights.loader(house, database) as loader:
            defects = await rights.quarantined(loader, database, file, out)
        screen.show_defects(defects, limit=50)

    screen.run(home, work)


@eligibility.command()
def ask(
    questions: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Answers file to write.")],
    home: Home = None,
) -> None:
    """Answer the questions of a file. Each is recorded before anything is read."""

    async def work(house: House, database: Database) -> counter.Answered:
        with screen.progress("questions") as done:
            return await counter.ask(house, database, questions, out, done)

    answered = screen.run(home, work)
    screen.show_defects(answered.defects)
    for _channel, reason in answered.closed:
        screen.show_reason(reason)
    rows = [*answered.replies.items(), ("engagements", answered.engaged)]
    screen.show_table(f"{answered.asked} questions → {out}", ("réponse / reply", "nombre"), rows, numbers=(1,))


@eligibility.command()
def release(
    number: Annotated[str, typer.Argument(help="Guarantee number (numéro d'engagement).")],
    account: Annotated[str, typer.Option(help="Login of the practice that received it.")],
    home: Home = None,
) -> None:
    """Give a guarantee back: the care did not take place. What it held of a ceiling is free again."""

    async def work(_house: House, database: Database) -> bool:
        return await counter.release(database, number, account)

    given = screen.run(home, work)
    screen.console.print("Engagement rendu / released." if given else "Rien à rendre / nothing to give back.")


@eligibility.command()
def expire(home: Home = None) -> None:
    """Give back the ceilings held by guarantees whose time is over."""

    async def work(_house: House, database: Database) -> int:
        return await store.expire_now(database, screen.now().date())

    screen.console.print(f"{screen.run(home, work)} engagements expirés / expired")


def _reports(home: Path | None, what: str, files: list[Path], as_json: bool, corrects: int = 0) -> None:
    async def work(house: House, database: Database) -> list[Report]:
        with screen.progress("fichiers / files") as done:
            return await rights.process(house, database, what, files, screen.now(), done, corrects)

    reports = screen.run(home, work)
    if as_json:
        screen.show_json([rights.plain(report) for report in reports])
        return
    _show(reports)
    if what == "diff":
        rows = [
            (report.amc, each.product, each.added, each.amended, each.ended, each.unchanged)
            for report in reports
            for each in report.products
        ]
        columns = ("assureur", "produit", "ouverts", "modifiés", "finis", "inchangés")
        screen.show_table("Par produit / by product", columns, rows, numbers=(2, 3, 4, 5))


def _show(reports: list[Report]) -> None:
    rows = [
        (
            report.file or "-",
            report.name,
            report.state,
            report.counts.lines,
            report.counts.added,
            report.counts.amended,
            report.counts.ended,
            report.counts.unchanged,
            report.counts.quarantined,
        )
        for report in reports
    ]
    columns = ("n°", "fichier", "état", "lignes", "ouverts", "modifiés", "finis", "inchangés", "quarantaine")
    screen.show_table("Mouvements / movements", columns, rows, numbers=(0, 3, 4, 5, 6, 7, 8))
    screen.show_defects([defect for report in reports for defect in report.defects])
