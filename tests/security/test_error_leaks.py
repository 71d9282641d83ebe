"""What is wrong with a file is told without telling what is in it.

Files are damaged in every field and in many ways, with marks in place of what people write there. No mark and no NIR
comes back in a report, a message, an exception, an acknowledgement, a table, or the log of the server.
"""

import csv
import io
import json
import os
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer
from tests.security.leak_scan import Leak, Persons, Scanner
from tests.security.test_demo_leaks import dump

from cloison.errors import Defect, Fault
from cloison.errors import Place as Where
from cloison.ops import claims, counter, rights, screen
from cloison.ops import house as houses
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.rights.loading import Report
from cloison.rights.movement_reasons import TOO_LONG as LINE_TOO_LONG
from cloison.storage.database import Address, Database, administer
from cloison.storage.migrate import protect
from cloison.world.build import build

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MARK = re.compile(r"QZ\d{4}")
MOVEMENT = (
    "mouvement", "amc", "adherent", "contrat", "produit", "nir", "date_naissance", "rang_naissance", "nom_naissance",
    "nom_usage", "prenoms", "sexe", "qualite", "ordre", "date_debut", "date_fin",
)  # fmt: skip
NAUGHTY = (
    "",
    "'",
    '"',
    "{0}",
    "%s%n",
    "$(id)",
    "`id`",
    "[red]x[/]",
    "[/]",
    "\\",
    "\x1b[31m",
    "é",
    "漢",
    "ﷺ",
    " " * 40,
    "A" * 300,
)


@dataclass
class Place:
    """A house with insurers and practices, and the world it came from."""

    house: House
    database: Database
    world: Path
    scanner: Scanner
    folder: Path

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path


