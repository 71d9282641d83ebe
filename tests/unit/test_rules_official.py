"""Official tables: read, dated, compared; a release never touches a day before it."""

import gzip
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from cloison.errors import Misuse
from cloison.rules.official import (
    LPP_COLUMNS,
    NABM_COLUMNS,
    read_ccam,
    read_devices,
    read_laboratory,
    read_presentations,
)
from cloison.rules.releases import NOT_PRICED, Change, History, Release
from cloison.rules.vocabulary import MISSING

HEADER = 'Code,,Texte,Activité,Phase,"Tarif\n1","Tarif\n2",Rembt,Accord,Exo,Regroupement\n'
TITLE = "CNAM - CCAM version 81 applicable 01/01/2026,,,,,,,,,,\n"


def ccam(*rows: str, title: str = TITLE) -> Release:
    lines = chain([title], HEADER.splitlines(keepends=True), (f"{row}\n" for row in rows))
    return read_ccam("ccam.csv", lines)


def bdpm(start: date, *rows: tuple[str, str, str]) -> Release:
    """Rows of CIP13, rate, public price."""
    lines = [
        f"6\t1\tboite\tactive\td\t01/01/2020\t{cip}\toui\t{rate}\t{price}\t{price}\t1,02\t\n"
        for cip, rate, price in rows
    ]
    return read_presentations("cip.txt", lines, start)


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[D]")


def keys(*texts: str) -> np.ndarray:
    return np.array([text.encode() for text in texts])


def test_an_act_of_the_ccam_has_its_prices_and_its_further_activities():
    release = ccam(
        "01.01,,CHAPITRE,,,,,,,,",
        "HHMC005,,Réfection,1,0,350.03,267.78,,,1,ADC",
        '"[A, J]",,anesthésie,4,0,184.42,184.42,,,1,ADA',
        ",,note,,,,,,,,",
        "AHQP001,,Électromyographie,1,0,Non pris en charge,Non pris en charge,,,2,ATM",
    )
    assert (release.label, release.start) == ("version 81", date(2026, 1, 1))
    assert [key.decode() for key in release.keys] == ["AHQP001 1 0", "HHMC005 1 0", "HHMC005 4 0"]
    assert release.values["optam"].tolist() == [NOT_PRICED, 35003, 18442]
    assert release.values["other"].tolist() == [NOT_PRICED, 26778, 18442]


@pytest.mark.parametrize("title", ["", "Liste des actes,,,,,,,,,,\n"])
def test_a_file_that_is_not_the_ccam_is_refused(title: str):
    with pytest.raises(Misuse, match="release_wrong"):
        ccam("HHMC005,,Réfection,1,0,350.03,267.78,,,1,ADC", title=title)


def test_too_many_bad_rows_refuse_a_release():
    with pytest.raises(Misuse, match=r"1 rows read, 1 not.*ccam\.csv, line"):
        ccam("HHMC005,,R,1,0,350.03,267.78,,,1,ADC", 'ADGA724,,A,1,0,"248, 15",248.15,,,1,ADC')


def test_a_price_of_a_medicine_has_commas_between_thousands():
    release = bdpm(date(2026, 7, 7), ("3400949497294", "65 %", "1,234,56"), ("3400949497295", "", ""))
    assert release.values["public"].tolist() == [123456, NOT_PRICED]
    assert release.values["fee"].tolist() == [102, 102]
    assert release.values["rate_bp"].tolist() == [6500, NOT_PRICED]


@pytest.mark.parametrize(
    "row", [("340094949729", "65%", "1,00"), ("3400949497294", "70%", "1,00"), ("3400949497294", "", "x,1")]
)
def test_a_bad_presentation_is_not_guessed(row: tuple[str, str, str]):
    with pytest.raises(Misuse, match="release_wrong"):
        bdpm(date(2026, 7, 7), row)


