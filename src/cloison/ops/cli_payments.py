"""`cloison payments` and `cloison returns`: what is due, ordered, paid, and told."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cloison.money import montant
from cloison.ops import payments, returns, screen
from cloison.ops.cli_rights import Home
from cloison.ops.cli_world import today
from cloison.ops.house import House
from cloison.storage.database import Database

app = typer.Typer(help="Paiements. / Payments.")
returns_app = typer.Typer(help="Retours NOEMIE et avis. / NOEMIE returns and remittance advices.")
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of execution.")]


@app.command()
def run(
    day: Day,
    out: Annotated[Path, typer.Option(help="Folder for the pain.001 files.")],
    rank: Annotated[int, typer.Option(min=1, help="The nth run of that day.")] = 1,
    home: Home = None,
) -> None:
    """Order what is due, on each insurer's own account. The same day and rank is the same run."""

    async def work(house: House, database: Database) -> payments.Paid:
        return await payments.pay(house, database, day.date(), rank, out)

    paid = screen.run(home, work)
    screen.console.print(
        f"Passage / run {paid.run.run}: {paid.run.payments} virements / transfers, {montant(paid.run.amount_cents)}, "
        f"{len(paid.files)} fichiers / files → {out}"
    )


@app.command()
def answers(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="pain.002, camt.053, camt.054.")],
    home: Home = None,
) -> None:
    """Read what banks answered. The same file again changes nothing; an unknown line waits with an owner."""

    async def work(house: House, database: Database) -> list[payments.Outcome]:
        return await payments.read_answers(house, database, files)

    outcomes = screen.run(home, work)
    names = ("accepted", "rejected", "executed", "returned", "confirmed", "suspended", "anomalies")
    rows = [(name, sum(getattr(outcome, name) for outcome in outcomes)) for name in names]
    screen.show_table(f"{len(outcomes)} fichiers / files", ("", "nombre"), rows, numbers=(1,))
    screen.show_defects([defect for outcome in outcomes for defect in outcome.defects])


@app.command()
def position(home: Home = None) -> None:
    """The position of each insurer to the cent."""

    async def work(_house: House, database: Database) -> list[payments.Standing]:
        return await payments.positions(database)

    standings = screen.run(home, work)
    rows = [
        (
            each.name,
            *(montant(cents) for cents in (each.decided, each.to_order, each.ordered, each.paid, each.suspense)),
        )
        for each in standings
    ]
    columns = ("assureur", "décidé", "à ordonner", "ordonné", "payé", "en suspens")
    screen.show_table("Position des assureurs / insurers' position", columns, rows, numbers=(1, 2, 3, 4, 5))


@app.command()
def suspense(home: Home = None) -> None:
    """The lines of bank statements that match nothing, with who must act."""

    async def work(_house: House, database: Database) -> list[tuple[str, ...]]:
        return await payments.suspended(database)

    rows = screen.run(home, work)
    screen.show_table("En suspens / suspense", ("ligne", "jour", "montant", "référence", "motif", "qui"), rows)


@app.command()
def explain(
    line: Annotated[int, typer.Argument(help="Number of a line in suspense.")],
    note: Annotated[str, typer.Option(help="What it is: written in the books.")],
    home: Home = None,
) -> None:
    """Take a bank line out of suspense: it is none of ours, and the note says whose."""

    async def work(_house: House, database: Database) -> int:
        return await payments.explain(database, line, note)

    screen.console.print(f"Expliqué / explained: mouvement / transfer {screen.run(home, work)}")


@app.command()
def unpaid(home: Home = None) -> None:
    """What is due and the next run will not pay as things stand, and why."""

    async def work(_house: House, database: Database) -> list[tuple[str, ...]]:
        return await payments.unpaid(database)

    rows = screen.run(home, work)
    screen.show_table(
        "Dû et non ordonné / due and not ordered", ("assureur", "professionnel", "montant", "motif"), rows
    )


@app.command()
def audit(home: Home = None) -> None:
    """Recompute every balance from every transfer; fails when the books do not sum to zero."""

    async def work(_house: House, database: Database) -> None:
        await payments.audit(database)

    screen.run(home, work)
    screen.console.print("Les comptes sont justes. / The books are right.")


@returns_app.command()
def write(
    run_number: Annotated[int, typer.Argument(metavar="RUN", help="Number of a payment run.")],
    out: Annotated[Path, typer.Option(help="Folder for the NOEMIE files.")],
    home: Home = None,
) -> None:
    """Write the NOEMIE return of each practice: one file ties each transfer to its invoices, line by line."""

    async def work(_house: House, database: Database) -> returns.Written:
        with screen.progress("factures / invoices") as done:
            return await returns.write(database, run_number, out, today(), done)

    written = screen.run(home, work)
    screen.console.print(
        f"{written.files} retours / returns, {written.paid} virements / transfers, "
        f"{montant(written.amount_cents)} → {out}"
    )


@returns_app.command()
def advice(
    run_number: Annotated[int, typer.Argument(metavar="RUN", help="Number of a payment run.")],
    practice: Annotated[str, typer.Option(help="Number of the practice.")],
    out: Annotated[Path, typer.Option(help="Folder for the PDF and the CSV.")],
    english: Annotated[bool, typer.Option("--english", help="In English instead of French.")] = False,
    home: Home = None,
) -> None:
    """Write the remittance advice of a practice, to read (PDF) and to import (CSV)."""

    async def work(_house: House, database: Database) -> list[Path]:
        return await returns.advise(database, run_number, practice, out, "en" if english else "fr")

    for path in screen.run(home, work):
        screen.console.print(str(path))
