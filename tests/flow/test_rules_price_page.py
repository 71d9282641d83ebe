"""`cloison price` as its page says: the example, and all that cannot be priced, each named with its remedy."""

import csv
from pathlib import Path

import pytest
from tests.unit.test_rules_listing import LENS, PLAIN, TAXI
from typer.testing import CliRunner

from cloison.errors import Actor
from cloison.ops.cli import app
from cloison.ops.price_manual import PAGE_NAME, refreshed
from cloison.rules import REASONS
from cloison.rules.reasons import FIRST_REDUCTION

FORMATS = Path(__file__).resolve().parents[2] / "docs" / "formats"
TRIP = PLAIN | TAXI | {"code": "TXI", "care_date": "2025-11-03", "charged": "60"}
LENSES = PLAIN | LENS | {"code": "VU1", "care_date": "2026-01-15", "charged": "60", "declared_base": "1"}
Row = dict[str, str]


def priced(tmp_path: Path, *rows: Row, code: int = 0) -> tuple[list[Row], str, str]:
    """The prices, the account and the screen of a file of acts."""
    with (tmp_path / "acts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    words = ["price", str(tmp_path / "acts.csv"), "--out", str(tmp_path / "priced.csv"), "--explain"]
    done = CliRunner().invoke(app, words, env={"CLOISON_HOME": str(tmp_path / "home")})
    assert done.exit_code == code, done.output
    with (tmp_path / "priced.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, delimiter=";"))
    return found, (tmp_path / "priced.explained.txt").read_text("utf-8"), done.output


def test_the_page_has_the_columns_and_reasons_of_the_code():
    text = (FORMATS / PAGE_NAME).read_text("utf-8")
    assert refreshed(text) == text, "python -m cloison.ops.price_manual docs/formats"


def test_the_example_of_the_page_is_priced_as_it_says(tmp_path: Path):
    words = ["price", str(FORMATS / "price-example.csv"), "--out", str(tmp_path / "priced.csv")]
    done = CliRunner().invoke(app, words, env={"CLOISON_HOME": str(tmp_path / "home")})
    assert done.exit_code == 0, done.output
    assert (tmp_path / "priced.csv").read_text("utf-8") == (FORMATS / "price-example.priced.csv").read_text("utf-8")


REFUSED: list[tuple[Row, str]] = [
    (PLAIN | {"code": "ZZZ"}, "act_unknown"),
    (PLAIN | {"care_date": "2018-12-31"}, "care_date_outside_rules"),
    (PLAIN | {"care_date": "1899-01-01"}, "care_date_outside_rules"),
    (PLAIN | {"quantity": "0"}, "quantity_not_positive"),
    (PLAIN | {"quantity": "-2"}, "quantity_not_positive"),
    (PLAIN | {"quantity": "10000"}, "amount_implausible"),
    (PLAIN | {"charged": "-30"}, "amount_implausible"),
    (PLAIN | {"charged": "100000000"}, "amount_implausible"),
    (PLAIN | {"coefficient": "10000"}, "amount_implausible"),
    (PLAIN | {"code": "B"}, "base_not_known"),
    (PLAIN | {"sector": "not_concerned"}, "sector_missing"),
    (PLAIN | {"regime": "7"}, "rate_not_known"),
    (PLAIN | {"rate": "20000"}, "guarantee_wrong"),
    (PLAIN | {"code": "TXI", "care_date": "2025-11-03"}, "trip_missing"),
    (TRIP | {"km": "0"}, "trip_impossible"),
    (TRIP | {"patients": "9"}, "trip_impossible"),
    (TRIP | {"quantity": "2"}, "trip_impossible"),
    (TRIP | {"tolls": "-1"}, "trip_impossible"),
    (TRIP | {"department": "976"}, "department_not_priced"),
    (TRIP | {"agreement": "refused"}, "agreement_refused"),
    (TRIP | {"code": "ABA"}, "tariff_not_loaded"),
    (PLAIN | {"code": "TXN", "charged": "5"}, "detail_with_amount"),
    (PLAIN | {"code": "VU1", "declared_base": "1"}, "equipment_missing"),
    (LENSES | {"correction": "not_concerned"}, "correction_missing"),
    (TRIP | {"code": "G"}, "combination_impossible"),
    (LENSES | {"code": "B"}, "combination_impossible"),
    (PLAIN | {"exoneration": "newborn"}, "combination_impossible"),
    (PLAIN | {"paid_by_other": "30.01"}, "combination_impossible"),
]


@pytest.mark.parametrize(("row", "why"), REFUSED, ids=[f"{why}-{number}" for number, (_, why) in enumerate(REFUSED)])
def test_what_cannot_be_priced_is_refused_by_name_with_its_remedy_and_no_amount(tmp_path: Path, row: Row, why: str):
    (line,), account, _ = priced(tmp_path, row)
    reason = REASONS[f"rules.{why}"]
    assert line["reason"] == reason.code
    assert [line[name] for name in ("base", "amo_share", "amc_share", "own_share", "overrun")] == [""] * 5
    assert reason.message.fr in account
    assert reason.action.fr in account
    assert reason.actor is not Actor.NOBODY
    assert reason.number < FIRST_REDUCTION


def test_every_refusal_that_a_file_of_acts_can_meet_is_shown_here():
    """A day or a place in the pathway cannot be left out of a file of acts: its cell is refused before."""
    elsewhere = {"care_date_missing", "status_missing", "pathway_missing"}
    shown = {f"rules.{why}" for _, why in REFUSED} | {f"rules.{name}" for name in elsewhere}
    assert shown == {reason.code for reason in REASONS if reason.number < FIRST_REDUCTION}


@pytest.mark.parametrize(
    "status", ["exoneration", "protection", "regime", "minor", "alsace_moselle", "pathway", "sector"]
)
def test_a_missing_status_is_named_with_its_line_its_column_and_what_it_may_say(tmp_path: Path, status: str):
    (line, sound), _, said = priced(tmp_path, PLAIN | {status: ""}, PLAIN, code=1)
    assert (line["reason"], line["amo_share"]) == ("rules.cell_wrong", "")
    assert (sound["reason"], sound["amo_share"]) == ("", "21.00")
    flat = " ".join(said.split())
    assert f"acts.csv, line 2, {status}" in flat
    assert "wanted:" in flat
