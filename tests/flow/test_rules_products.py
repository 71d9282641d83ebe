"""`cloison price --products`: a list of acts is priced by the rows of products, as an invoice is paid by them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.flow.day import Bill, Day, Item, reason_code
from tests.flow.paper_guarantees import Guarantee
from tests.flow.test_rules_commands import Terminal, acts_file, prices
from tests.unit.test_rules_listing import PLAIN

SAID = ("formula", "rate", "amount", "act_cap", "ceiling", "ceiling_left", "responsable")
ACT = {name: cell for name, cell in PLAIN.items() if name not in SAID} | {"product": "75004407/P1", "network": "no"}
ROWS = [
    {"domain": "MED", "formula": "TM", "rate_bp": 10_000},
    {"domain": "MED", "formula": "BR", "rate_bp": 15_000, "family": "consultations", "optam": True},
    {"domain": "DENT", "formula": "FR", "rate_bp": 10_000, "network": True},
    {"domain": "DENT", "formula": "BR", "rate_bp": 20_000, "family": "protheses", "act_cap_cents": 5_000},
    {"domain": "AUXM", "formula": "TM", "rate_bp": 10_000, "day_cap_cents": 1_500},
]


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


@pytest.fixture
def insurers(tmp_path: Path) -> Path:
    rows = [{**row, "from": "2020-01-01"} for row in ROWS]
    sold = [{"code": "P1", "label": "Produit", "responsable": False, "guarantees": rows}]
    path = tmp_path / "insurers.json"
    path.write_text(json.dumps([{"amc": "75004407", "name": "Mutuelle", "products": sold}]), encoding="utf-8")
    return path


def priced(
    run: Terminal, folder: Path, insurers: Path, rows: Sequence[dict[str, str]], code: int = 0
) -> list[dict[str, str]]:
    acts = acts_file(folder / "acts.csv", *rows)
    said = run("price", acts, "--out", folder / "priced.csv", "--products", insurers, code=code).output
    assert "annual ceilings" in said
    return prices(folder / "priced.csv")


def test_each_act_is_priced_by_its_row(run: Terminal, tmp_path: Path, insurers: Path) -> None:
    crown = ACT | {"code": "PFC", "charged": "500.00", "declared_base": "120.00", "sector": "not_concerned",
                   "pathway": "not_concerned"}  # fmt: skip
    nurse = ACT | {"code": "AMI", "charged": "50.00", "declared_base": "50.00", "sector": "not_concerned",
                   "pathway": "not_concerned", "coefficient": "3", "person": "anne"}  # fmt: skip
    visit = ACT | {"charged": "40.00"}
    found = priced(run, tmp_path, insurers, [
        visit, visit | {"sector": "2"}, crown, crown | {"network": "yes"},
        crown | {"code": "TO", "network": "yes"}, crown | {"code": "TO"}, nurse, nurse, nurse | {"person": "marc"},
    ])  # fmt: skip
    assert [row["amc_share"] for row in found[:6]] == ["19.00", "6.90", "50.00", "50.00", "428.00", "0.00"]
    first, second, other = (float(row["amc_share"]) for row in found[6:])
    assert first == other > 0
    assert first + second == 15


def test_what_names_no_product_is_told_and_the_others_are_priced(run: Terminal, tmp_path: Path, insurers: Path) -> None:
    wrong = [ACT, ACT | {"product": "75004407/P2"}, ACT | {"network": "N"}]
    found = priced(run, tmp_path, insurers, wrong, code=1)
    assert [row["reason"] for row in found] == ["", "rules.cell_wrong", "rules.cell_wrong"]
    assert [row["amc_share"] for row in found] == ["9.00", "", ""]


def test_what_is_guaranteed_is_said_once(run: Terminal, tmp_path: Path, insurers: Path) -> None:
    acts = acts_file(tmp_path / "acts.csv", ACT | {"formula": "tm"})
    assert "formula" in run("price", acts, "--out", tmp_path / "p.csv", "--products", insurers, code=2).output
    acts = acts_file(tmp_path / "acts.csv", PLAIN)
    assert "product" in run("price", acts, "--out", tmp_path / "p.csv", "--products", insurers, code=2).output


def listed(item: Item) -> dict[str, str]:
    """A line of an invoice as a line of a list."""
    return ACT | {
        "care_date": item.day.isoformat(),
        "code": item.code,
        "charged": f"{item.charged / 100:.2f}",
        "coefficient": f"{item.coefficient / 100:.2f}",
        "declared_base": f"{item.base / 100:.2f}" if item.base >= 0 else "",
        "person": "anne",
        "specialty": "1",
    }


async def test_a_list_and_an_invoice_agree_to_the_cent(
    run: Terminal, tmp_path: Path, insurers: Path, lone_day: Day
) -> None:
    day = lone_day
    await day.insurer(
        guarantees=[
            Guarantee("MED"),
            Guarantee("MED", "BR", 15_000, family="consultations", optam=True),
            Guarantee("DENT", "BR", 20_000, family="protheses", cap=5_000),
            Guarantee("AUXM", day_cap=1_500),
        ]
    )
    anne = await day.enrol()
    items = [
        Item("G", 4_000, 4_000),
        Item("PFC", 50_000, 50_000, base=12_000),
        Item("AMI", 5_000, 5_000, coefficient=300, base=5_000),
        Item("AMI", 4_900, 4_900, coefficient=200, base=4_900),
    ]
    (settlement,) = await day.settle(await day.batch(Bill(anne, items)))
    assert settlement.decisions is not None
    rows = [listed(item) for item in items]
    found = priced(run, tmp_path, insurers, rows)
    paid = [f"{cents / 100:.2f}" for cents in settlement.decisions.line_amc.tolist()]
    assert [row["amc_share"] for row in found] == paid, [reason_code(why) for why in settlement.decisions.line_reason]
