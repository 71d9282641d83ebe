"""The command `cloison`: one sub-command per room, each working on files that a user brings."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cloison import __version__
from cloison.ops import (
    cli_claims,
    cli_disclosures,
    cli_identity,
    cli_payments,
    cli_quotes,
    cli_rights,
    cli_rules,
    cli_sandbox,
    cli_serve,
    cli_world,
    config,
    demo,
    screen,
)
from cloison.ops.config import Settings

app = typer.Typer(
    help="Cloison: an operator of third-party payment that cannot be emptied through a stolen account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(cli_rights.app, name="rights")
app.add_typer(cli_rights.eligibility, name="eligibility")
app.add_typer(cli_claims.app, name="claims")
app.add_typer(cli_quotes.app, name="quotes")
app.add_typer(cli_payments.app, name="payments")
app.add_typer(cli_payments.returns_app, name="returns")
app.add_typer(cli_disclosures.app, name="disclosures")
app.add_typer(cli_identity.app, name="clients")
app.add_typer(cli_identity.people_app, name="people")
app.add_typer(cli_rules.products, name="products")
app.add_typer(cli_rules.tariffs_app, name="tariffs")
app.command("price")(cli_rules.price)
app.add_typer(cli_world.app, name="world")
app.add_typer(cli_sandbox.app, name="sandbox")
app.command("demo")(demo.demo)
app.command("serve")(cli_serve.serve)


@app.command()
def version() -> None:
    """Print the version."""
    screen.console.print(__version__)


@app.command("config")
def show_config(home: Annotated[Path | None, typer.Option(help="Folder of this operator.")] = None) -> None:
    """Show the settings in force, without their secrets."""
    with screen.explained():
        settings = Settings.of(os.environ, home)
    screen.console.print((config.__doc__ or "").strip(), markup=False)
    screen.console.print(repr(settings), markup=False)


def main() -> None:
    """The entry point of the command."""
    app()


if __name__ == "__main__":
    main()
