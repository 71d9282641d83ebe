"""`cloison world`: a synthetic nation as files, its professionals' invoices, its bank."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from cloison.identity.oidc import RETURN_PATH
from cloison.ops import screen
from cloison.world.bank import bank as execute_orders
from cloison.world.bill import bill as stamp_invoices
from cloison.world.build import build as build_world
from cloison.world.provider import Provider, register

LAST_DAY = date(2026, 11, 20)
app = typer.Typer(help="Un monde de synthèse, en fichiers seulement. / A synthetic world, as files only.")
DAY = datetime.combine(LAST_DAY, datetime.min.time())


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    persons: Annotated[int, typer.Option(min=1, help="Insured persons.")] = 20_000,
    insurers: Annotated[int, typer.Option(min=2, max=999, help="Complementary insurers.")] = 84,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 42,
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the invoices.")] = DAY,
    parquet_every: Annotated[int, typer.Option(min=0, help="One insurer in N sends Parquet (0: none).")] = 0,
) -> None:
    """Write insurers, professionals, movement files, a day of questions and B2 invoices."""
    with screen.explained(), screen.progress("personnes") as done:
        manifest = build_world(
            persons,
            out,
            seed=seed,
            day=day.date(),
            insurers=insurers,
            parquet_every=parquet_every,
            processes=2,
            progress=lambda _what, so_far, total: done(so_far, total),
        )
    rows = [
        ("assureurs et produits / insurers", manifest.insurers_file),
        ("professionnels / practices", manifest.practices),
        (f"mouvements / movements ({len(manifest.movements)})", out / "movements"),
        ("questions", manifest.questions),
        (f"factures B2 / invoices ({len(manifest.b2)})", out / "b2"),
        ("ce qui a été semé / what was planted", manifest.truth),
    ]
    screen.show_table(f"{persons} personnes, seed {seed}", ("quoi / what", "où / where"), rows)


@app.command()
def bill(
    world: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of a world.")],
    answers: Annotated[Path, typer.Option(exists=True, help="Answers to its questions.")],
    out: Annotated[Path, typer.Option(help="Folder for the invoices.")],
) -> None:
    """Copy the invoices of a world with the guarantee numbers that the answers gave."""
    with screen.explained():
        stamped = stamp_invoices(world, answers, out)
    screen.console.print(
        f"{stamped} factures portent un numéro d'engagement / invoices carry a guarantee number: {out}"
    )


@app.command()
def bank(
    orders: Annotated[list[Path], typer.Argument(exists=True, help="pain.001 files.")],
    out: Annotated[Path, typer.Option(help="Folder for pain.002 and camt.053.")],
    seed: Annotated[int, typer.Option()] = 42,
) -> None:
    """Play the insurers' bank: accept, refuse, book and return payment orders."""
    with screen.explained():
        report = execute_orders(orders, out, seed=seed)
    rows = [
        ("ordonnés / ordered", report.transfers),
        ("refusés / refused", report.refused),
        ("revenus / returned", report.returned),
        ("pain.002", len(report.statuses)),
        ("camt.053", len(report.statements)),
    ]
    screen.show_table(str(out), ("", ""), rows, numbers=(1,))


@app.command()
def provider(
    practices: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="practices.csv of a world.")],
    portal: Annotated[str, typer.Option(help="Origin of the pages that people come back to.")],
    client: Annotated[str, typer.Option(help="Name under which the operator is known there.")] = "cloison",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine alone.")] = 8480,
) -> None:
    """Play the national identity provider: an OpenID Connect server where one chooses whom to be."""
    with screen.explained():
        people = register(practices)
        issuer = f"http://127.0.0.1:{port}"
        played = Provider(issuer, client, portal + RETURN_PATH, people, screen.now)
        screen.console.print(f"{issuer}: {len(people)} professionnels / professionals", markup=False)
        uvicorn.run(played.app(), host="127.0.0.1", port=port, log_level="warning", access_log=False)


def today() -> date:
    """The day of this machine: the one clock that commands read."""
    return screen.now().date()
