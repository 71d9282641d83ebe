"""`cloison price`, `products`, `tariffs`: what care costs, what products may promise, official tables of prices."""

import csv
import os
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cloison.errors import Misuse
from cloison.ops import acts_sheet, screen, tariffs
from cloison.ops import products as product_sheet
from cloison.ops.acts_products import Sold
from cloison.ops.cli_rights import AsJson, Home
from cloison.ops.cli_world import today
from cloison.ops.config import Settings
from cloison.ops.tariff_reasons import ARGUMENT_MISSING, FILE_UNWRITTEN
from cloison.rules import TariffBook
from cloison.rules.conformite import Breach
from cloison.rules.doubts import references_to_verify
from cloison.rules.listing import GROUPS, PRICED_COLUMNS
from cloison.rules.releases import NOT_PRICED, Change
from cloison.rules.trace import Language

EXIT_FOUND = 1
"""The command did its work, and found something that a person must correct."""
ACCOUNTS_SHOWN, CHANGES_SHOWN = 5, 20
products = typer.Typer(help="Produits des assureurs. / Products of insurers.")
tariffs_app = typer.Typer(help="Tables officielles et doutes. / Official tables and doubts.")
English = Annotated[bool, typer.Option("--english", help="In English instead of French.")]


class Table(StrEnum):
    """The official tables that can be imported."""

    CCAM = "ccam"
    BDPM = "bdpm"
    LPP = "lpp"
    NABM = "nabm"


def price(
    acts: Annotated[Path | None, typer.Argument(dir_okay=False, help="Acts, CSV (--columns describes it).")] = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the prices there, CSV.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell each cent with its rule, beside the prices.")
    ] = False,
    insurers: Annotated[
        Path | None,
        typer.Option(
            "--products", dir_okay=False, help="insurers.json: the acts have columns product (AMC/code) and network."
        ),
    ] = None,
    english: English = False,
    columns: Annotated[bool, typer.Option("--columns", help="Describe the columns, and do nothing else.")] = False,
    home: Home = None,
) -> None:
    """Price acts by the law in force on their day, and say who pays what. Exit code 1: some lines could not be read."""
    if columns:
        _describe_columns()
        return
    with screen.explained():
        if acts is None or out is None:
            raise Misuse(ARGUMENT_MISSING)
        if out.resolve() == acts.resolve():
            raise Misuse(FILE_UNWRITTEN, f"{out.name}: acts = prices")
        tariff = tariffs.book(_home(home))
        sheet = acts_sheet.read_and_price(acts, tariff, Sold.read(insurers) if insurers else None)
        acts_sheet.write(sheet, out)
        if explain:
            _explain(sheet, out, "en" if english else "fr")
    refused = int(sheet.priced.refused.sum())
    screen.show_defects(sheet.listing.defects)
    unread = len({defect.place.line for defect in sheet.listing.defects})
    screen.console.print(
        f"{len(sheet.priced) - refused} actes calculés / acts priced, {refused} refusés / refused, "
        f"{unread} lignes illisibles / unreadable lines: {escape(str(out))}",
        soft_wrap=True,
    )
    screen.console.print(_tables_used(tariff), soft_wrap=True)
    if insurers:
        without = "sans délais d'attente ni plafonds annuels / without waiting periods and annual ceilings"
        screen.console.print(without, soft_wrap=True)
    if unread:
        raise typer.Exit(EXIT_FOUND)


def _explain(sheet: acts_sheet.Sheet, out: Path, language: Language) -> None:
    """The accounts beside the prices; on the screen too when they are few."""
    beside = acts_sheet.write_accounts(sheet, out, language)
    if len(sheet.priced) <= ACCOUNTS_SHOWN:
        for words in sheet.accounts(language):
            screen.console.print(words, markup=False, soft_wrap=True)
    screen.console.print(f"comptes / accounts: {escape(str(beside))}", soft_wrap=True)