@pytest.fixture(scope="module")
async def place(template: Address, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("place")
    world = folder / "world"
    build(200, world, seed=7, day=DAY, processes=1)
    address = template.named(f"cloison_errors_{os.getpid()}")
    administrator = await administer(template.named("postgres"))
    await administrator.execute(f"create database {address.database} template {template.database}")
    copy = await administer(address)
    await protect(copy)
    await copy.close()
    house = houses.opened(Settings(home=folder / "home"), address)
    async with house.database() as database:
        await rights.load_insurers(house, database, world / "insurers.json")
        await rights.load_practices(house, database, world / "practices.csv")
        yield Place(house, database, world, Scanner(Persons.of(world)), folder)
    await administrator.execute(f"drop database {address.database} with (force)")
    await administrator.close()


class Told:
    """Everything that was said about a file, in every form a caller meets it."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.reasons: set[str] = set()

    async def by(self, work: Callable[[], Awaitable[object]]) -> object:
        """The result of a call, or the fault it raised; any other exception is a bug."""
        try:
            result = await work()
        except Fault as fault:
            self.say(fault, str(fault), repr(fault), repr(fault.__context__))
            self.reasons.add(fault.reason.code)
            return None
        self.say(result)
        return result

    def say(self, *things: object) -> None:
        self.words.extend(f"{thing!r}\n{thing}" for thing in things)

    def defects(self, defects: tuple[Defect, ...] | list[Defect]) -> None:
        screen.show_defects(list(defects), len(defects))
        self.reasons.update(defect.reason.code for defect in defects)

    def marks(self, *more: bytes) -> set[str]:
        texts = [*self.words, *(each.decode("latin-1") for each in more)]
        return {text[max(0, found.start() - 60) : found.end()] for text in texts for found in MARK.finditer(text)}

    def leaks(self, scanner: Scanner, *more: bytes) -> set[Leak]:
        everything = "\n".join(self.words).encode(errors="replace")
        found = scanner.text("said", everything).union(*(scanner.text("more", each) for each in more))
        return {leak for leak in found if leak.kind != "name"}  # practices have names


def test_a_mark_that_comes_back_is_seen() -> None:
    told = Told()
    told.say(ValueError("invalid literal for int(): 'QZ0001'"))
    assert told.marks()
    assert Told().marks(b"...QZ0002") == {"...QZ0002"}


# ------------------------------------------------------------------ movements


def sound_line(world: Path) -> tuple[str, dict[str, str]]:
    """The first line of the first movement file, and the name of the file."""
    path = min((world / "movements").glob("*_001.csv"))
    with path.open(newline="") as lines:
        return path.name, next(iter(csv.DictReader(lines, delimiter=";")))


def written(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(MOVEMENT)
    writer.writerows([[row[name] for name in MOVEMENT] for row in rows])
    return text.getvalue().encode()


def damaged_rows(line: dict[str, str], naughty: list[str]) -> list[dict[str, str]]:
    """A mark in each field, in many ways; and columns that have slipped, so that each holds what another should."""
    rows: list[dict[str, str]] = []
    for name in MOVEMENT:
        rows.extend({**line, name: f"QZ{len(rows):04}{end}"} for end in NAUGHTY)
    rows.extend({**line, "nom_naissance": f"QZ{len(rows):04}{text}", "mouvement": "X"} for text in naughty)
    values = list({**line, "nom_naissance": "QZ9999", "prenoms": "QZ9998"}.values())
    rows.extend(dict(zip(MOVEMENT, values[shift:] + values[:shift], strict=True)) for shift in range(1, len(MOVEMENT)))
    return rows


async def test_a_line_of_movements_is_refused_without_a_word_of_what_it_says(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    name, line = sound_line(place.world)
    rows = damaged_rows(line, naughty_strings())
    path = place.file(name, written([line, *rows]))
    told = Told()
    for what in ("check", "load"):
        reports = await told.by(lambda what=what: rights.process(place.house, place.database, what, [path], NOW))
        assert isinstance(reports, list)
        report = reports[0]
        assert isinstance(report, Report)
        assert report.counts.quarantined > 200
        told.defects(report.defects)
        screen.show_json(rights.plain(report))
    assert len(told.reasons) > 4
    said, stored = capsys.readouterr(), await dump(place.database.address)
    produced = (said.out.encode(), said.err.encode(), stored, server_log(place.database.address))
    assert told.marks(*produced) == set()
    assert told.leaks(place.scanner, *produced) == set()


RAW = (
    b"C;QZ0001;QZ0002\n",  # too few columns
    b"C" + b";QZ0003" * 40 + b"\n",  # too many
    b'C;"QZ0004;QZ0005\n' * 3,  # a quote that never closes
    b'C;"QZ0006\nQZ0007";QZ0008\n',  # a line break in quotes
    b"C;QZ0009\x00;QZ0010\n",  # a zero byte
    b"C;QZ0011\xff\xfe;QZ0012\n",  # bytes that are no UTF-8
    b"C;" + b"QZ0013" * 50_000 + b"\n",  # a very long line
    b"C;QZ0014\r;QZ0015\n",  # a carriage return
    b"C;QZ0016",  # no end of line
)


async def test_a_file_of_movements_is_refused_without_a_word_of_what_it_holds(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    name, line = sound_line(place.world)
    sound = written([line])
    header = sound.splitlines(keepends=True)[0]
    damaged = [
        sound.removeprefix(header) + b"C;QZ0020;QZ0021\n",
        b"QZ0022;QZ0023;" + header + sound,
        (sound.decode() + "C;QZ0024\n").encode("utf-16"),
        b"\x1f\x8bQZ0025" + sound,
        b"",
        random.Random(3).randbytes(4000) + b"QZ0026",
        *(sound + raw for raw in RAW),
    ]
    told = Told()
    files = [place.file(f"{number:02}_{name}", data) for number, data in enumerate(damaged)]
    files += [place.file("unnamed.csv", damaged[2]), place.file("unnamed.parquet", b"PAR1" + damaged[0])]
    for what in ("check", "load"):
        reports = await told.by(lambda what=what: rights.process(place.house, place.database, what, files, NOW))
        assert isinstance(reports, list)
        assert len(reports) == len(files)
        for report in reports:
            told.defects(report.defects)
            screen.show_json(rights.plain(report))
    said = capsys.readouterr()
    assert told.marks(said.out.encode(), said.err.encode(), server_log(place.database.address)) == set()
    assert told.leaks(place.scanner, said.out.encode(), said.err.encode()) == set()


# ------------------------------------------------------------------ questions, practices, insurers


async def test_a_question_is_refused_without_a_word_of_what_it_says(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *lines = (place.world / "questions.csv").read_text().splitlines()
    columns = header.split(";")
    rows: list[list[str]] = []
    sound = dict(zip(columns, lines[0].split(";"), strict=True))
    for name in set(columns) - {"question", "compte"}:  # the caller's own number, and its login: given back, kept
        rows.extend(list({**sound, name: f"QZ{len(rows):04}{end}"}.values()) for end in NAUGHTY[:12])
    values = ["1", *list(sound.values())[1:]]
    values[columns.index("nir")] = min(place.scanner.persons.nir)
    rows.extend(["1", *values[shift:], *values[1:shift]] for shift in range(2, len(values)))
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([columns, sound.values(), *rows])
    path, answers = place.file("questions.csv", text.getvalue().encode()), place.folder / "answers.csv"
    told = Told()
    answered = await told.by(lambda: counter.ask(place.house, place.database, path, answers))
    assert isinstance(answered, counter.Answered)
    assert answered.asked >= 1
    told.defects(answered.defects)
    said, stored = capsys.readouterr(), await dump(place.database.address)
    produced = (said.out.encode(), said.err.encode(), answers.read_bytes(), stored)
    assert told.marks(*produced) == set()
    assert told.leaks(place.scanner, *produced) == set()


async def test_practices_and_insurers_are_refused_without_a_word_of_their_bank(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    header, first, *_ = (place.world / "practices.csv").read_text().splitlines()
    columns = header.split(";")
    sound = dict(zip(columns, first.split(";"), strict=True))
    rows = [
        {**sound, "numero": f"{n:09}", "iban": f"QZ{n:04}{end}", "bic": f"QZ{n:04}"} for n, end in enumerate(NAUGHTY)
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    told = Told()
    path = place.file("practices.csv", text.getvalue().encode())
    loaded = await told.by(lambda: rights.load_practices(place.house, place.database, path))
    assert isinstance(loaded, tuple)
    told.defects(loaded[1])
    assert len(loaded[1]) == len(rows)
    insurers = json.loads((place.world / "insurers.json").read_text())
    for insurer in insurers:
        insurer["iban"] = "QZ0001"
    path = place.file("insurers.json", json.dumps(insurers).encode())
    declared = await told.by(lambda: rights.load_insurers(place.house, place.database, path))
    if isinstance(declared, rights.Declared):
        told.defects(declared.defects)
    said = capsys.readouterr()
    assert told.marks(said.out.encode(), said.err.encode(), await dump(place.database.address)) == set()


# ------------------------------------------------------------------ invoices


async def test_a_file_whose_every_invoice_is_kept_aside_is_decided_like_another(place: Place) -> None:
    data = bytearray(min((place.world / "b2").glob("*.b2")).read_bytes())
    for at in range(0, len(data), 128):
        if data[at] == ord("2") and data[at + 38] != ord("S"):
            data[at + 11 : at + 24] = b"QZ00000000000"
    path = place.file("ALL_000.b2", bytes(data))
    (arrival,) = await claims.receive(place.house, place.database, [path])
    await claims.decide(place.house, place.database, DAY, workers=1)
    kept = [each for each in await claims.kept_aside(place.database) if each.file == arrival.file]
    assert arrival.invoices == len(kept) > 0


def damaged_invoices(data: bytes, chance: random.Random) -> bytes:
    """A B2 file with a few things wrong, each marked."""
    cells = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(128, max(129, len(cells) - 8))
        match chance.randrange(7):
            case 0 | 1 | 2:
                cells[at : at + 8] = b"QZ%04d##" % chance.randrange(10_000)
            case 3:
                del cells[at : at + chance.choice([1, 13, 128])]
            case 4:
                cells[at:at] = b"QZ%04d" % chance.randrange(10_000)
            case 5:
                record = at // 128 * 128
                cells[record:record] = cells[record - 128 : record]
            case _:
                cells[at] = chance.randrange(256)
    return bytes(cells)


async def test_invoices_are_refused_without_a_word_of_what_they_say(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    originals = [path.read_bytes() for path in sorted((place.world / "b2").glob("*.b2"))]
    chance = random.Random(20261120)
    paths = [
        place.file(f"ONE_{number:03}.b2", damaged_invoices(chance.choice(originals), chance)) for number in range(60)
    ]
    told = Told()
    arrivals = await told.by(lambda: claims.receive(place.house, place.database, paths))
    assert isinstance(arrivals, list)
    for arrival in arrivals:
        told.defects(arrival.defects)
    await told.by(lambda: claims.decide(place.house, place.database, DAY, workers=1))
    kept = await told.by(lambda: claims.kept_aside(place.database))
    assert isinstance(kept, list)
    assert len(told.reasons) > 5
    papers = [path.read_bytes() for path in sorted((place.house.home / "acknowledgements").iterdir())]
    assert len(papers) > 20
    said = capsys.readouterr()
    produced = (said.out.encode(), said.err.encode(), *papers, await dump(place.database.address))
    assert told.leaks(place.scanner, *produced) == set()
    assert told.marks(*produced) == set()


async def test_what_is_written_in_clear_is_on_record_first_and_private(place: Place) -> None:
    """Refused invoices and lines can be written out to be corrected: that is a disclosure to whoever asks."""
    name, line = sound_line(place.world)
    path = place.file(f"98_{name}", written([{**line, "sexe": "QZ0001"}]))
    (report,) = await rights.process(place.house, place.database, "load", [path], NOW)
    lines, invoices = place.folder / "lines.csv", place.folder / "kept"
    before = await exports(place.database.address)
    async with rights.loader(place.house, place.database) as loader:
        await rights.quarantined(loader, place.database, report.file, lines)
    await claims.write_kept(place.house, place.database, await claims.kept_aside(place.database), invoices)
    assert line["nom_naissance"] in lines.read_text()
    written_out = [lines, *invoices.iterdir()]
    assert {path.stat().st_mode & 0o777 for path in written_out} == {0o600}
    assert await exports(place.database.address) == before + 2


async def exports(address: Address) -> int:
    owner = await administer(address)
    count = await owner.fetchval("select count(*) from disclosure.event where kind = 'EXPORT' and channel = 7")
    await owner.close()
    return count


@pytest.mark.parametrize("name", ["[/x].csv", "[red].csv", "\x1b[2J.csv", "a\nb.csv", "\\.csv", "[bold]\\[/].csv"])
def test_a_name_of_a_file_is_shown_and_obeyed_by_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    screen.show_reason(LINE_TOO_LONG, "", str(Where(name, 3, "nir")))
    screen.show_table("files", ("name",), [(name,)])
    said = capsys.readouterr()
    for shown in (said.out, said.err):
        assert "\x1b" not in shown
        assert ("".join(each if each.isprintable() else "\ufffd" for each in name)) in shown


def test_a_bug_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The message of an exception that nobody foresaw may hold a cell of a file."""

    def break_down(cell: str) -> None:
        try:
            int(cell)
        except ValueError as earlier:
            raise KeyError(cell) from earlier

    with pytest.raises(typer.Exit) as left, screen.explained():
        break_down("QZ0001")
    assert left.value.exit_code == screen.EXIT_BUG
    said = capsys.readouterr()
    assert not MARK.search(said.out + said.err)
    for where in ("test_error_leaks.py", "break_down", "KeyError", "ValueError", "ops.bug"):
        assert where in said.err


def test_leaving_a_command_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left, screen.explained():
        raise typer.Exit(7)
    assert left.value.exit_code == 7
    assert capsys.readouterr().err == ""


# ------------------------------------------------------------------ helpers


def naughty_strings() -> list[str]:
    """The big list of naughty strings, where the reference data is."""
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "strings" / "blns.json"
    return json.loads(path.read_text()) if path.is_file() else list(NAUGHTY)


def server_log(address: Address) -> bytes:
    """The log of the embedded server; nothing for a server of somebody else's."""
    path = Path(address.host) / "log"
    return path.read_bytes() if path.is_file() else b""
