"""`cloison clients` and `cloison people`: machine contracts with their keys, organisations and who acts for them."""

from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from cloison.disclosure.purpose import Purpose
from cloison.errors import Misuse, Reason
from cloison.identity import ActorKind, Channel, Duty, delegations, people
from cloison.identity.posts import Place
from cloison.identity.store import machines
from cloison.identity.store import people as people_store
from cloison.ops import identity, screen
from cloison.ops.cli_rights import Home
from cloison.ops.house import House
from cloison.ops.identity import Asked, Given
from cloison.storage.database import Database
from cloison.storage.roles import Role
from cloison.storage.transaction import Transaction

app = typer.Typer(help="Clients machines : contrats et clés. / Machine clients: contracts and keys.")
people_app = typer.Typer(help="Organisations, comptes, délégations. / Organisations, accounts, delegations.")
Result = TypeVar("Result")
Name = Annotated[str, typer.Argument(help="Name of the client: lower case, digits, . _ -")]
Organisation = Annotated[str, typer.Option("--organisation", help="Name of the organisation.")]
By = Annotated[str, typer.Option("--by", help="Account of the administrator who asks.")]
OWN_FILE = typer.Option(exists=True, dir_okay=False)


@app.command("add")
def add_client(
    name: Name,
    practice: Annotated[list[str] | None, typer.Option(help="Number of a practice it acts for (repeat).")] = None,
    insurer: Annotated[list[str] | None, typer.Option(help="AMC it may ask about; none: all (repeat).")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="scope:resource:action (repeat).")] = None,
    purpose: Annotated[list[Purpose] | None, typer.Option(help="Number of a purpose; none: all (repeat).")] = None,
    channel: Annotated[str, typer.Option(help="api, card, machine, batch, insurer.")] = "api",
    persons: Annotated[int, typer.Option(min=1, help="Persons a day, at most.")] = 500,
    days: Annotated[int, typer.Option(min=1, help="Length of the contract.")] = 365,
    out: Annotated[Path, typer.Option(help="Folder for the key and certificate that are made.")] = Path(),
    certificate: Annotated[Path | None, OWN_FILE] = None,
    csr: Annotated[Path | None, OWN_FILE] = None,
    jwk: Annotated[Path | None, OWN_FILE] = None,
    home: Home = None,
) -> None:
    """Register a machine client. Without a file of its own, a key and a certificate of this sandbox are made."""
    asked = Asked(
        channel,
        tuple(practice or ()),
        tuple(insurer or ()),
        tuple(scope or ()),
        tuple(int(each) for each in purpose or ()),
        persons,
        days,
    )

    async def work(house: House, database: Database) -> list[Path]:
        return await identity.add_client(house, database, name, asked, Given(certificate, csr, jwk), out, screen.now())

    for path in screen.run(home, work):
        screen.console.print(path, markup=False)
    screen.console.print(f"{name}: ouvert / open")


@app.command("list")
def list_clients(home: Home = None) -> None:
    """The clients, their contracts and how many keys each has."""

    async def work(_house: House, database: Database) -> list[tuple[object, ...]]:
        return [
            (
                row["name"],
                Channel(row["channel"]).name.lower(),
                len(row["practices"]),
                len(row["tenants"]) or "tous / all",
                row["persons_per_day"],
                row["keys"],
                f"{row['valid_from']} → {row['valid_to']}",
                "révoqué / revoked" if row["revoked_at"] else "",
            )
            for row in await machines.listed(database)
        ]

    rows = screen.run(home, work)
    columns = ("client", "canal", "cabinets", "assureurs", "personnes/jour", "clés", "contrat", "état")
    screen.show_table(f"{len(rows)} clients", columns, rows, numbers=(2, 3, 4, 5))


@app.command("revoke")
def revoke_client(
    name: Name, reason: Annotated[str, typer.Option(help="Why: written in the journal.")], home: Home = None
) -> None:
    """End a client: its tokens stop within seconds, and none is given any more."""

    async def work(_house: House, database: Database) -> None:
        await identity.revoke_client(database, name, reason, screen.now())

    screen.run(home, work)
    screen.console.print(f"{name}: révoqué / revoked")


# ------------------------------------------------------------------ people


@people_app.command("account")
def add_account(
    name: Annotated[str, typer.Argument(help="Name of the account.")],
    kind: Annotated[ActorKind, typer.Option(help="What it stands for.")] = ActorKind.STAFF,
    home: Home = None,
) -> None:
    """An account for somebody whom no identity provider knows. It opens nothing before an invitation is accepted."""

    async def work(_house: House, database: Database) -> None:
        if kind is ActorKind.MACHINE:
            raise Misuse(people.ACCOUNT_UNKNOWN, cause="machines: cloison clients add")
        async with database.transaction(Role.IDENTITY) as written:
            await people.register_account(written, name, kind, screen.now())

    screen.run(home, work)
    screen.console.print(f"{name}: {kind.value}", markup=False)


@people_app.command("found")
def found(
    name: Annotated[str, typer.Argument(help="Name of the organisation.")],
    administrator: Annotated[list[str], typer.Option(help="Account of an administrator (two at least).")],
    kind: Annotated[str, typer.Option(help="establishment, insurer, operator, partner.")] = "establishment",
    insurer: Annotated[str, typer.Option(help="AMC, for an insurer.")] = "",
    practice: Annotated[list[str] | None, typer.Option(help="Number of a practice that it runs (repeat).")] = None,
    home: Home = None,
) -> None:
    """An organisation, with its first administrators and the practices that it runs."""

    async def work(_house: House, database: Database) -> None:
        today = screen.now().date()
        tenant = await identity.tenant_of(database, insurer) if insurer else None
        places = await identity.practices_numbered(database, practice or [])
        async with database.transaction(Role.IDENTITY) as written:
            accounts = [await people.account_named(written, each) for each in administrator]
            organisation = await delegations.found_organisation(written, name, kind, tenant, accounts, today)
            for place in places:
                await people.attach(written, Place(organisation, place), today)

    screen.run(home, work)
    screen.console.print(f"{name}: {len(administrator)} administrateurs / administrators", markup=False)