def test_a_release_changes_prices_from_its_day_on_and_never_before():
    history = History.first(
        bdpm(date(2026, 1, 1), ("3400000000001", "65%", "10,00"), ("3400000000002", "65%", "20,00"))
    )
    later = bdpm(date(2026, 7, 1), ("3400000000001", "65%", "9,00"), ("3400000000003", "30%", "5,00"))
    assert [change for change in history.changes(later) if change.name == "public"] == [
        Change("3400000000001", "public", 1000, 900),
        Change("3400000000002", "public", 2000, NOT_PRICED),
        Change("3400000000003", "public", NOT_PRICED, 500),
    ]
    both = history.extended(later)
    cips = keys(*["3400000000001"] * 3, *["3400000000002"] * 2, *["3400000000003"] * 2, "3400000000009")
    on = days(
        "2025-12-31", "2026-06-30", "2026-07-01", "2026-06-30", "2026-07-01", "2026-06-30", "2026-07-01", "2026-07-01"
    )
    assert both.on("public", cips, on).tolist() == [
        *(MISSING, 1000, 900),
        *(2000, NOT_PRICED),
        *(NOT_PRICED, 500),
        NOT_PRICED,
    ]
    before = days("2026-06-30", "2026-06-30")
    assert both.on("public", cips[[0, 3]], before).tolist() == history.on("public", cips[[0, 3]], before).tolist()


def test_a_release_that_is_not_later_or_of_another_table_is_refused():
    history = History.first(bdpm(date(2026, 1, 1), ("3400000000001", "65%", "10,00")))
    with pytest.raises(Misuse, match="release_not_later"):
        history.extended(bdpm(date(2026, 1, 1), ("3400000000001", "65%", "9,00")))
    with pytest.raises(Misuse, match="ccam is not bdpm"):
        history.extended(ccam("HHMC005,,R,1,0,350.03,267.78,,,1,ADC"))


def test_a_history_reads_back_from_its_columns():
    history = History.first(bdpm(date(2026, 1, 1), ("3400000000001", "65%", "10,00")))
    history = history.extended(bdpm(date(2026, 7, 1), ("3400000000001", "65%", "9,00")))
    again = History.load(history.dump())
    assert again.releases == history.releases
    at = days("2026-06-30", "2026-07-01")
    assert again.on("public", keys(*["3400000000001"] * 2), at).tolist() == [1000, 900]


def test_the_published_ccam_is_read(shared_data: Path):
    (path,) = (shared_data / "fr-ref" / "ccam").iterdir()
    with path.open(encoding="utf-8", newline="") as lines:
        release = read_ccam(path.name, lines)
    assert release.start == date(2026, 1, 1)
    assert len({key[:7] for key in release.keys.tolist()}) == 8257 - 1
    assert [defect.place.field for defect in release.defects] == ["ADGA724"]
    priced = History.first(release).on("optam", keys("AHQB027 1 0", "HHMC005 1 0"), days("2026-03-02", "2026-03-02"))
    assert priced.tolist() == [5184, 35003]


def test_the_next_release_of_medicines_changes_what_it_says(shared_data: Path):
    """62 new, 73 gone, 31 with another price or rate; a day before the new release keeps its price."""
    folder = shared_data / "fr-ref" / "bdpm"
    with (folder / "release-2026-07-07" / "CIS_CIP_bdpm.txt").open(encoding="utf-8") as lines:
        first = read_presentations("first", lines, date(2026, 7, 7))
    with gzip.open(folder / "next-release-2026-07-24" / "CIS_CIP_bdpm.txt.gz", "rt", encoding="utf-8") as lines:
        following = read_presentations("following", lines, date(2026, 7, 24))
    assert (len(first.keys), first.defects) == (20885, ())
    assert len(set(following.keys.tolist()) - set(first.keys.tolist())) == 62
    assert len(set(first.keys.tolist()) - set(following.keys.tolist())) == 73

    history = History.first(first)
    both = set(first.keys.tolist()) & set(following.keys.tolist())
    changed = {change.key for change in history.changes(following) if change.key.encode() in both}
    assert len(changed) == 31
    extended = history.extended(following)
    day_before = np.full(len(first.keys), np.datetime64("2026-07-23"), "datetime64[D]")
    assert (extended.on("public", first.keys, day_before) == first.values["public"]).all()
    assert Counter(extended.releases) == Counter([(date(2026, 7, 7), "2026-07-07"), (date(2026, 7, 24), "2026-07-24")])


