"""Acts as a listing: every column named, every cell read or said."""

import pytest

from cloison.errors import Misuse
from cloison.rules import (
    Acts,
    Agreement,
    Correction,
    Exoneration,
    Formula,
    Pathway,
    Protection,
    Sector,
    TariffBook,
    price,
)
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


FULL = (
    PLAIN
    | TAXI
    | LENS
    | {
        "quantity": "2",
        "coefficient": "3.50",
        "charged": "1",
        "declared_base": "2",
        "declared_amo": "3",
        "pathway": "out",
        "sector": "2 optam",
        "specialty": "4",
        "exoneration": "ald",
        "protection": "css",
        "regime": "5",
        "consultations_day": "6",
        "participation_year": "7",
        "franchise_day": "8",
        "franchise_year": "9",
        "formula": "eur",
        "rate": "10",
        "amount": "11",
        "act_cap": "12",
        "ceiling_left": "13",
        "paid_by_other": "14",
        "km": "15",
        "patients": "3",
        "tolls": "16",
        "department": "2A",
        "agreement": "granted",
        "correction": "complex",
        "last_delivery": "2020-02-29",
        "paid": "17",
        "official": "3400930000001",
    }
)


def read_full() -> Acts:
    return read_listing("acts.csv", [*PLAIN, *TAXI, *LENS, "official"], [FULL]).acts


def test_each_cell_lands_in_its_column():
    acts = read_full()
    wanted = {
        "quantity": 2,
        "coefficient": 350,
        "charged": 100,
        "declared_base": 200,
        "declared_amo": 300,
        "pathway": Pathway.OUT,
        "sector": Sector.TWO_OPTAM,
        "specialty": 4,
        "exoneration": Exoneration.ALD,
        "protection": Protection.CSS,
        "regime": 5,
        "consultations_day": 6,
        "participation_year": 700,
        "franchise_day": 800,
        "franchise_year": 900,
        "formula": Formula.EUR,
        "rate_bp": 1_000,
        "amount_cents": 1_100,
        "act_cap": 1_200,
        "ceiling_left": 1_300,
        "paid_by_other": 1_400,
        "sequence": 0,
        "ceiling_key": -1,
    }
    assert {name: getattr(acts, name)[0] for name in wanted} == wanted


def test_each_cell_about_a_trip_an_equipment_or_a_name_lands_in_its_column():
    acts = read_full()
    trip = {"km": 1_500, "patients": 3, "tolls": 1_600, "department": 19, "agreement": Agreement.GRANTED, "act": 0}
    assert {name: getattr(acts.trips, name)[0] for name in trip} == trip
    glasses = {"correction": Correction.COMPLEX, "paid": 1_700, "act": 0, "pair": 1}
    assert {name: getattr(acts.equipment, name)[0] for name in glasses} == glasses
    assert str(acts.equipment.last_delivery[0]) == "2020-02-29"
    assert acts.items.official.tolist() == [b"3400930000001"]


@pytest.mark.parametrize("flag", ["alsace_moselle", "minor", "responsable"])
def test_yes_is_said_of_one_thing(flag: str):
    row = PLAIN | dict.fromkeys(("alsace_moselle", "minor", "responsable"), "no") | {flag: "yes"}
    acts = read_listing("acts.csv", list(PLAIN), [row]).acts
    assert [name for name in ("alsace_moselle", "minor", "responsable") if getattr(acts, name)[0]] == [flag]


@pytest.mark.parametrize("flag", ["night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent", "overseas"])
def test_yes_is_said_of_one_thing_about_a_trip_or_an_equipment(flag: str):
    flags = ("night", "big_city", "tpmr", "hospital_empty_return", "drom", "urgent", "overseas")
    row = PLAIN | TAXI | LENS | dict.fromkeys(flags, "no") | {flag: "yes"}
    acts = read_listing("acts.csv", list(row), [row]).acts
    told = [name for name in flags[:-1] if getattr(acts.trips, name)[0]]
    assert told + ["overseas"] * bool(acts.equipment.drom[0]) == [flag]


def test_every_remark_is_written_the_reason_apart():
    (row,) = priced_rows(PLAIN | {"declared_base": "29", "declared_amo": "20", "charged": "40", "ceiling": "c"})
    assert row["reason"] == "rules.ceiling_reached"
    assert row["remarks"].split() == ["rules.amo_share_differs", "rules.base_differs"]


def test_a_rate_of_zero_is_a_rate_and_a_declared_share_has_none():
    (charge,) = priced_rows(PLAIN | {"code": "FJ", "charged": "23", "care_date": "2026-03-02"})
    assert (charge["amo_rate"], charge["amo_share"]) == ("0.00", "0.00")
    (declared,) = priced_rows(PLAIN | {"regime": "55", "declared_amo": "20"})
    assert (declared["amo_rate"], declared["amo_share"]) == ("", "20.00")


def test_a_header_is_refused_at_its_line():
    for header in ([*PLAIN, "colour"], list(PLAIN)[1:]):
        with pytest.raises(Misuse, match=r"acts\.csv, line 1"):
            read_listing("acts.csv", header, [])


def test_every_column_is_documented():
    assert all(field.says for fields in GROUPS.values() for field in fields)
    assert all(PRICED_COLUMNS.values())
