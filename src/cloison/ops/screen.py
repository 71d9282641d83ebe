"""What commands show: progress on a terminal, tables, and every fault as the one error object, never as a traceback."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from typing import TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cloison.errors import Defect, Fault, Misuse, Reason
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.ops.reasons import BUG
from cloison.storage.database import Database
from cloison.storage.migrate import migrate

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""Within amounts: `1 234,50 €`."""
INSTEAD = "\N{REPLACEMENT CHARACTER}"
EXIT_MISUSE, EXIT_FAULT, EXIT_BUG = 2, 3, 4
Result = TypeVar("Result")
Done = Callable[[int, int], None]


def run(
    home: Path | None,
    work: Callable[[House, Database], Coroutine[object, object, Result]],
    loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> Result:
    """Open the house, bring its database to this version, do the work, close. A fault ends the command in words."""
    with explained():
        house = houses.opened(Settings.of(os.environ, home))

        async def inside() -> Result:
            await migrate(house.address)
            async with house.database() as database:
                return await work(house, database)

        with asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(inside())


@contextmanager
def explained() -> Generator[None]:
    """Turn a fault into its words and an exit code: 2 the request must change, 3 something does not answer, 4 a bug."""
    try:
        yield
    except Fault as fault:
        show_reason(fault.reason, fault.cause, str(fault.place or ""))
        raise typer.Exit(EXIT_MISUSE if isinstance(fault, Misuse) else EXIT_FAULT) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as bug:  # noqa: BLE001  the rim
        show_bug(bug)
        raise typer.Exit(EXIT_BUG) from None


def show_bug(bug: BaseException) -> None:
    """Where an exception that nobody foresaw comes from, without its words: they may repeat what somebody sent."""
    chain = [bug]
    while (earlier := chain[-1].__cause__ or chain[-1].__context__) is not None and earlier not in chain:
        chain.append(earlier)
    for each in reversed(chain):
        for frame in extract_tb(each.__traceback__):
            errors.print(f"  {quoted(frame.filename)}:{frame.lineno} {quoted(frame.name)}", highlight=False)
        errors.print(f"  {type(each).__name__}")
    show_reason(BUG)


def show_reason(reason: Reason, cause: str = "", place: str = "") -> None:
    """The error object, in French then in English."""
    errors.print(f"[bold red]{reason.code}[/]  {reason.message.fr}")
    for label, words in (("cause", " ".join(filter(None, [cause, place]))), ("à faire", reason.action.fr)):
        if words:
            errors.print(f"  [dim]{label:>8}[/]  {quoted(words)}")
    errors.print(f"  [dim]{'qui':>8}[/]  {reason.actor.value}   [dim]{reason.message.en} {reason.action.en}[/]")


def quoted(words: object) -> str:
    """What others wrote, a name of a file for one, as it may be shown: neither markup nor a command to the terminal."""
    return escape("".join(each if each.isprintable() or each in SPACES else INSTEAD for each in str(words)))


def show_defects(defects: Sequence[Defect], limit: int = 10) -> None:
    """The first defects, then how many more there are."""
    for defect in defects[:limit]:
        show_reason(defect.reason, defect.cause, str(defect.place))
    if len(defects) > limit:
        errors.print(f"  … {len(defects) - limit} de plus / more")


def show_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()
) -> None:
    """A table on the terminal; the columns at `numbers` are right-aligned."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index in numbers else "left", header_style="dim")
    for row in rows:
        table.add_row(*(quoted(cell) for cell in row))
    console.print(table)


def show_json(value: object) -> None:
    """The same facts for a machine."""
    plain = value if isinstance(value, dict | list) else asdict(value)  # pyright: ignore[reportArgumentType,reportUnknownVariableType]  a dataclass
    json.dump(plain, sys.stdout, ensure_ascii=False, default=str, indent=1)
    sys.stdout.write("\n")


@contextmanager
def progress(what: str) -> Generator[Done]:
    """A bar on a terminal; silence elsewhere."""
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def step(what: str) -> Generator[Done]:
    """One step of a long work: its bar while it runs, then one line with its time."""
    started = monotonic()
    with progress(what) as done:
        yield done
    console.print(f"[green]✓[/] {what:<34} [dim]{monotonic() - started:6.1f} s[/]")


def now() -> datetime:
    """The clock of this machine, for commands."""
    return datetime.now(UTC)
