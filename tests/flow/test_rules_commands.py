"""What care costs, from the command line: acts priced and explained, products checked, official tables taken in."""

import csv
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.unit.test_rules_listing import PLAIN
from typer.testing import CliRunner, Result

from cloison.errors import Corruption
from cloison.ops import tariffs
from cloison.ops.cli import app
from cloison.rules import TariffBook
from cloison.rules.releases import Change, History

Given: TypeAlias = Mapping[str, object]
"""A guarantee as JSON."""
BOX = {"code": "PH7", "sector": "not_concerned", "pathway": "not_concerned", "charged": "300"}
BOX_CHANGED = "3400926788704"


class Terminal:
    """Runs commands on one home that has no database."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: object, code: int = 0) -> Result:
        done = CliRunner().invoke(app, [str(word) for word in words], env={"CLOISON_HOME": str(self.home)})
        assert done.exit_code == code, (words, done.output, done.exception)
        return done


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


def acts_file(path: Path, *rows: dict[str, str], separator: str = ";") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def prices(path: Path, separator: str = ";") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def presentations(path: Path, **boxes: str) -> Path:
    """A file of the medicines database: `cNNNN="12,50"` is the public price of one box at 65 %."""
    lines = [
        f"6\t1\tboîte\tactive\td\t01/01/2020\t340000000{name[1:]}\toui\t65%\t{price}\t{price}\t1,02\t\n"
        for name, price in boxes.items()
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def product(**rows: Sequence[Given]) -> list[dict[str, object]]:
    """One insurer with one contrat responsable; rows by domain."""
    empty = dict.fromkeys(("rate_bp", "amount_cents", "act_cap_cents", "annual_ceiling_cents", "waiting_days", "to"))
    guarantees = [
        {**empty, "domain": domain, "from": "2026-01-01", **row} for domain, many in rows.items() for row in many
    ]
    sold = {"code": "P1", "label": "Un produit", "responsable": True, "guarantees": guarantees}
    return [{"amc": "99999997", "name": "Mutuelle", "iban": "", "bic": "", "products": [sold]}]


TM: Given = {"formula": "TM", "rate_bp": 10_000}
FR: Given = {"formula": "FR", "rate_bp": 10_000}
NON_OPTAM: Given = {"formula": "BR", "rate_bp": 20_000, "optam": False}
SOUND: dict[str, list[Given]] = {
    **{domain: [TM] for domain in ("MED", "PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP")},
    "OPTI": [TM, {**FR, "family": "lunettes_classe_a"}],
    "DENT": [TM, {**FR, "family": "protheses_panier_0"}],
    "AUDI": [TM, {**FR, "family": "aides_auditives_1"}],
}


# Prices


@pytest.mark.parametrize("separator", [";", ","])
def test_acts_become_prices_line_by_line(run: Terminal, tmp_path: Path, separator: str) -> None:
    acts = acts_file(tmp_path / "acts.csv", PLAIN, PLAIN | {"code": "ZZZ"}, separator=separator)
    said = run("price", acts, "--out", tmp_path / "priced.csv").output
    priced, refused = prices(tmp_path / "priced.csv", separator)
    assert (priced["line"], priced["code"], priced["charged"]) == ("2", "G", "30.00")
    assert (priced["base"], priced["amo_share"], priced["amc_share"]) == ("30.00", "21.00", "9.00")
    assert (refused["line"], refused["base"], refused["reason"]) == ("3", "", "rules.act_unknown")
    assert "aucune / none" in said, "no official table is loaded, and that is said"


def test_a_line_that_cannot_be_read_is_named_and_stands_among_the_prices(run: Terminal, tmp_path: Path) -> None:
    acts = acts_file(
        tmp_path / "acts.csv", PLAIN, PLAIN | {"charged": "dear"}, PLAIN | {"regime": ""}, PLAIN | {"charged": "9" * 30}
    )
    lines = acts.read_text(encoding="utf-8").splitlines()
    acts.write_text("\n".join([*lines[:2], "", *lines[2:], "2024-12-22;G;1", lines[1]]), encoding="utf-8")
    said = run("price", acts, "--out", tmp_path / "priced.csv", code=1).output
    rows = {row["line"]: row["reason"] for row in prices(tmp_path / "priced.csv")}
    wrong = "rules.cell_wrong"
    assert rows == {"2": "", "4": wrong, "5": wrong, "6": wrong, "7": wrong, "8": ""}, "lines of the file, blank too"
    assert "line 4, charged" in " ".join(said.split())
    assert "line 5, regime" in " ".join(said.split())
    assert f"3 cells, the header has {len(PLAIN)}" in " ".join(said.split())


def test_a_missing_column_is_named_and_nothing_is_written(run: Terminal, tmp_path: Path) -> None:
    short = {name: cell for name, cell in PLAIN.items() if name not in ("minor", "regime")}
    said = run("price", acts_file(tmp_path / "a.csv", short), "--out", tmp_path / "p.csv", code=2).output
    assert "regime, minor" in said
    assert not (tmp_path / "p.csv").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "rules.columns_missing"),
        (b"\xff\xfe;\x00", "ops.file_unreadable"),
        (b'care_date;"code\n', "ops.file_unreadable"),
        (b"code;code\n", "rules.columns_wrong"),
    ],
)
def test_a_file_that_holds_no_acts_is_refused_in_words(run: Terminal, tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "acts.csv").write_bytes(content)
    assert why in run("price", tmp_path / "acts.csv", "--out", tmp_path / "p.csv", code=2).output


def test_prices_never_overwrite_the_acts(run: Terminal, tmp_path: Path) -> None:
    acts = acts_file(tmp_path / "acts.csv", PLAIN)
    before = acts.read_bytes()
    assert "ops.file_unwritten" in run("price", acts, "--out", acts, code=2).output
    assert "ops.argument_missing" in run("price", acts, code=2).output
    assert "ops.file_missing" in run("price", tmp_path / "none.csv", "--out", tmp_path / "p.csv", code=2).output
    assert "ops.file_unwritten" in run("price", acts, "--out", acts / "p.csv", code=2).output
    assert acts.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "word", "left"),
    [
        ((), "Taux obligatoire 70 %", "reste à l'assuré 0,00"),
        (("--english",), "Compulsory rate 70 %", "left to the insured EUR 0.00"),
    ],
)
def test_an_explanation_tells_each_cent_beside_the_prices(
    run: Terminal, tmp_path: Path, options: Sequence[str], word: str, left: str
) -> None:
    acts = acts_file(tmp_path / "acts.csv", PLAIN, PLAIN | {"code": "ZZZ"})
    said = run("price", acts, "--out", tmp_path / "priced.csv", "--explain", *options).output
    account = (tmp_path / "priced.explained.txt").read_text(encoding="utf-8")
    for told in (said, account):
        assert word in told
        assert "CSS L160-13 I" in told
        assert left in told
        assert "2024-12-22" in told


def test_every_column_is_described(run: Terminal) -> None:
    said = run("price", "--columns").output
    for name in (*PLAIN, "km", "pair", "official", "amc_share", "remarks"):
        assert name in said


# Products


def test_a_contrat_responsable_that_keeps_the_articles_passes(run: Terminal, tmp_path: Path) -> None:
    (tmp_path / "insurers.json").write_text(json.dumps(product(**SOUND)), encoding="utf-8")
    said = run("products", "check", tmp_path / "insurers.json", "--day", "2026-11-20").output
    assert "1 contrats responsables, 0 à corriger" in said


def test_each_article_that_a_product_breaks_is_named(run: Terminal, tmp_path: Path) -> None:
    rows = {**SOUND, "TRAN": [{**TM, "act_cap_cents": 5000}], "MED": [TM, {**NON_OPTAM, "rate_bp": 25_000}]}
    path = tmp_path / "insurers.json"
    path.write_text(json.dumps(product(**rows)), encoding="utf-8")
    said = run("products", "check", path, "--day", "2026-11-20", code=1).output
    assert "CSS R871-2 1  transport" in said
    assert "CSS R871-2 2  consultations" in said
    assert "no cap below 100 % TM" in run("products", "check", path, "--english", code=1).output
    found = json.loads(run("products", "check", path, "--json", code=1).stdout)
    assert {each["reason"] for each in found} == {"rules.floor_limited", "rules.overrun_too_high"}


def test_a_guarantee_holds_on_its_last_day(run: Terminal, tmp_path: Path) -> None:
    rows = {**SOUND, "TRAN": [{**TM, "to": "2026-11-20"}]}
    (tmp_path / "insurers.json").write_text(json.dumps(product(**rows)), encoding="utf-8")
    run("products", "check", tmp_path / "insurers.json", "--day", "2026-11-20")
    run("products", "check", tmp_path / "insurers.json", "--day", "2026-11-21", code=1)


@pytest.mark.parametrize(
    "row",
    [
        {"formula": "EUR"},
        {"formula": "BR"},
        {**TM, "family": "no_such_family"},
        {**TM, "family": 3},
        {**TM, "optam": "yes"},
        {**TM, "rate_bp": 1_000_000},
    ],
)
def test_a_row_that_says_nothing_clear_is_refused_with_its_place(run: Terminal, tmp_path: Path, row: Given) -> None:
    (tmp_path / "insurers.json").write_text(json.dumps(product(MED=[TM], OPTI=[row])), encoding="utf-8")
    said = run("products", "check", tmp_path / "insurers.json", code=2).output
    assert "rules.product_wrong" in said or "movements.insurers_unreadable" in said, "wrong in law, or in shape"
    assert "[0].products[0].guarantees[1]" in "".join(said.split())


# Official tables


def test_a_release_is_dated_and_a_past_price_stays(run: Terminal, tmp_path: Path) -> None:
    first = presentations(tmp_path / "first.txt", c0001="10,00", c0002="20,00")
    second = presentations(tmp_path / "second.txt", c0001="9,00", c0002="20,00", c0003="5,00")
    run("tariffs", "import", "bdpm", first, "--release", "2026-01-01")
    said = run("tariffs", "import", "bdpm", second, "--release", "2026-07-01", "--changes", tmp_path / "ch.csv").output
    assert "2026-07-01: 1 prix nouveaux / new, 0 retirés / gone, 1 modifiés / changed" in said
    written = prices(tmp_path / "ch.csv")
    assert {
        "key": "3400000000001",
        "value": "public",
        "from": "2026-07-01",
        "before": "10.00 EUR",
        "after": "9.00 EUR",
    } in written
    assert "10.00 EUR" in run("tariffs", "changes", "bdpm").output

    box = PLAIN | BOX | {"official": "3400000000001"}
    days = ("2026-06-30", "2026-07-01")
    acts = acts_file(tmp_path / "acts.csv", *(box | {"care_date": day} for day in days))
    told = run("price", acts, "--out", tmp_path / "priced.csv", "--explain", "--english").output
    assert [row["base"] for row in prices(tmp_path / "priced.csv")] == ["10.00", "9.00"]
    assert "public 9.00 EUR" in told
    assert "since 2026-07-01 (2026-07-01)" in told

    releases = json.loads(run("tariffs", "list", "--json").stdout)
    assert [(each["table"], each["start"], each["rows"]) for each in releases] == [
        ("bdpm", "2026-01-01", 2),
        ("bdpm", "2026-07-01", 3),
    ]
    assert releases[0]["sha256"] == hashlib.sha256(first.read_bytes()).hexdigest()


def test_the_same_release_again_changes_nothing_and_an_older_one_is_refused(run: Terminal, tmp_path: Path) -> None:
    first = presentations(tmp_path / "first.txt", c0001="10,00")
    other = presentations(tmp_path / "other.txt", c0001="11,00")
    run("tariffs", "import", "bdpm", first, "--release", "2026-02-01")
    kept = (run.home / "tariffs" / "bdpm.parquet").read_bytes()
    assert "already imported" in run("tariffs", "import", "bdpm", first, "--release", "2026-02-01").output
    for day in ("2026-02-01", "2026-01-01"):
        said = run("tariffs", "import", "bdpm", other, "--release", day, code=2).output
        assert "rules.release_not_later" in said
    run("tariffs", "import", "bdpm", other, "--release", "2026-03-01", "--dry-run")
    assert (run.home / "tariffs" / "bdpm.parquet").read_bytes() == kept
    assert [path.name for path in (run.home / "tariffs").iterdir() if "bdpm" in path.name] == ["bdpm.parquet"]


def test_a_release_that_is_not_whole_is_refused_and_the_former_stays(run: Terminal, tmp_path: Path) -> None:
    boxes = {f"c{number:04d}": "10,00" for number in range(100)}
    run("tariffs", "import", "bdpm", presentations(tmp_path / "a.txt", **boxes), "--release", "2026-01-01")
    kept = (run.home / "tariffs" / "bdpm.parquet").read_bytes()
    cut = presentations(tmp_path / "cut.txt", **dict(list(boxes.items())[:90]))
    packed = gzip.compress(cut.read_bytes())
    damaged = {
        "words.txt": (b"not a table\n", "rules.release_wrong"),
        "short.gz": (packed[:40], "rules.release_wrong"),
        "flipped.gz": (packed[:30] + b"\x00\x00\x00\x00" + packed[34:], "rules.release_wrong"),
        "half.txt": (cut.read_bytes()[:-30], "rules.release_wrong"),
        "cut.txt": (cut.read_bytes(), "ops.release_shrunk"),
    }
    for name, (content, why) in damaged.items():
        (tmp_path / name).write_bytes(content)
        said = run("tariffs", "import", "bdpm", tmp_path / name, "--release", "2026-02-01", code=2).output
        assert why in said, name
    assert "ops.release_day_missing" in run("tariffs", "import", "bdpm", cut, code=2).output
    assert (run.home / "tariffs" / "bdpm.parquet").read_bytes() == kept
    run("tariffs", "import", "bdpm", cut, "--release", "2026-02-01", "--accept-gone")


def test_a_table_that_was_damaged_prices_nothing(run: Terminal, tmp_path: Path) -> None:
    boxes = {f"c{number:04d}": f"{number},10" for number in range(1, 400)}
    run("tariffs", "import", "bdpm", presentations(tmp_path / "a.txt", **boxes), "--release", "2026-01-01")
    path = run.home / "tariffs" / "bdpm.parquet"
    whole = path.read_bytes()
    for damage in (whole[: len(whole) // 2], b"", whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]):
        path.write_bytes(damage)
        with pytest.raises(Corruption):
            tariffs.read(run.home, "bdpm")
    acts = acts_file(tmp_path / "acts.csv", PLAIN)
    assert "ops.tariff_damaged" in run("price", acts, "--out", tmp_path / "p.csv", code=3).output
    assert not (tmp_path / "p.csv").exists()


def test_an_import_that_stops_half_way_leaves_the_former_table(
    run: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("tariffs", "import", "bdpm", presentations(tmp_path / "a.txt", c0001="10,00"), "--release", "2026-01-01")
    path = run.home / "tariffs" / "bdpm.parquet"
    kept = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tariffs.pq, "write_table", full)
    later = presentations(tmp_path / "b.txt", c0001="9,00")
    assert "No space left" in run("tariffs", "import", "bdpm", later, "--release", "2026-02-01", code=2).output
    assert path.read_bytes() == kept


def test_imports_at_the_same_time_follow_each_other(run: Terminal, tmp_path: Path) -> None:
    boxes = {f"c{number:04d}": "10,00" for number in range(500)}
    file = presentations(tmp_path / "a.txt", **boxes)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(tariffs.import_release, run.home, "bdpm", file, date(2026, 1, 1)) for _ in range(4)]
        taken = [each.result() for each in waiting]
    assert sorted(each.repeated for each in taken) == [False, True, True, True]
    assert len(json.loads(run("tariffs", "list", "--json").stdout)) == 1


def test_doubts_are_listed_in_both_languages(run: Terminal) -> None:
    doubts = TariffBook.standard().doubts()
    french, english = run("tariffs", "doubts").output, run("tariffs", "doubts", "--english").output
    assert all(doubt.doubt.fr in french and doubt.doubt.en in english for doubt in doubts)
    assert f"{len(doubts)} valeurs à vérifier" in french
    assert "L162-16-4\n  prix_des_medicaments" in french, "a reference that nobody has read, and who cites it"


def test_devices_and_laboratory_acts_have_their_tables(run: Terminal, tmp_path: Path, shared_data: Path) -> None:
    """The lists of the SNDS: old tariffs, good to try the readers, not to pay."""
    lists = shared_data / "fr-ref" / "snds" / "nomenclatures"
    lpp, nabm = lists / "ORAVAL" / "IR_LPP_V.csv", lists / "ORAREF" / "IR_BTF_R.csv"
    assert "ops.release_day_missing" in run("tariffs", "import", "lpp", lpp, code=2).output
    assert "rules.release_wrong" in run("tariffs", "import", "lpp", nabm, "--release", "2020-12-01", code=2).output
    run("tariffs", "import", "lpp", lpp, "--release", "2014-01-01")
    assert "0 prix nouveaux" not in run("tariffs", "import", "lpp", lpp, "--release", "2014-06-02").output
    run("tariffs", "import", "nabm", nabm, "--release", "2020-03-08")
    assert "1 prix nouveaux / new" in run("tariffs", "import", "nabm", nabm, "--release", "2020-03-09").output

    device = PLAIN | BOX | {"code": "MAC", "charged": "120", "official": "1255096", "care_date": "2020-12-01"}
    test = PLAIN | BOX | {"code": "B", "charged": "21.60", "declared_base": "21.60", "official": "0559"}
    acts = acts_file(tmp_path / "acts.csv", device, test | {"coefficient": "25"}, test | {"coefficient": "40"})
    said = run("price", acts, "--out", tmp_path / "priced.csv", "--explain", "--english").output
    assert [row["base"] for row in prices(tmp_path / "priced.csv")] == ["102.50", "21.60", "21.60"]
    assert [row["reason"] for row in prices(tmp_path / "priced.csv")] == [
        "rules.price_above_limit",
        "",
        "rules.coefficient_differs",
    ]
    assert "lpp 1255096: tariff 102.50 EUR, limit 102.50 EUR since 2014-01-01" in said
    assert "nabm 0559: coefficient 25.00 since 2020-03-08" in said


def test_the_published_tables_are_taken_in(run: Terminal, tmp_path: Path, shared_data: Path) -> None:
    (ccam,) = (shared_data / "fr-ref" / "ccam").iterdir()
    said = run("tariffs", "import", "ccam", ccam).output
    assert "version 81: importée" in said
    assert "line 1325, ADGA724" in " ".join(said.split())
    assert "ops.release_day_differs" in run("tariffs", "import", "ccam", ccam, "--release", "2026-02-02", code=2).output

    folder = shared_data / "fr-ref" / "bdpm"
    run("tariffs", "import", "bdpm", folder / "release-2026-07-07" / "CIS_CIP_bdpm.txt", "--release", "2026-07-07")
    following = folder / "next-release-2026-07-24" / "CIS_CIP_bdpm.txt.gz"
    said = run("tariffs", "import", "bdpm", following, "--release", "2026-07-24").output
    assert f"{BOX_CHANGED}  public" in said
    kept = tariffs.read(run.home, "bdpm")
    assert kept is not None
    assert Change(BOX_CHANGED, "public", 29016, 20378) in tariffs.changes_of(kept, date(2026, 7, 24))
    assert isinstance(kept.history, History)

    box, act = (
        PLAIN | BOX | {"official": BOX_CHANGED},
        PLAIN | {"code": "ADC", "charged": "400", "official": "HHMC005 1 0"},
    )
    acts = acts_file(
        tmp_path / "acts.csv",
        box | {"care_date": "2026-07-23"},
        box | {"care_date": "2026-07-24"},
        act | {"care_date": "2026-07-24"},
    )
    run("price", acts, "--out", tmp_path / "priced.csv")
    assert [row["base"] for row in prices(tmp_path / "priced.csv")] == ["290.16", "203.78", "350.03"]
