"""Every step of a day is a command of its own that works on files a user brings."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cloison.ops.cli import app
from cloison.world.bank import bank
from cloison.world.bill import bill
from cloison.world.build import Manifest, build

DAY = date(2026, 11, 20)


class Terminal:
    """Runs commands on one home, and keeps what they said."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said: list[str] = []

    def __call__(self, *words: object, fails: int = 0) -> Result:
        done = CliRunner().invoke(app, [str(word) for word in words], env={"CLOISON_HOME": str(self.home)})
        self.said.append(done.output)
        assert done.exit_code == fails, (words, done.output, done.exception)
        return done


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder where the embedded server, which has a user of its own, can come by."""
    with tempfile.TemporaryDirectory(prefix="cloison-commands-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def world(folder: Path) -> Manifest:
    return build(900, folder / "world", seed=11, day=DAY, insurers=9)


def test_a_day_lived_command_by_command(folder: Path, world: Manifest) -> None:
    run = Terminal(folder / "home")
    first = sorted(path for path in world.movements if "20261118" in path.name)
    second = sorted(path for path in world.movements if "20261119" in path.name)
    run("rights", "insurers", world.insurers_file)
    run("rights", "practices", world.practices)

    checked = json.loads(run("rights", "check", "--json", *first).stdout)
    loaded = json.loads(run("rights", "load", "--json", *first).stdout)
    assert [each["counts"] for each in checked] == [each["counts"] for each in loaded], "check says what load does"
    again = json.loads(run("rights", "load", "--json", *first).stdout)
    assert all(each["repeated"] for each in again), "the same bytes change nothing"
    fresh = json.loads(run("rights", "status", "--json").stdout)
    assert {each["loaded_at"] is not None for each in fresh if each["coverages"]} == {True}

    answers = folder / "answers.csv"
    run("eligibility", "ask", world.questions, "--out", answers)
    assert len(answers.read_text().splitlines()) == len(world.questions.read_text().splitlines())
    if second:
        assert "Par produit" in run("rights", "diff", *second).stdout
        run("rights", "load", *second)

    invoices = folder / "b2"
    assert bill(world.out, answers, invoices) > 0
    run("claims", "receive", *sorted(invoices.glob("*.b2")))
    run("claims", "settle", "--day", DAY, "--workers", 1)
    assert "déjà reçu" in run("claims", "receive", *sorted(invoices.glob("*.b2"))).stdout
    files = json.loads(run("claims", "status", "--json").stdout)
    for each in files:
        assert each["decided"] + each["kept"] + each["resent"] == each["invoices"]

    orders = folder / "orders"
    run("payments", "run", "--day", "2026-11-23", "--out", orders)
    written = {path.name: path.read_bytes() for path in orders.iterdir()}
    run("payments", "run", "--day", "2026-11-23", "--out", orders)
    assert {path.name: path.read_bytes() for path in orders.iterdir()} == written, "the same run gives the same bytes"
    run("returns", "write", 1, "--out", folder / "noemie")
    paid_practice = next((folder / "noemie").iterdir()).stem
    run("returns", "advice", 1, "--practice", paid_practice, "--out", folder / "advices")

    report = bank(sorted(orders.iterdir()), folder / "bank", seed=3)
    run("payments", "answers", *report.statuses, *report.statements)
    again_read = run("payments", "answers", *report.statements)
    assert "executed" in again_read.stdout
    assert "12,34" in run("payments", "suspense").stdout
    run("payments", "explain", 99_999, "--note", "x", fails=2)
    run("payments", "position")
    run("payments", "unpaid")
    assert "justes" in run("payments", "audit").stdout

    account = world.questions.read_text().splitlines()[1].split(";")[3]
    assert "personnes / persons" in run("disclosures", "by", account, "--reason", "test").stdout
    run("disclosures", "by", "nobody-here", "--reason", "test", fails=2)
    run("disclosures", "freeze", "portal", "--reason", "drill")
    closed = folder / "closed.csv"
    frozen = run("eligibility", "ask", world.questions, "--out", closed)
    assert "disclosure.channel_frozen" in frozen.output
    assert 0 < len(closed.read_text().splitlines()) < len(answers.read_text().splitlines()), "other channels go on"
    run("disclosures", "freeze", "portal", "--reason", "over", "--lift")
    run("disclosures", "sweep")


def test_what_is_wrong_is_said_in_words_with_what_to_do(folder: Path, world: Manifest) -> None:
    run = Terminal(folder / "other")
    nonsense = folder / "nonsense.csv"
    nonsense.write_bytes(b"\xff\xfe\x00nothing;of;the;kind\n")
    for command in (
        ("rights", "practices", nonsense),
        ("rights", "insurers", nonsense),
        ("eligibility", "ask", nonsense, "--out", folder / "none.csv"),
        ("claims", "cancel", "000000000", "000000001"),
        ("returns", "write", 77, "--out", folder / "none"),
    ):
        said = run(*command, fails=2).output
        assert "à faire" in said
        assert "Traceback" not in said
    received = run("claims", "receive", nonsense).output
    assert "refusé" in received
    assert world.persons == 900


def test_an_unknown_setting_stops_the_start(folder: Path) -> None:
    done = CliRunner().invoke(app, ["claims", "status"], env={"CLOISON_HOME": str(folder), "CLOISON_HOEM": "typo"})
    assert done.exit_code == 2
    assert "CLOISON_HOEM" in done.output


def test_a_folder_served_once_takes_every_kind_of_file(folder: Path, world: Manifest) -> None:
    run = Terminal(folder / "served")
    run("rights", "insurers", world.insurers_file)
    run("rights", "practices", world.practices)
    work = folder / "files"
    run("serve", "--folder", work, "--once")
    arrivals = {"movements": sorted(path for path in world.movements if "20261118" in path.name)[:3],
                "questions": [world.questions], "b2": [min(world.b2)], "bank": [world.practices]}  # fmt: skip
    for kind, paths in arrivals.items():
        for path in paths:
            copy = work / "inbox" / kind / path.name
            copy.write_bytes(path.read_bytes())
            os.utime(copy, (1, 1))
    run("serve", "--folder", work, "--once")
    assert {path.name for path in (work / "refused").iterdir()} == {world.practices.name}
    assert len(list((work / "done").iterdir())) == 5
    assert (work / "outbox" / "answers" / world.questions.name).exists()
    assert len(list((work / "outbox" / "acknowledgements").iterdir())) == 2
    report = json.loads((work / "outbox" / "reports" / f"{world.practices.name}.json").read_text())
    assert report["defects"] or report["code"]
