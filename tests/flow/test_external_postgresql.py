"""The whole day on a PostgreSQL of the operator's own, version 15 or later, with a log that holds everything.

A private cluster of the system's PostgreSQL is made for the test, where there is one: a French collation, SCRAM,
and every statement, parameter and error detail logged. The day is right there, and the log still names nobody: the
server is never given an identity in clear, nor a password.
"""

import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.security.leak_scan import Leak, Persons, Scanner

from cloison.errors import Misuse
from cloison.storage.database import require_version
from cloison.storage.reasons import DATABASE_TOO_OLD

ROOT = Path(__file__).resolve().parents[2]
BINARIES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 60
fsync = off
log_statement = 'all'
log_duration = on
log_parameter_max_length = -1
log_parameter_max_length_on_error = -1
log_error_verbosity = verbose
log_min_error_statement = debug5
log_line_prefix = '%m %u %d '
"""
CLUSTER = ("--auth=scram-sha-256", "-E", "UTF8", "--locale-provider=icu", "--icu-locale=fr", "--locale=C.UTF-8")
CROSS_CHECKS = 12


@dataclass(frozen=True)
class Server:
    """A server of somebody else's."""

    url: str = field(repr=False)
    folder: Path

    @property
    def log(self) -> bytes:
        return (self.folder / "log").read_bytes()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The newest PostgreSQL of this system, in a folder of its own, until the end of these tests."""
    tools = system_tools()
    with tempfile.TemporaryDirectory(prefix="cloison-external-", ignore_cleanup_errors=True) as name:
        folder, password, port = Path(name), secrets.token_hex(8), free_port()
        folder.chmod(0o755)
        (folder / "password").write_text(password)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            shutil.chown(folder / "password", "postgres")
        data, run = folder / "data", as_postgres()
        call = [str(tools / "initdb"), "-D", str(data), "-U", "admin", "--auth=scram-sha-256", "-E", "UTF8"]
        subprocess.run(
            [*run, *call, f"--pwfile={folder / 'password'}", "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(port=port, folder=folder))
        control = [*run, str(tools / "pg_ctl"), "-D", str(data), "-w"]
        subprocess.run([*control, "-l", str(folder / "log"), "start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        try:
            yield Server(f"postgresql://admin:{password}@127.0.0.1:{port}/cloison_day", folder)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def day(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a day lived on that server."""
    folder = tmp_path_factory.mktemp("day")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT / "src"),
        "CLOISON_DATABASE_URL": server.url,
    }  # fmt: skip
    command = [sys.executable, "-c", "from cloison.ops.cli import main; main()", "demo", "--persons", "300", "--check"]
    where = ["--home", str(folder / "home"), "--out", str(folder / "out")]
    ran = subprocess.run([*command, *where], env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    (folder / "said").write_text(ran.stdout + ran.stderr)
    return folder


def test_a_day_adds_up_on_a_server_of_ones_own(day: Path) -> None:
    said = (day / "said").read_text()
    assert said.count("✓") >= CROSS_CHECKS
    assert "✗" not in said
    assert not (day / "home" / "postgres").exists()


def test_that_servers_log_of_every_statement_and_parameter_names_nobody(server: Server, day: Path) -> None:
    log = server.log
    assert b"disclosure.reserve(" in log
    assert b"parameters: $1 =" in log
    scanner = Scanner(Persons.of(day / "out" / "world"))
    innocent = scanner.text("practices", (day / "out" / "world" / "practices.csv").read_bytes())
    for path in (ROOT / "src").rglob("*.sql"):
        innocent |= scanner.text(path.name, path.read_bytes())
    assert kinds(innocent) <= {"name"}, "surnames of doctors, words of comments"
    found = scanner.text("log", log)
    assert kinds(found) <= {"name"}
    assert {leak.value for leak in found} <= {leak.value for leak in innocent}


def test_that_servers_log_holds_no_password_and_no_key(server: Server, day: Path) -> None:
    log, home = server.log, day / "home" / "secrets"
    passwords: dict[str, str] = json.loads((home / "database.json").read_text())
    assert b"SCRAM-SHA-256$" in log, "what verifies a password is there"
    assert [role for role, password in passwords.items() if password.encode() in log] == []
    assert (home / "passphrase").read_bytes() not in log


async def test_an_older_server_is_refused_in_words() -> None:
    class Old:
        def get_server_version(self) -> object:
            return type("Version", (), {"major": 14})()

    with pytest.raises(Misuse) as refused:
        await require_version(Old())  # pyright: ignore[reportArgumentType]  a stand-in: no such server is here
    assert refused.value.reason is DATABASE_TOO_OLD


SUITES = (
    "tests/security/test_disclosure_enforcement.py",
    "tests/security/test_classification.py",
    "tests/security/test_roles.py",
    "tests/flow/test_storage_bulk.py",
)


@pytest.mark.slow
def test_what_the_database_enforces_it_enforces_there_too(server: Server) -> None:
    """The same tests, on that server."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLOISON_", "PYTEST_"))}
    environment["CLOISON_TEST_DATABASE_URL"] = server.url
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITES],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]


def kinds(found: set[Leak]) -> set[str]:
    return {leak.kind for leak in found}


def system_tools() -> Path:
    """The folder of the newest PostgreSQL of this system, or a skipped test."""
    found = [folder for pattern in BINARIES for folder in Path("/").glob(pattern[1:]) if (folder / "initdb").exists()]
    if not found:
        pytest.skip("needs a PostgreSQL of the system (Debian package postgresql)")
    if os.geteuid() == 0 and not as_postgres():
        pytest.skip("a server does not run as root, and there is no user postgres and no setpriv")
    return max(found, key=lambda folder: [int(part) for part in folder.parent.name.split(".") if part.isdigit()])


def as_postgres() -> list[str]:
    """How to run a program as somebody who may run a server."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return []
    tool = shutil.which("setpriv")
    return [tool, "--reuid=postgres", "--regid=postgres", "--clear-groups"] if tool else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