@people_app.command("delegate")
def delegate(
    account: Annotated[str, typer.Argument(help="Account that is given a duty.")],
    duty: Annotated[Duty, typer.Option(help="Which duty.")],
    organisation: Organisation,
    by: By,
    practice: Annotated[str, typer.Option(help="Number of one practice; none: all of the organisation.")] = "",
    until: Annotated[str, typer.Option(help="YYYY-MM-DD, excluded; none: open.")] = "",
    home: Home = None,
) -> None:
    """Give somebody a duty in an organisation."""

    async def work(_house: House, database: Database) -> int:
        today, last = screen.now().date(), identity.day_of(until) if until else date.max
        [place] = await identity.practices_numbered(database, [practice]) if practice else [0]
        async with database.transaction(Role.IDENTITY) as written:
            where = Place(await people.organisation_named(written, organisation), place)
            giver, taker = await people.account_named(written, by), await people.account_named(written, account)
            return _done(await delegations.give(written, giver, taker, where, duty, today, last, today))

    screen.console.print(f"{screen.run(home, work)}: {account}, {duty.value}", markup=False)


@people_app.command("end")
def end(number: Annotated[int, typer.Argument(help="Number of a delegation.")], by: By, home: Home = None) -> None:
    """End a delegation, from today on."""

    async def work(_house: House, database: Database) -> None:
        today = screen.now().date()
        async with database.transaction(Role.IDENTITY) as written:
            ender = await people.account_named(written, by)
            _done(await delegations.end(written, ender, number, today, today))

    screen.run(home, work)
    screen.console.print(f"{number}: finie / ended")


@people_app.command("invite")
def invite(
    account: Annotated[str, typer.Argument(help="Account that will register a passkey.")],
    organisation: Organisation,
    by: By,
    home: Home = None,
) -> None:
    """Ask for an invitation. Another administrator approves it; the code is told by hand."""

    async def work(_house: House, database: Database) -> people.Invitation:
        async with database.transaction(Role.IDENTITY) as written:
            asker, guest = await people.account_named(written, by), await people.account_named(written, account)
            where = await people.organisation_named(written, organisation)
            return _done(await people.invite(written, asker, guest, where, screen.now()))

    invitation = screen.run(home, work)
    screen.console.print(f"{invitation.number}: {invitation.code}", markup=False)


@people_app.command("approve")
def approve(
    number: Annotated[int, typer.Argument(help="Number of an invitation.")],
    organisation: Organisation,
    by: By,
    home: Home = None,
) -> None:
    """Approve an invitation that another administrator asked for."""

    async def work(_house: House, database: Database) -> None:
        async with database.transaction(Role.IDENTITY) as written:
            approver = await people.account_named(written, by)
            where = await people.organisation_named(written, organisation)
            _done(await people.approve_invitation(written, approver, number, where, screen.now()))

    screen.run(home, work)
    screen.console.print(f"{number}: approuvée / approved")


@people_app.command("close")
def close(
    account: Annotated[str, typer.Argument(help="Account.")],
    reason: Annotated[str, typer.Option(help="Why: written in the journal.")],
    home: Home = None,
) -> None:
    """Put an access off at once, with its sessions."""

    async def work(_house: House, database: Database) -> None:
        async with database.transaction(Role.IDENTITY) as written:
            await people.close(written, await people.account_named(written, account), reason, screen.now())

    screen.run(home, work)
    screen.console.print(f"{account}: fermé / closed", markup=False)


@people_app.command("list")
def list_people(organisation: Annotated[str, typer.Argument(help="Name; none: all.")] = "", home: Home = None) -> None:
    """The organisations, or the delegations in force of one."""

    async def of_all(_house: House, database: Database) -> list[tuple[object, ...]]:
        rows = await people_store.organisations(database)
        return [(row["name"], row["kind"], row["administrators"], _short(row["active"])) for row in rows]

    async def of_one(_house: House, database: Database) -> list[tuple[object, ...]]:
        async with database.transaction(Role.IDENTITY) as read:
            where = await people.organisation_named(read, organisation)
            return await _delegations(read, where, screen.now().date())

    if organisation:
        columns = ("délégation", "compte", "fonction", "cabinet", "depuis", "jusqu'à")
        screen.show_table(organisation, columns, screen.run(home, of_one), numbers=(0,))
    else:
        columns = ("organisation", "nature", "administrateurs", "")
        screen.show_table("organisations", columns, screen.run(home, of_all), numbers=(2,))


async def _delegations(read: Transaction, organisation: int, today: date) -> list[tuple[object, ...]]:
    names = await people_store.names_in(read, organisation)
    return [
        (
            each.number,
            names[each.account],
            each.duty.value,
            each.practice or "tous / all",
            each.valid_from,
            "" if each.valid_to == date.max else each.valid_to,
        )
        for each in await people_store.delegations(read, organisation)
        if each.in_force(today)
    ]


def _short(active: int) -> str:
    return "" if active >= delegations.FEWEST_ADMINISTRATORS else "moins de deux en exercice / fewer than two can act"


def _done(result: Result | Reason) -> Result:
    """What was done, or the refusal as the command shows it."""
    if isinstance(result, Reason):
        raise Misuse(result)
    return result