def test_the_price_without_fee_is_not_the_public_price():
    line = "6\t1\tboite\tactive\td\t01/01/2020\t3400949497294\toui\t100%\t24,34\t25,36\t1,02\t\n"
    release = read_presentations("cip.txt", [line], date(2026, 7, 7))
    assert [release.values[name].tolist() for name in ("public", "without_fee", "fee")] == [[2536], [2434], [102]]


# Devices and laboratory acts


def devices(start: date, *rows: str) -> Release:
    return read_devices("lpp.csv", [f"{row}\n" for row in (";".join(LPP_COLUMNS), *rows)], start)


def laboratory(start: date, *rows: str) -> Release:
    """Rows of code, first day, last day, letter, coefficient."""
    lines = [";".join(NABM_COLUMNS)]
    for row in rows:
        code, since, until, letter, coefficient = row.split(";")
        days = [f"{day}:00:00:00" for day in (since, until)]
        lines.append(f"{code}__{days[0]};{code};{days[0]};{letter};{days[1]};{coefficient}")
    return read_laboratory("nabm.csv", [f"{line}\n" for line in lines], start)


def test_a_device_has_its_tariff_and_its_highest_price():
    release = devices(
        date(2014, 6, 2), "1255096;20MAY2013:00:00:00;102.50;110.00", "1255682;08SEP2003:00:00:00;10.12;0.00"
    )
    assert (release.table, [key.decode() for key in release.keys]) == ("lpp", ["1255096", "1255682"])
    assert release.values["tariff"].tolist() == [10250, 1012]
    assert release.values["limit"].tolist() == [11000, NOT_PRICED]


@pytest.mark.parametrize("code", ["12345678", "１２３４５６７", "12A4567", "²255096", "-123456"])
def test_a_code_that_is_no_number_of_its_width_is_a_defect(code: str):
    good = [f"{number};20MAY2013:00:00:00;1.00;0.00" for number in range(1_255_000, 1_256_000)]
    release = devices(date(2014, 6, 2), *good, f"{code};20MAY2013:00:00:00;102.50;110.00")
    assert (len(release.keys), [defect.place.line for defect in release.defects]) == (1_000, [1_002])


def test_a_device_that_starts_later_than_the_release_is_not_in_it():
    rows = ("1255096;20MAY2013:00:00:00;102.50;0.00", "1255274;01JAN2014:00:00:00;81.00;0.00")
    assert [len(devices(day, *rows).keys) for day in (date(2013, 5, 20), date(2014, 1, 1))] == [1, 2]


def test_a_laboratory_act_has_the_coefficient_of_the_day():
    rows = (
        "559;11DEC2005;18JAN2010;B;40",
        "559;19JAN2010;31DEC9999;B;30",
        "85;19SEP2019;31DEC9999;B;505",
        "85;20SEP2019;31DEC9999;B;510.5",
        "28;09MAY2019;31DEC9999;P;47",
    )
    early, late = laboratory(date(2010, 1, 18), *rows), laboratory(date(2020, 3, 9), *rows)
    assert dict(zip(early.keys.tolist(), early.values["coefficient"].tolist(), strict=True)) == {b"0559": 4000}
    assert dict(zip(late.keys.tolist(), late.values["coefficient"].tolist(), strict=True)) == {
        b"0085": 51050,
        b"0559": 3000,
    }


@pytest.mark.parametrize(
    ("read", "header"),
    [(read_devices, ";".join(NABM_COLUMNS)), (read_laboratory, ";".join(LPP_COLUMNS)), (read_devices, "")],
)
def test_a_list_with_another_header_is_refused(read: Callable[..., Release], header: str):
    with pytest.raises(Misuse, match=r"release_wrong.*t\.csv, line 1"):
        read("t.csv", [f"{header}\n", "1;2;3;4\n"], date(2020, 1, 1))


@pytest.mark.parametrize("row", ["12550961;20MAY2013:00:00:00;1.00;0.00", "1255096;20MAI2013:00:00:00;1.00;0.00",
                                 "1255096;20MAY2013:00:00:00;-1.00;0.00", "1255096;20MAY2013:00:00:00"])  # fmt: skip
