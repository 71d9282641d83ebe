"""`cloison claims`: files of invoices, from reception to decision, cancellation and decision anew."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cloison.claims import correct, intake, store
from cloison.money import montant
from cloison.ops import claims, screen, upkeep
from cloison.ops import house as houses
from cloison.ops.catalogue import REASONS
from cloison.ops.cli_rights import AsJson, Home
from cloison.ops.cli_world import today
from cloison.ops.house import House
from cloison.storage.database import Database

app = typer.Typer(help="Factures. / Invoices.")
STATES = {
    intake.RECEIVED: "reçu / received",
    intake.DECIDING: "en cours / deciding",
    intake.DECIDED: "décidé / decided",
    intake.REFUSED: "refusé / refused",
}
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of reception (default: today).")]


@app.command()
def receive(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="B2 files.")], home: Home = None
) -> None:
    """Seal and enter B2 files. A file that cannot be read is kept with its reason."""

    async def work(house: House, database: Database) -> list[claims.Arrival]:
        await upkeep.tidy(house, database, screen.now())
        return await claims.receive(house, database, files)

    arrivals = screen.run(home, work)
    rows = [
        (each.file, each.name, "refusé" if each.refused else "nouveau" if each.new else "déjà reçu", each.invoices)
        for each in arrivals
    ]
    screen.show_table("Fichiers reçus / files received", ("n°", "fichier", "état", "factures"), rows, numbers=(0, 3))
    screen.show_defects([defect for each in arrivals for defect in each.defects])


@app.command()
def settle(
    home: Home = None,
    day: Day = None,
    workers: Annotated[int, typer.Option(min=1, max=8, help="Processes.")] = 2,
) -> None:
    """Decide every file that waits. Stopped anywhere, it goes on where it was."""

    async def work(house: House, database: Database) -> None:
        with screen.progress("factures / invoices") as done:
            await claims.decide(house, database, day.date() if day else today(), workers, done)

    screen.run(home, work)
    status(home)


@app.command()
def status(home: Home = None, as_json: AsJson = False) -> None:
    """Every file and what became of its invoices: decided, kept aside, received before."""

    async def work(_house: House, database: Database) -> list[dict[str, object]]:
        return [dict(row) for row in await store.files(database)]

    files = screen.run(home, work)
    if as_json:
        screen.show_json(files)
        return
    rows = [
        (each["file"], each["name"], STATES[int(str(each["state"]))], each["invoices"], each["decided"], each["kept"],
         each["resent"], REASONS[int(str(each["reason"]))].code if each["reason"] else "")
        for each in files
    ]  # fmt: skip
    columns = ("n°", "fichier", "état", "factures", "décidées", "gardées", "déjà reçues", "motif")
    screen.show_table("Fichiers de factures / invoice files", columns, rows, numbers=(0, 3, 4, 5, 6))


@app.command()
def quarantine(
    home: Home = None,
    out: Annotated[Path | None, typer.Option(help="Write the kept invoices there as a B2 file to correct.")] = None,
) -> None:
    """List the invoices that could not be decided, with their reason and remedy."""

    async def work(house: House, database: Database) -> list[claims.Kept]:
        kept = await claims.kept_aside(database)
        if out is not None:
            await claims.write_kept(house, database, kept, out)
        return kept

    kept = screen.run(home, work)
    rows = [
        (each.file, each.record, each.practice, each.number, each.reason.code, each.reason.action.fr) for each in kept
    ]
    columns = ("fichier", "enreg.", "professionnel", "facture", "motif", "à faire")
    screen.show_table(f"{len(kept)} factures gardées / invoices kept", columns, rows, numbers=(0, 1))


@app.command()
def resubmit(home: Home = None, day: Day = None) -> None:
    """Decide again the invoices kept aside for a reason that may be over: practice or insurer now known."""

    async def work(house: House, database: Database) -> tuple[int, int]:
        return await claims.resubmit(house, database, day.date() if day else today())

    taken, left = screen.run(home, work)
    screen.console.print(f"{taken} factures décidées / invoices decided, {left} toujours gardées / still kept")


@app.command()
def cancel(
    practice: Annotated[str, typer.Argument(help="Number of the practice.")],
    number: Annotated[str, typer.Argument(help="Number of the invoice.")],
    home: Home = None,
) -> None:
    """Take an invoice back: a new decision, and what was due is taken back or deducted."""

    async def work(house: House, database: Database) -> correct.Replaced:
        return await correct.cancel(await houses.office(house, database), practice, number)

    done = screen.run(home, work)
    screen.console.print(f"Annulée / cancelled: {montant(done.before_cents)} → {montant(done.after_cents)}")


@app.command()
def redecide(
    practice: Annotated[str, typer.Argument(help="Number of the practice.")],
    number: Annotated[str, typer.Argument(help="Number of the invoice.")],
    home: Home = None,
    day: Day = None,
) -> None:
    """Decide an invoice again, on the rights and tables known now."""

    async def work(house: House, database: Database) -> correct.Replaced:
        return await claims.redecide(house, database, practice, number, day.date() if day else today())

    done = screen.run(home, work)
    screen.console.print(f"Redécidée / decided again: {montant(done.before_cents)} → {montant(done.after_cents)}")
