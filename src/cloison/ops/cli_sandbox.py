"""`cloison sandbox`: time passes in a sandbox, so that what waits for an insurer or a bank is answered."""

from pathlib import Path
from typing import Annotated

import typer

from cloison.errors import Misuse
from cloison.money import montant
from cloison.ops import sandbox, screen
from cloison.ops.cli_rights import Home
from cloison.ops.cli_serve import sandbox_home
from cloison.ops.house import House
from cloison.ops.reasons import SANDBOX_MISSING
from cloison.ops.sandbox import Passed
from cloison.storage.database import Database

app = typer.Typer(help="Bac à sable : `cloison serve --sandbox`. / Sandbox for integrators.", no_args_is_help=True)


@app.command("day")
def day(
    out: Annotated[Path, typer.Option(help="Folder for orders, bank answers and returns.")] = Path(
        "cloison-sandbox/days"
    ),
    home: Home = None,
) -> None:
    """Let a day pass: insurers answer prises en charge, what is due is paid, banks answer, returns are written."""

    async def work(house: House, database: Database) -> Passed:
        if not sandbox.is_one(house.home):
            raise Misuse(SANDBOX_MISSING)
        return await sandbox.day(house, database, out, screen.now())

    passed = screen.run(sandbox_home(home), work)
    rows = [
        ("prises en charge acceptées / accepted", passed.accepted),
        ("prises en charge refusées / refused", passed.refused),
        ("virements ordonnés / payments ordered", passed.payments),
        ("somme / amount", montant(passed.amount_cents)),
        ("exécutés / executed", passed.executed),
        ("revenus / returned", passed.returned),
    ]
    screen.show_table(f"Un jour de plus / one more day → {passed.folder}", ("", ""), rows, numbers=(1,))


@app.command("webhook")
def webhook(
    client: Annotated[str, typer.Argument(help="pharmacy, optician, lab, hospital or taxi.")],
    url: Annotated[str, typer.Argument(help="Where to tell; http on this machine will do here.")],
    home: Home = None,
) -> None:
    """Tell an address what happens to the files of a practice, as its administrator would at the portal."""

    async def work(house: House, database: Database) -> None:
        if not sandbox.is_one(house.home):
            raise Misuse(SANDBOX_MISSING)
        await sandbox.tell(database, client, url)

    screen.run(sandbox_home(home), work)
    screen.console.print(f"{client} → {screen.quoted(url)}", soft_wrap=True)
