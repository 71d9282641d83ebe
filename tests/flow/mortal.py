"""Processes that are killed: commands of the product, each in a process of its own that SIGKILL ends where it is told.

A zygote imports the product once and forks a child per step, so that a death costs milliseconds. A child dies after
so many seconds (the parent kills it), or at its nth effect: right before or after a statement to the database or a
change of a folder. A prompt death is there; the others let the statement go while the blow is on its way.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import wraps
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import asyncpg

from cloison.disclosure.reader import BatchReader
from cloison.ops import claim_files, claims, payments, returns, rights
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.payments import payables
from cloison.rights import loading_flow
from cloison.storage.database import Address, Database
from cloison.storage.roles import Role

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 20)
PAY_DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
STATEMENTS = ("execute", "executemany", "fetch", "fetchval", "fetchrow", "copy_to_table", "copy_from_query")
CHANGES = ("fsync", "rename", "replace", "unlink")
SECONDS_MAX = 60.0
ORPHAN_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a step works: a home, a database, and a folder for what leaves."""

    settings: Settings
    address: Address
    folder: Path
    invoices_per_chunk: int = 20
    server: Path | None = None
    """The data folder of a server that may be killed."""

    @property
    def orders(self) -> Path:
        return self.folder / "orders"


@dataclass(frozen=True, slots=True)
class Step:
    """One command on some files."""

    verb: str
    files: tuple[Path, ...] = ()
    workers: int = 1

    def __str__(self) -> str:
        return f"{self.verb} {' '.join(path.name for path in self.files[:1])}".strip()


@dataclass(frozen=True, slots=True)
class Doom:
    """When a child dies: `after` seconds, or at its effect number `effect`. `whole`: its workers die with it."""

    after: float | None = None
    effect: int | None = None
    prompt: bool = True
    victim: str = "process"
    """process (its workers must follow), group (all at once), worker (one of its workers alone); or, of the embedded
    server of `Scene.server`: server (all of it) or backend (one of its connections)."""


NEVER = Doom()


@dataclass(frozen=True, slots=True)
class Death:
    """What became of a child. `seconds` and `effects` are those of its step, when it came to its end."""

    killed: bool
    failure: str = ""
    seconds: float = 0.0
    effects: int = 0


# ---------------------------------------------------------------------------------------------------- in the child


async def perform(scene: Scene, step: Step) -> None:
    """The step, through the product's own doors."""
    house = houses.opened(scene.settings, scene.address)
    async with Database(scene.address, pool_size=4) as database:
        match step.verb:
            case "load":
                await rights.process(house, database, "load", list(step.files), NOW)
            case "receive":
                await claims.receive(house, database, step.files)
            case "decide":
                await claims.decide(house, database, DAY, step.workers)
            case "pay":
                await payments.pay(house, database, PAY_DAY, 1, scene.orders)
            case "returns":
                async with database.transaction(Role.PAY) as work:
                    run = await payables.run(work, PAY_DAY, 1)
                await returns.write(database, run.run, scene.folder / "returns", PAY_DAY)
            case "answers":
                await payments.read_answers(house, database, step.files)
            case other:
                raise ValueError(other)


@dataclass
class Fate:
    """Counts effects, and dies at the one it is told to."""

    doom: Doom
    line: Connection
    effects: int = 0

    def tick(self) -> None:
        self.effects += 1
        if self.effects == self.doom.effect:
            if self.doom.prompt:
                os.kill(os.getpid(), signal.SIGKILL)
            self.line.send("strike")


def watched(fate: Fate, scene: Scene) -> None:
    """Make every statement and every change of a folder an effect, and note each reading before it is made."""
    for name in STATEMENTS:
        setattr(asyncpg.connection.Connection, name, _both_sides(fate, getattr(asyncpg.connection.Connection, name)))
    for name in CHANGES:
        setattr(os, name, _around(fate, getattr(os, name)))
    really = BatchReader.rights

    async def noted(reader: BatchReader) -> object:
        with (scene.folder / "readings").open("a") as notes:
            notes.write(f"{reader.reservation}\n")
        return await really(reader)

    setattr(BatchReader, "rights", noted)  # noqa: B010  pyright would refuse a method of another type


