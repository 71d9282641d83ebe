"""The published examples of official pages, to the cent."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cloison.money import cents_of
from cloison.rules import Acts, Exoneration, Pathway, Sector, TariffBook, Trips, code_ids, price

GENERALISTE, SPECIALISTE = "G", "CS"


def examples(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "worked-examples.csv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["usable_as_golden"] == "yes"]


def act_of(row: dict[str, str]) -> dict[str, object]:
    """The act that a published row describes. Its base is an input: pages merge cases under one label."""
    base, charged = _amount(row["base"]), _amount(row["tariff_charged"])
    dental, medicine = "dentaire" in row["act"].lower(), row["act"].startswith("Médicament")
    minor = "mineur" in row["context"] or "dentaire" in row["deduction_type"] or dental
    outside = row["amo_rate"] == "30%"
    return {
        "code": "PH7" if medicine else "C",
        "charged": max(charged, base),
        "declared_base": base,
        "pathway": Pathway.OUT if outside else Pathway.IN,
        "exoneration": Exoneration.NONE,
        "minor": minor and not row["deduction"].startswith(("1", "2")),
        "care_date": row["date_of_care"],
    }


@pytest.mark.parametrize("autorite", [False, True])
def test_a_published_example_is_exact(shared_data: Path, autorite: bool):
    """Shares before the flat sum, and what is paid after it, where the page prints them."""
    rows = [row for row in examples(shared_data) if ("autorité" in row["act"]) is autorite]
    assert len(rows) == (2 if autorite else 55)
    acts = [_without_agreement(row) if autorite else act_of(row) for row in rows]
    priced = price(_acts(acts), TariffBook.standard())
    assert not priced.refused.any()

    withheld = priced.participation_forfaitaire + priced.franchise
    for number, row in enumerate(rows):
        if autorite:
            assert priced.base[number] == cents_of(row["amo_paid"]), row["id"]
            continue
        if row["amo_before_deduction"]:
            assert priced.amo_share[number] == cents_of(row["amo_before_deduction"]), row["id"]
        if row["amo_paid"]:
            assert priced.amo_share[number] - withheld[number] == cents_of(row["amo_paid"]), row["id"]
        if row["ticket_moderateur"]:
            own = priced.base[number] - priced.amo_share[number]
            assert own == cents_of(row["ticket_moderateur"]), row["id"]


def _without_agreement(row: dict[str, str]) -> dict[str, object]:
    code = GENERALISTE if "généraliste" in row["act"] else SPECIALISTE
    return {
        "code": code,
        "charged": 100_00,
        "declared_base": -1,
        "pathway": Pathway.IN,
        "exoneration": Exoneration.NONE,
        "minor": False,
        "care_date": row["date_of_care"],
        "sector": Sector.NONE,
    }


def _acts(rows: list[dict[str, object]]) -> Acts:
    def column(name: str, default: object = None) -> np.ndarray:
        return np.array([row.get(name, default) for row in rows])

    return Acts.of(
        trips=Trips.none(),
        care_date=column("care_date").astype("datetime64[D]"),
        code=code_ids(column("code").astype("S5")),
        quantity=1,
        coefficient=100,
        charged=column("charged"),
        declared_base=column("declared_base"),
        declared_amo=-1,
        pathway=column("pathway"),
        sector=column("sector", Sector.ONE),
        specialty=1,
        exoneration=column("exoneration"),
        protection=0,
        regime=1,
        alsace_moselle=False,
        minor=column("minor"),
        person_key=-1,
        provider_key=0,
        sequence=0,
        consultations_day=0,
        participation_year=0,
        franchise_day=0,
        franchise_year=0,
        formula=0,
        rate_bp=0,
        amount_cents=0,
        act_cap=-1,
        ceiling_key=-1,
        ceiling_left=0,
        responsable=True,
        paid_by_other=0,
    )


def _amount(text: str) -> int:
    try:
        return cents_of(text)
    except ValueError:
        return 0