def _describe_columns() -> None:
    for group, fields in GROUPS.items():
        rows = [(field.name, escape(field.says)) for field in fields]
        needed = "toujours / always" if group == "acts" else "toutes ou aucune / all or none"
        screen.show_table(f"{group} ({needed})", ("colonne / column", "contenu / content"), rows)
    screen.show_table("Prix / prices", ("colonne / column", "contenu / content"), list(PRICED_COLUMNS.items()))


def _tables_used(tariff: TariffBook) -> str:
    loaded = [f"{name} {history.releases[-1][1]}" for name, history in tariff.official.items()]
    return f"tables officielles / official tables: {', '.join(loaded) or 'aucune / none'}"


@products.command("check")
def check_products(
    insurers: Annotated[Path, typer.Argument(dir_okay=False, help="insurers.json.")],
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="On which day (default: today).")] = None,
    english: English = False,
    as_json: AsJson = False,
) -> None:
    """Say which article each product breaks. Exit code 1: a contrat responsable breaks one."""
    with screen.explained():
        checked = product_sheet.check(insurers, day.date() if day else today(), TariffBook.standard())
    found = [(each, breach) for each in checked for breach in each.breaches]
    if as_json:
        screen.show_json([
            {"amc": each.amc, "product": each.product.code, "reason": breach.reason.code, "article": breach.article,
             "family": breach.family, "found": breach.found, "wanted": breach.wanted.en} for each, breach in found
        ])  # fmt: skip
    else:
        _show_breaches(checked, english)
    if found:
        raise typer.Exit(EXIT_FOUND)


def _show_breaches(checked: Sequence[product_sheet.Checked], english: bool) -> None:
    for each in checked:
        if not each.breaches:
            continue
        screen.console.print(f"{each.amc} {each.product.code} {each.product.label}", style="bold", markup=False)
        for words in dict.fromkeys(_said(breach, english) for breach in each.breaches):
            screen.console.print(words, markup=False, soft_wrap=True)
    claimed = [each for each in checked if each.product.responsable]
    broken = sum(bool(each.breaches) for each in claimed)
    screen.console.print(
        f"{len(checked)} produits / products, {len(claimed)} contrats responsables, {broken} à corriger / to correct",
        soft_wrap=True,
    )


def _said(breach: Breach, english: bool) -> str:
    message = breach.reason.message.en if english else breach.reason.message.fr
    found = f"found {breach.found}" if english else f"trouvé : {breach.found}"
    wanted = f"wanted {breach.wanted.en}" if english else f"attendu : {breach.wanted.fr}"
    return f"  {breach.article}  {breach.family}  {message}  {found}; {wanted}"


@tariffs_app.command("import")
def import_table(
    table: Annotated[Table, typer.Argument(help="Which table.")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The official file, as published (or .gz).")],
    release: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of its prices (needed but for ccam).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would change, and take nothing in.")] = False,
    accept_gone: Annotated[
        bool, typer.Option("--accept-gone", help="Take in a release that lacks many prices of the one before.")
    ] = False,
    changes: Annotated[Path | None, typer.Option(dir_okay=False, help="Write every change there, CSV.")] = None,
    home: Home = None,
) -> None:
    """Take in a release of an official table, from its day on: a past price never changes."""
    with screen.explained():
        name, start = tariffs.TABLES[list(Table).index(table)], release.date() if release else None
        taken = tariffs.import_release(_home(home), name, file, start, dry=dry_run, accept_gone=accept_gone)
    screen.show_defects(taken.defects)
    source = taken.source
    done = (
        "déjà importée / already imported"
        if taken.repeated
        else "à l'essai / dry run"
        if dry_run
        else "importée / imported"
    )
    screen.console.print(
        f"{table} {source.label}: {done}, {source.rows} prix / prices depuis / from {source.start}, "
        f"sha256 {source.sha256[:16]}…",
        soft_wrap=True,
    )
    if not taken.first and not taken.repeated:
        _show_changes(taken.changes, source.start)
    if changes is not None:
        _write_changes(taken.changes, source.start, changes)


@tariffs_app.command("changes")
def show_changes(
    table: Annotated[Table, typer.Argument(help="Which table.")],
    release: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the release (default: the last one).")
    ] = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Write every change there, CSV.")] = None,
    home: Home = None,
) -> None:
    """Show what a release that was imported changed, and from when."""
    with screen.explained():
        kept = tariffs.read(_home(home), tariffs.TABLES[list(Table).index(table)])
    if kept is None:
        screen.console.print(f"{table}: aucune publication / no release")
        return
    start = release.date() if release else kept.sources[-1].start
    found = tariffs.changes_of(kept, start)
    _show_changes(found, start)
    if out is not None:
        _write_changes(found, start, out)


