"""The quotes of a world: each is a message that the gate reads, each is followed by what the practice does next."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cloison.gateways.files import invoices, quotes
from cloison.gateways.files.quotes import Calculate, Request, Simulate
from cloison.rules.acts import ACT_CODES
from cloison.world import Manifest, bill_quotes, build
from cloison.world.quotes import TRADES

DAY = date(2026, 11, 20)
PERSONS = 20_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return build(PERSONS, tmp_path_factory.mktemp("world"), seed=5, day=DAY)


def answers(world: Manifest, out: Path, promised: bool) -> Path:
    """Each quote answered: 1.00 for each act, under a number where something is promised."""
    found, _ = quotes.read(world.quotes)
    lines: list[dict[str, object]] = [
        {
            "id": each.message.id,
            "number": f"E{each.line:014d}" if promised and not isinstance(each.message, Simulate) else "",
            "amc_cents": 100 * len(each.message.lines),
            "acts": [{"amc_cents": 100} for _ in each.message.lines],
        }
        for each in found
        if isinstance(each.message, Simulate | Calculate | Request)
    ]
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return out


def test_every_quote_is_read_and_says_acts_that_exist_before_they_are_given(world: Manifest):
    found, defects = quotes.read(world.quotes)
    truth = json.loads(world.truth.read_text(encoding="utf-8"))["quotes"]
    assert defects == []
    asked = Counter(type(each.message) for each in found)
    assert asked == {Simulate: truth["simulated"], Calculate: truth["calculated"], Request: truth["requested"]}
    assert truth["billed"] + truth["cancelled"] == len(found) == round(PERSONS * 0.004)
    lines = [line for each in found for line in each.message.lines]  # type: ignore[union-attr]
    assert {line.code for line in lines} <= set(ACT_CODES)
    assert {line.date for line in lines} == {date(2026, 11, 19)}


def test_each_trade_asks_from_a_practice_that_is_registered(world: Manifest):
    found, _ = quotes.read(world.quotes)
    rows = [row.split(";") for row in world.practices.read_text(encoding="utf-8").splitlines()]
    trade = {row[0]: row[1] for row in rows}
    assert len(trade) == len(rows), "each number is that of one practice"
    assert {trade[each.message.practice] for each in found} == set(TRADES)  # type: ignore[union-attr]


@pytest.mark.parametrize("promised", [True, False])
def test_what_is_not_given_back_is_billed_under_its_number_for_what_was_said(
    world: Manifest, tmp_path: Path, promised: bool
):
    truth = json.loads(world.truth.read_text(encoding="utf-8"))["quotes"]
    sent = bill_quotes(world.out, answers(world, tmp_path / "answers.jsonl", promised), tmp_path / "out")
    survey = invoices.survey(sent.invoices)
    assert (survey.invoice_count, survey.defects) == (truth["billed"], ())
    papers = [paper for chunk in invoices.read(sent.invoices, 1_000) for paper in chunk.papers]
    assert {line.asked_cents for paper in papers for line in paper.lines} == {100}
    numbered = [paper for paper in papers if paper.guarantee]
    assert len(numbered) == sent.stamped == (truth["billed"] - truth["simulated"] if promised else 0)
    assert sent.promised_cents == sum(100 * len(paper.lines) for paper in numbered)
    back, defects = quotes.read(sent.cancellations)
    assert (len(back), defects) == (truth["cancelled"] if promised else 0, [])
    assert len({(paper.practice, paper.number) for paper in papers}) == len(papers)