def test_a_row_of_devices_that_cannot_be_read_is_a_defect(row: str):
    rows = [f"{number:07d};20MAY2013:00:00:00;1.00;0.00" for number in range(1, 1002)]
    release = devices(date(2020, 1, 1), *rows, row)
    assert [(defect.place.line, len(release.keys)) for defect in release.defects] == [(1003, 1001)]
    with pytest.raises(Misuse, match="release_wrong"):
        devices(date(2020, 1, 1), *rows[:10], row)


def test_the_lists_of_the_snds_are_read_whole(shared_data: Path):
    lists = shared_data / "fr-ref" / "snds" / "nomenclatures"
    with (lists / "ORAVAL" / "IR_LPP_V.csv").open(encoding="utf-8") as lines:
        lpp = read_devices("IR_LPP_V.csv", lines, date(2020, 12, 1))
    with (lists / "ORAREF" / "IR_BTF_R.csv").open(encoding="utf-8") as lines:
        nabm = read_laboratory("IR_BTF_R.csv", lines, date(2020, 12, 1))
    assert (len(lpp.keys), lpp.defects, int((lpp.values["tariff"] == NOT_PRICED).sum())) == (4923, (), 8)
    assert (len(nabm.keys), nabm.defects) == (958, ())


def test_a_price_is_the_one_of_its_day_through_many_releases():
    """Each release moves one price and leaves the others; a key that is gone has none, a key to come neither."""
    names = [b"A", b"B", b"C", b"D"]
    prices = {(release, name): 100 * release + name[0] for release in range(7) for name in names}
    gone = {(3, b"C"), (4, b"C"), (0, b"D"), (1, b"D")}
    releases = [
        Release.of(
            "ccam",
            f"version {number}",
            date(2026, 1 + number, 1),
            {
                name.decode(): (prices[(number if name == b"A" else number // 2, name)],)
                for name in names
                if (number, name) not in gone
            },
            ("optam",),
            [],
        )
        for number in range(7)
    ]
    history = History.first(releases[0])
    for release in releases[1:]:
        history = history.extended(release)
    for day in np.arange(np.datetime64("2025-12-30"), np.datetime64("2026-08-01")):
        number = int(day.astype("datetime64[M]").astype(int)) - int(np.datetime64("2026-01", "M").astype(int))
        told = history.on("optam", np.array([*names, b"Z"]), np.full(5, day)).tolist()
        wanted = [
            MISSING
            if number < 0
            else NOT_PRICED
            if name == b"Z" or (min(number, 6), name) in gone
            else prices[(min(number, 6) if name == b"A" else min(number, 6) // 2, name)]
            for name in [*names, b"Z"]
        ]
        assert told == wanted, day


def test_each_rate_of_a_medicine_is_read_and_a_missing_one_is_not_priced():
    release = bdpm(date(2026, 1, 1), *((f"340000000000{n}", rate, "1,00") for n, rate in enumerate(RATES)))
    assert release.values["rate_bp"].tolist() == list(RATES.values())


def test_a_row_that_cannot_be_read_is_kept_as_a_defect_with_its_line():
    """One in a thousand may be wrong: more is another table."""
    good = [f"6\t1\tb\ta\td\t01/01/2020\t{3400000000000 + n}\toui\t65%\t1,00\t1,00\t1,02\t\n" for n in range(1_000)]
    for bad in (good[0].replace("\toui", ""), good[0].replace("3400000000000", "34"), good[0].replace("65%", "64%")):
        release = read_presentations("cip.txt", [*good, bad], date(2026, 1, 1))
        assert [(defect.reason.code, defect.place.line) for defect in release.defects] == [
            ("rules.release_row_wrong", 1_001)
        ]
        assert len(release.keys) == 1_000
        with pytest.raises(Misuse, match="999 rows read, 1 not"):
            read_presentations("cip.txt", [*good[1:], bad], date(2026, 1, 1))


RATES = {"100%": 10_000, "65%": 6_500, "35%": 3_500, "30 %": 3_000, "15%": 1_500, "": NOT_PRICED}