def _both_sides(fate: Fate, statement: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(statement)
    async def told(*arguments: object, **options: object) -> object:
        fate.tick()
        result = await statement(*arguments, **options)
        fate.tick()
        return result

    return told


def _around(fate: Fate, change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def told(*arguments: object, **options: object) -> object:
        fate.tick()
        result = change(*arguments, **options)
        fate.tick()
        return result

    return told


def live(line: Connection, scene: Scene, step: Step, doom: Doom) -> None:
    """What a child does until it ends or dies."""
    os.setsid()
    scene.folder.joinpath("tmp").mkdir(exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(scene.folder / "tmp")
    fate = Fate(doom, line)
    watched(fate, scene)
    if step.workers > 1:
        claims.WORTH_A_PROCESS = loading_flow.INLINE_BYTES = 0  # small files, and processes all the same
    else:
        claim_files.INVOICES_PER_CHUNK = scene.invoices_per_chunk
    started = time.monotonic()
    line.send(("armed", os.getpid()))
    try:
        asyncio.run(perform(scene, step))
        failure = ""
    except Exception as error:  # noqa: BLE001  the parent judges it
        failure = f"{type(error).__name__}: {error}"
    line.send(Death(killed=False, failure=failure, seconds=time.monotonic() - started, effects=fate.effects))


def zygote(descriptor: int) -> None:
    """Fork a child for each order that comes, and say how it ended."""
    line = Connection(descriptor)
    while True:
        try:
            scene, step, doom = line.recv()
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            live(line, scene, step, doom)
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        line.send(os.waitstatus_to_exitcode(status))


# ---------------------------------------------------------------------------------------------------- in the parent


@dataclass
class Reaper:
    """Starts children and ends them."""

    line: Connection
    process: "subprocess.Popen[bytes]"
    orphans: list[str] = field(default_factory=list)

    def live(self, scene: Scene, step: Step, doom: Doom = NEVER) -> Death:
        """Run a step in a process of its own, until it ends or dies."""
        self.line.send((scene, step, doom))
        told: Death | None = None
        child, struck = 0, False
        strike_at = last = time.monotonic() + SECONDS_MAX
        while True:
            if not self.line.poll(max(0.0, min(strike_at, last) - time.monotonic())):
                assert time.monotonic() < last, f"{step} did not end"
                struck = _strike(child, doom.victim, scene)
                strike_at = last if struck else time.monotonic() + 0.01  # its workers are not there yet
                continue
            message = self.line.recv()
            if isinstance(message, int):
                break
            if isinstance(message, Death):
                told, strike_at = message, last
            elif message == "strike":
                struck = _strike(child, doom.victim, scene)
            else:
                child = message[1]
                strike_at = last if doom.after is None else time.monotonic() + doom.after
        self._followed(child, step)
        if told is None:
            assert message == -signal.SIGKILL, f"{step} ended with {message}"
            return Death(killed=True)
        return Death(killed=True, failure=told.failure) if struck and told.failure else told

    def _followed(self, child: int, step: Step) -> None:
        """What a killed process started ends by itself, soon."""
        until = time.monotonic() + ORPHAN_SECONDS_MAX
        while left := _session(child):
            if time.monotonic() > until:
                self.orphans.append(f"{step}: {len(left)} processes outlive it")
                for pid in left:
                    _kill(pid)
                return
            time.sleep(0.02)


@contextmanager
def reaper() -> Generator[Reaper]:
    """A zygote for as long as the block lasts."""
    ours, theirs = Pipe()
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", PYTHONPATH=os.pathsep.join([str(ROOT), *sys.path]))
    process = subprocess.Popen(
        [sys.executable, "-c", f"from tests.flow.mortal import zygote; zygote({theirs.fileno()})"],
        cwd=ROOT,
        env=environment,
        pass_fds=(theirs.fileno(),),
    )
    theirs.close()
    try:
        yield Reaper(ours, process)
    finally:
        ours.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _strike(child: int, victim: str, scene: Scene) -> bool:
    if victim in ("server", "backend"):
        assert scene.server is not None, "a server of our own"
        return _strike_server(scene.server, scene.address.database, whole=victim == "server")
    if victim == "worker":
        workers = [pid for pid in _session(child) if pid != child and b"spawn_main" in _command(pid)]
        if not workers:
            return False
        return _kill(workers[0])
    if victim == "group":
        for pid in _session(child):
            if pid != child:
                _kill(pid)
    return _kill(child)


def _strike_server(data: Path, database: str, *, whole: bool) -> bool:
    """Kill the server of a folder of ours, or one of the processes that serve connections to a database."""
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    if whole:
        struck = _kill(postmaster)
        while _state(postmaster) not in ("", "Z"):
            time.sleep(0.001)
        return struck
    served = [pid for pid in _children(postmaster) if f" {database} ".encode() in _command(pid)]
    return bool(served) and _kill(served[-1])


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _session(leader: int) -> list[int]:
    """The living processes of a session that one of ours opened."""
    found: list[int] = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            head, _, rest = Path(entry.path, "stat").read_text().rpartition(")")
        except OSError:
            continue
        state, _parent, _group, session = rest.split()[:4]
        if head and state != "Z" and int(session) == leader:
            found.append(int(entry.name))
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
