"""`cloison disclosures`: who learned what about this person, and whom did this account learn about."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cloison.ops import disclosures, screen
from cloison.ops.cli_rights import Home
from cloison.ops.house import House
from cloison.storage.database import Database

app = typer.Typer(help="Registre des accès. / Log of disclosures.")
SINCE = timedelta(days=3 * 365)
BIRTH_PROMPT = "Date de naissance / birth date (YYYYMMDD)"
NIR_PROMPT = "NIR (13)"


@app.command()
def of(
    amc: Annotated[str, typer.Option(help="AMC number of the insurer.")],
    birth: Annotated[
        str, typer.Option(prompt=BIRTH_PROMPT, hide_input=True, help="Asked for, so that it stays out of shells.")
    ] = "",
    rank: Annotated[str, typer.Option(help="Birth rank.")] = "1",
    nir: Annotated[
        str, typer.Option(prompt=NIR_PROMPT, hide_input=True, help="Asked for, so that it stays out of shells.")
    ] = "",
    home: Home = None,
) -> None:
    """Who learned what about this person. The question itself is recorded first, like any other."""

    async def work(house: House, database: Database) -> list[disclosures.Line]:
        return await disclosures.of(house, database, amc, nir, birth, rank)

    lines = screen.run(home, work)
    rows = [
        (f"{each.when:%Y-%m-%d %H:%M}", each.channel, each.practice, each.purpose, each.fields, each.result, each.proof)
        for each in lines
    ]
    columns = ("quand", "canal", "professionnel", "pourquoi", "appris", "réponse", "preuve")
    screen.show_table(f"{len(lines)} accès / disclosures", columns, rows)


@app.command()
def by(
    account: Annotated[str, typer.Argument(help="Name of the account.")],
    reason: Annotated[str, typer.Option(help="Why you ask: written in the log.")],
    home: Home = None,
) -> None:
    """Whom this account learned about: pseudonyms, insurers and fields. The inquiry is recorded first."""

    async def work(house: House, database: Database) -> list[disclosures.Learned]:
        until = datetime.now(UTC) + timedelta(days=1)
        return await disclosures.by(house, database, account, reason, until - SINCE, until)

    found = screen.run(home, work)
    rows = [(each.insurer, each.person, each.times, each.fields, f"{each.last:%Y-%m-%d %H:%M}") for each in found[:50]]
    columns = ("assureur", "personne (pseudonyme)", "fois", "appris", "dernière fois")
    screen.show_table(f"{len(found)} personnes / persons", columns, rows, numbers=(2,))


@app.command()
def freeze(
    channel: Annotated[str, typer.Argument(help="portal, api, card, machine, batch, office, citizen, export.")],
    reason: Annotated[str, typer.Option(help="Why: written in the log.")],
    lift: Annotated[bool, typer.Option("--lift", help="Open it again.")] = False,
    home: Home = None,
) -> None:
    """Close one channel at once, or open it again. The others, and the money, go on."""

    async def work(_house: House, database: Database) -> int:
        return await disclosures.freeze(database, channel, not lift, reason)

    epoch = screen.run(home, work)
    screen.console.print(f"{channel}: {'ouvert / open' if lift else 'fermé / closed'} (époque / epoch {epoch})")


@app.command()
def sweep(minutes: Annotated[int, typer.Option(min=0, help="Older than this.")] = 30, home: Home = None) -> None:
    """Count what nobody settled as disclosed in full."""

    async def work(_house: House, database: Database) -> int:
        return await disclosures.sweep(database, timedelta(minutes=minutes))

    screen.console.print(f"{screen.run(home, work)} lignes / lines")
