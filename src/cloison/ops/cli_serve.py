"""`cloison serve`: the doors of this operator, open until stopped. Machines come by HTTP, files by folders.

The folders work in a process of their own: a night of invoices must not slow an answer at the counter.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from socket import socket
from time import monotonic
from typing import Annotated

import typer

from cloison.errors import Misuse
from cloison.gateways.http.catalogue_pages import ERRORS
from cloison.gateways.http.oauth import TOKEN
from cloison.gateways.http.reasons import ADDRESS_IN_USE, PLAIN_ON_PUBLIC_ADDRESS
from cloison.gateways.http.routes import OPENAPI
from cloison.gateways.http.sandbox_page import SANDBOX
from cloison.identity.authenticate import Gate
from cloison.identity.realm import Realm
from cloison.ops import fhir, sandbox, screen, server
from cloison.ops.app import Parts, build
from cloison.ops.config import Settings, default_home
from cloison.ops.demo import refuse_public
from cloison.ops.house import House
from cloison.ops.serve import Folders, work_on
from cloison.ops.server import Tls
from cloison.storage.database import Database

FOLDER = Path("cloison-files")


class Doors(StrEnum):
    """What to open."""

    ALL = "all"
    HTTP = "http"
    FOLDERS = "folders"


def serve(
    folder: Annotated[Path, typer.Option(help="Folder of the inbox and the outbox.")] = FOLDER,
    home: Annotated[Path | None, typer.Option(help="Folder of this operator (CLOISON_HOME).")] = None,
    only: Annotated[Doors, typer.Option(help="The doors to open.")] = Doors.ALL,
    port: Annotated[int | None, typer.Option(help="Port of HTTP (CLOISON_PORT); 0: any free one.")] = None,
    site: Annotated[str, typer.Option(help="Public address that notices point to (CLOISON_SITE).")] = "",
    once: Annotated[bool, typer.Option("--once", help="Take the files that are there, then stop; no HTTP.")] = False,
    try_out: Annotated[
        bool,
        typer.Option("--sandbox", help="Invented insurers and persons, and clients with their keys (docs/sandbox.md)."),
    ] = False,
    keys: Annotated[Path, typer.Option(help="Sandbox: folder for the keys of its clients.")] = Path("cloison-sandbox"),
) -> None:
    """Open the doors: HTTP for machines, folders for files. Until stopped (Ctrl-C)."""
    started = monotonic()
    if try_out:
        home, folder = sandbox_home(home), keys / "files" if folder == FOLDER else folder
    folders = Folders(folder)
    if only is not Doors.HTTP:
        folders.make()

    async def files(house: House, database: Database) -> None:
        screen.console.print(f"[bold]cloison[/] {folder / 'inbox'} → {folder / 'outbox'}   (Ctrl-C)")
        work = asyncio.ensure_future(work_on(house, database, folders, site or _site(house.settings), once))
        # Told to stop, this process ends in order: killed, it could not sign off, and the embedded database would stay.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
        with suppress(asyncio.CancelledError):
            await work

    async def doors(house: House, database: Database) -> None:
        if try_out:
            await sandbox.make(house, database, keys, screen.now())
            house = replace(house, settings=sandbox.settings(house, screen.now()))
        bound = _opened(house.settings, port)
        tls = _tls(house.settings)
        here = site or _site(house.settings, bound)
        doorman = await Gate.opened(Realm(here, here), database, house.keys, screen.now())
        async with _folders(folder, home, only, here), _parts(house, database, doorman, here, try_out) as parts:
            await server.run(build(parts), bound, tls, lambda: _tell(here, keys if try_out else None, started))

    try:
        if once or only is Doors.FOLDERS:
            screen.run(home, files)
        else:
            screen.run(home, doors, server.new_loop)
    except KeyboardInterrupt:
        screen.console.print("arrêté / stopped")


def sandbox_home(home: Path | None) -> Path:
    """The home of the sandbox: one of its own. Raises Misuse in production or on an address that others reach."""
    with screen.explained():
        refuse_public(Settings.of(os.environ, home))
    given = home or (Path(os.environ["CLOISON_HOME"]) if "CLOISON_HOME" in os.environ else None)
    return given or default_home().with_name("cloison-sandbox")


def _parts(
    house: House, database: Database, doorman: Gate, site: str, try_out: bool
) -> AbstractAsyncContextManager[Parts]:
    log = getattr(sys.stdout, "buffer", None)
    return Parts.opened(house, database, doorman, site, log, sandbox=try_out)


def _tell(site: str, keys: Path | None, started: float) -> None:
    """Where it is, and where to begin."""
    say = partial(screen.errors.print, markup=False, soft_wrap=True)
    say(f"cloison {site} (Ctrl-C)   {monotonic() - started:.1f} s")
    say(f"  jeton / token     POST {site}{TOKEN}")
    say(f"  FHIR R4           {site}{fhir.METADATA}")
    say(f"  routes            {site}{OPENAPI}")
    say(f"  erreurs / errors  {site}{ERRORS}")
    if keys is not None:
        say(f"  bac à sable       {site}{SANDBOX}")
        say(f"  clés / keys       {keys}   docs/quickstart.md")


def _opened(settings: Settings, port: int | None) -> socket:
    """The socket of HTTP. Raises Misuse on an address beyond this machine without TLS, or one in use."""
    if settings.tls_certificate is None and not _loopback(settings.listen):
        raise Misuse(PLAIN_ON_PUBLIC_ADDRESS, cause=settings.listen)
    wanted = settings if port is None else replace(settings, port=port)
    try:
        return server.listening(wanted.listen, wanted.port)
    except OSError as refused:
        raise Misuse(ADDRESS_IN_USE, cause=f"{wanted.listen} {wanted.port}: {type(refused).__name__}") from None


def _tls(settings: Settings) -> Tls | None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return Tls(settings.tls_certificate, settings.tls_key, settings.tls_clients)


def _loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _site(settings: Settings, bound: socket | None = None) -> str:
    """The public address: as it is set, or where this process listens."""
    host, port = bound.getsockname()[:2] if bound else (settings.listen, settings.port)
    scheme = "https" if settings.tls_certificate else "http"
    return settings.site or f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


@asynccontextmanager
async def _folders(folder: Path, home: Path | None, only: Doors, site: str) -> AsyncGenerator[None]:
    """The folders in a process of their own, ended with this one."""
    if only is Doors.HTTP:
        yield
        return
    where = ["--folder", str(folder), "--site", site, *(["--home", str(home)] if home else [])]
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cloison.ops.cli", "serve", "--only", Doors.FOLDERS.value, *where
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            worker.terminate()
        await worker.wait()
