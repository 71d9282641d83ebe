"""Acts as a listing: every column named, every cell read or said."""

import pytest

from cloison.errors import Misuse
from cloison.rules import TariffBook, price
from cloison.rules.listing import ACT_FIELDS, GROUPS, PRICED_COLUMNS, Row, read_listing, write_listing

PLAIN = {
    "care_date": "2024-12-22",
    "code": "G",
    "quantity": "1",
    "coefficient": "1",
    "charged": "30.00",
    "declared_base": "",
    "declared_amo": "",
    "pathway": "in",
    "sector": "1",
    "specialty": "1",
    "exoneration": "none",
    "protection": "none",
    "regime": "1",
    "alsace_moselle": "no",
    "minor": "no",
    "person": "a",
    "provider": "d",
    "consultations_day": "0",
    "participation_year": "0",
    "franchise_day": "0",
    "franchise_year": "0",
    "formula": "tm",
    "rate": "100",
    "amount": "0",
    "act_cap": "",
    "ceiling": "",
    "ceiling_left": "0",
    "responsable": "yes",
    "paid_by_other": "0",
}
TAXI = {
    "km": "20",
    "patients": "1",
    "night": "no",
    "big_city": "yes",
    "tpmr": "no",
    "hospital_empty_return": "no",
    "drom": "no",
    "urgent": "no",
    "tolls": "0",
    "department": "75",
    "agreement": "not_asked",
}
LENS = {"pair": "p", "correction": "simple", "last_delivery": "", "overseas": "no", "paid": "0"}


def priced_rows(*rows: Row) -> list[dict[str, str]]:
    header = list(dict.fromkeys(name for row in rows for name in row))
    listing = read_listing("acts.csv", header, rows)
    assert listing.defects == ()
    return list(write_listing(price(listing.acts, TariffBook.standard())))


def test_an_act_in_words_is_priced_in_words():
    (row,) = priced_rows(PLAIN)
    assert set(row) == set(PRICED_COLUMNS)
    wanted = {"base": "30.00", "amo_rate": "70.00", "amo_share": "21.00", "amc_share": "9.00", "own_share": "0.00"}
    assert {name: row[name] for name in wanted} == wanted
    assert (row["participation_forfaitaire"], row["reason"], row["remarks"]) == ("2.00", "", "")


def test_trips_glasses_and_official_names_are_read_where_they_are():
    taxi = (
        PLAIN
        | TAXI
        | dict.fromkeys(LENS, "")
        | {"code": "TXI", "care_date": "2025-11-01", "charged": "60", "official": ""}
    )
    lens = (
        PLAIN
        | dict.fromkeys(TAXI, "")
        | LENS
        | {"code": "V01", "declared_base": "9.75", "charged": "32.50", "official": "x"}
    )
    plain = PLAIN | dict.fromkeys(TAXI, "") | dict.fromkeys(LENS, "") | {"official": ""}
    rows = priced_rows(taxi, lens, plain)
    assert [row["base"] for row in rows] == ["47.52", "9.75", "30.00"]
    assert [row["reason"] for row in rows] == ["", "", ""]


def test_a_missing_column_is_named():
    header = [name for name in PLAIN if name not in ("minor", "regime")]
    with pytest.raises(Misuse, match=r"regime, minor.*acts\.csv"):
        read_listing("acts.csv", header, [])
    with pytest.raises(Misuse, match="patients"):
        read_listing("acts.csv", [*PLAIN, "km"], [])
    with pytest.raises(Misuse, match="no such column: colour"):
        read_listing("acts.csv", [*PLAIN, "colour"], [])


@pytest.mark.parametrize("field", [field.name for field in ACT_FIELDS])
def test_a_cell_that_cannot_be_read_is_named_and_its_act_left_out(field: str):
    free = {"code", "person", "provider", "ceiling"}
    listing = read_listing("acts.csv", list(PLAIN), [PLAIN, PLAIN | {field: "¿"}, PLAIN])
    if field in free:
        assert listing.defects == ()
        return
    (defect,) = listing.defects
    assert (defect.reason.code, defect.place.line, defect.place.field) == ("rules.cell_wrong", 3, field)
    assert listing.lines == (2, 4)
    assert len(listing.acts) == 2


@pytest.mark.parametrize("field", ["minor", "pathway", "exoneration", "regime", "quantity", "formula", "charged"])
def test_an_empty_cell_never_means_something_by_itself(field: str):
    listing = read_listing("acts.csv", list(PLAIN), [PLAIN | {field: ""}])
    assert [defect.place.field for defect in listing.defects] == [field]


def test_the_same_name_is_the_same_person():
    rows = [PLAIN | {"person": name} for name in ("a", "b", "a", "")]
    listing = read_listing("acts.csv", list(PLAIN), rows)
    a, b, again, nobody = listing.acts.person_key.tolist()
    assert a == again != b
    assert nobody == -1


def test_a_refused_act_shows_no_amount():
    (row,) = priced_rows(PLAIN | {"code": "ZZZ"})
    assert row["reason"] == "rules.act_unknown"
    assert [row[name] for name in ("base", "amo_share", "amc_share", "own_share")] == [""] * 4


def test_a_rate_and_an_amount_keep_their_decimals():
    listing = read_listing("acts.csv", list(PLAIN), [PLAIN | {"rate": "33.33", "coefficient": "7.5", "amount": "12,5"}])
    acts = listing.acts
    assert (acts.rate_bp.tolist(), acts.coefficient.tolist(), acts.amount_cents.tolist()) == ([3333], [750], [1250])


def test_every_column_is_documented():
    assert all(field.says for fields in GROUPS.values() for field in fields)
    assert all(PRICED_COLUMNS.values())