@tariffs_app.command("list")
def list_tables(home: Home = None, as_json: AsJson = False) -> None:
    """List the releases that were imported, each with its day and the digest of its file."""
    with screen.explained():
        kept = {table: tariffs.read(_home(home), table) for table in tariffs.TABLES}
    sources = [(table, source) for table, each in kept.items() if each for source in each.sources]
    if as_json:
        screen.show_json([
            {"table": table, "start": str(source.start), "label": source.label, "rows": source.rows,
             "defects": source.defects, "sha256": source.sha256} for table, source in sources
        ])  # fmt: skip
        return
    rows = [(table, each.start, each.label, each.rows, each.defects, each.sha256[:16]) for table, each in sources]
    columns = ("table", "depuis / from", "publication / release", "prix / prices", "illisibles / unread", "sha256")
    screen.show_table(f"{len(rows)} publications / releases", columns, rows, numbers=(3, 4))


@tariffs_app.command("doubts")
def list_doubts(english: English = False) -> None:
    """List every value that is marked to verify with its source and why, then every reference that nobody has read."""
    tariff = TariffBook.standard()
    doubts, references = tariff.doubts(), references_to_verify(tariff)
    for doubt in doubts:
        screen.console.print(
            f"{doubt.parameter}  {doubt.start}  ({doubt.source})", style="bold", markup=False, soft_wrap=True
        )
        screen.console.print(f"  {doubt.doubt.en if english else doubt.doubt.fr}", markup=False, soft_wrap=True)
    for reference, places in references.items():
        screen.console.print(reference, style="bold", markup=False, soft_wrap=True)
        screen.console.print(f"  {', '.join(places)}", markup=False, soft_wrap=True)
    screen.console.print(f"{len(doubts)} valeurs à vérifier / values to verify")
    screen.console.print(f"{len(references)} références à vérifier / references to verify")


def _show_changes(changes: Sequence[Change], start: date) -> None:
    """How many keys come, go and change, then the first changes."""
    new = {change.key for change in changes if change.before == NOT_PRICED}
    gone = {change.key for change in changes if change.after == NOT_PRICED}
    other = {change.key for change in changes} - new - gone
    screen.console.print(
        f"depuis le / from {start}: {len(new - gone)} prix nouveaux / new, {len(gone - new)} retirés / gone, "
        f"{len(other | (new & gone))} modifiés / changed",
        soft_wrap=True,
    )
    moved = [change for change in changes if change.key in other] or list(changes)
    rows = [(each.key, each.name, *_worth(each)) for each in moved[:CHANGES_SHOWN]]
    if rows:
        screen.show_table("", ("clé / key", "valeur / value", "avant / before", "après / after"), rows, numbers=(2, 3))
    if len(changes) > len(rows):
        screen.console.print(f"  … {len(changes) - len(rows)} de plus / more")


def _worth(change: Change) -> tuple[str, str]:
    before, after = (
        "-" if value == NOT_PRICED else acts_sheet.worth(change.name, value) for value in (change.before, change.after)
    )
    return before, after


def _write_changes(changes: Sequence[Change], start: date, out: Path) -> None:
    def draft(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(("key", "value", "from", "before", "after"))
            writer.writerows((each.key, each.name, start, *_worth(each)) for each in changes)

    tariffs.replace(out, draft)


def _home(home: Path | None) -> Path:
    return Settings.of(os.environ, home).home
