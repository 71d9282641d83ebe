"""`cloison quotes`: simulation, calculation with guarantee and prise en charge, from files (docs/formats/quotes.md)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cloison.claims.quote import Kind, State, Terms
from cloison.claims.quote_answers import Answered
from cloison.money import montant
from cloison.ops import quotes, screen
from cloison.ops.cli_rights import AsJson, Home
from cloison.ops.house import House
from cloison.storage.database import Database

app = typer.Typer(help="Devis et prises en charge. / Quotes and prior agreements.")
USUAL = Terms()
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Messages, one JSON object a line.")]
Out = Annotated[Path, typer.Option(help="File of answers to write.")]
Number = Annotated[str, typer.Argument(help="Number of the quote (Q…) or of the promise (E…).")]


@app.command()
def simulate(file: File, out: Out, home: Home = None) -> None:
    """SIM: the figures of each quote of a file, nothing promised, nothing held."""
    _ask(home, file, out, Kind.SIMULATION)


@app.command()
def calculate(file: File, out: Out, home: Home = None) -> None:
    """CLC: the figures with a guarantee number, and the ceilings held for them."""
    _ask(home, file, out, Kind.CALCULATION)


@app.command()
def request(file: File, out: Out, home: Home = None) -> None:
    """PEC: dental care, optics, hearing and hospital; answered at once, or by the insurer."""
    _ask(home, file, out, Kind.PRISE_EN_CHARGE)


@app.command()
def ask(file: File, out: Out, home: Home = None) -> None:
    """Answer the messages of a file as each says: simulate, calculate, request, extend, cancel."""
    _ask(home, file, out, None)


@app.command()
def extend(file: File, out: Out, home: Home = None) -> None:
    """Prolong promises: the messages `extend` of a file, each with the patient identified again."""
    _ask(home, file, out, None)


@app.command()
def cancel(
    number: Number,
    account: Annotated[str, typer.Option(help="Login of the practice that asked.")],
    home: Home = None,
) -> None:
    """DEL: withdraw a request or give a promise back, with the ceilings it holds."""

    async def work(_house: House, database: Database) -> State:
        return await quotes.cancel_by_hand(database, number, account)

    screen.run(home, work)
    screen.console.print("Annulé / cancelled.")


@app.command()
def answer(
    number: Number,
    amc: Annotated[str, typer.Option(help="AMC number of the insurer that answers.")],
    amount: Annotated[int, typer.Option(min=0, help="Cents granted.")] = 0,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of care.")] = None,
    refuse: Annotated[str, typer.Option(help="refused_by_insurer, medical_advice or price_too_high.")] = "",
    home: Home = None,
) -> None:
    """Write what the insurer answers to a request that waits for it."""

    async def work(house: House, database: Database) -> Answered:
        valid_to = until.date() + timedelta(days=1) if until else None
        return await quotes.answer_by_hand(house, database, amc, number, amount, valid_to, refuse)

    done = screen.run(home, work)
    words = f"{done.state.name.lower()} {montant(done.amount_cents) if done.amount_cents else ''}"
    screen.console.print(words.strip())


@app.command()
def terms(
    amc: Annotated[str, typer.Argument(help="AMC number of the insurer.")],
    product: Annotated[str, typer.Argument(help="Code of the product.")],
    family: Annotated[str, typer.Argument(help="DENT, OPTI, AUDI or HOSP.")],
    by_insurer: Annotated[bool, typer.Option("--by-insurer", help="The insurer answers itself.")] = False,
    validity: Annotated[int, typer.Option(min=1, max=366, help="Days that a promise lasts.")] = USUAL.validity_days,
    tolerance: Annotated[int, typer.Option(min=0, max=366, help="Days for the invoice.")] = USUAL.tolerance_days,
    longest: Annotated[int, typer.Option(min=1, max=731, help="Days with all extensions.")] = USUAL.days_max,
    home: Home = None,
) -> None:
    """Write how prises en charge of a product are answered, and how long they last."""

    async def work(_house: House, database: Database) -> bool:
        return await quotes.agree(database, amc, product, family, Terms(by_insurer, validity, tolerance, longest))

    known = screen.run(home, work)
    screen.console.print("Enregistré / recorded." if known else "Produit inconnu / unknown product.")


@app.command("list")
def show(
    home: Home = None,
    state: Annotated[str, typer.Option(help="Only those: pended, accepted, refused, billed, cancelled, expired.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Quotes and requests with their state, their promise and their day."""

    async def work(_house: House, database: Database) -> list[dict[str, object]]:
        return await quotes.listed(database, State[state.upper()] if state else None, limit)

    found = screen.run(home, work)
    if as_json:
        screen.show_json(found)
        return
    columns = ("quote", "number", "kind", "practice", "reference", "family", "state", "amc_cents", "until", "reason")
    rows = [tuple(each[name] or "" for name in columns) for each in found]
    screen.show_table(f"{len(found)} devis / quotes", columns, rows, numbers=(7,))


def _ask(home: Path | None, file: Path, out: Path, kind: Kind | None) -> None:
    async def work(house: House, database: Database) -> quotes.Told:
        with screen.progress("devis / quotes") as done:
            return await quotes.ask(house, database, file, out, screen.now().date(), kind, done)

    told = screen.run(home, work)
    screen.show_defects(told.defects)
    screen.show_table(f"{told.messages} → {out}", ("état / state", "nombre"), list(told.states.items()), numbers=(1,))
