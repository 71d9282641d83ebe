"""The columns that a price reads: all given, of their type, in the numbers of their vocabulary."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.spec.tables import acts

from cloison.errors import Misuse
from cloison.rules import ACT_CODES, Acts, Domain, Trips, code_ids, department_ids, pathway_ids, price, sector_ids
from cloison.rules.acts import domains
from cloison.rules.tariff_book import TariffBook

TAXIS = """
    code | charged | km ||
    -----+---------+----++
    G    |   30.00 |    ||
    TXI  |   30.00 | 10 ||
    G    |   30.00 |    ||
    TXI  |   40.00 | 20 ||
"""


def changed(**changes: Any) -> dict[str, Any]:
    """The columns of a batch, some of them changed."""
    batch = acts(TAXIS)
    return {name: getattr(batch, name) for name in Acts.__dataclass_fields__} | changes


def test_nothing_with_a_meaning_in_law_has_a_default():
    with pytest.raises(Misuse, match="declared_base, declared_amo"):
        Acts.of(trips=Trips.none(), care_date="2026-01-01", code=0, quantity=1, coefficient=1, charged=1)


def test_an_unknown_column_is_refused():
    with pytest.raises(Misuse, match="no column colour"):
        Acts.of(**changed(colour=1))


@pytest.mark.parametrize("wrong", [1.5, np.array([1.0] * 4), "12", None])
def test_an_amount_that_is_not_a_whole_number_of_cents_is_refused(wrong: object):
    with pytest.raises(Misuse, match="charged"):
        Acts.of(**changed(charged=wrong))


def test_a_number_that_does_not_fit_its_column_is_refused():
    with pytest.raises(Misuse, match="quantity"):
        Acts.of(**changed(quantity=2**31))


def test_columns_have_the_same_length():
    with pytest.raises(Misuse, match="different lengths"):
        Acts.of(**changed(charged=np.array([1, 2, 3])))
    with pytest.raises(Misuse, match="minor"):
        Acts(**changed(minor=np.zeros(3, np.bool_)))


def test_a_number_outside_its_vocabulary_is_a_mistake_of_the_caller():
    for wrong in ({"formula": 6}, {"pathway": 4}, {"code": len(ACT_CODES)}, {"exoneration": -2}):
        with pytest.raises(Misuse, match="a number outside"):
            price(Acts.of(**changed(**wrong)), TariffBook.standard())


def test_trips_point_at_their_acts_in_order():
    with pytest.raises(Misuse, match="must increase"):
        _trips([3, 1])
    with pytest.raises(Misuse, match="beyond the acts"):
        Acts.of(**changed(trips=_trips([1, 4])))


def test_rows_taken_keep_their_trips():
    batch = acts(TAXIS)
    taken = batch.take(np.array([3, 0, 1]))
    assert taken.charged.tolist() == [4000, 3000, 3000]
    assert taken.trips.act.tolist() == [0, 2]
    assert taken.trips.km.tolist() == [2000, 1000]
    assert len(batch.take(np.array([0, 2])).trips) == 0


def test_codes_are_known_by_number_with_or_without_trailing_spaces():
    codes = np.array([b"G", b"G    ", b"PH7  ", b"TXI", b"ZZZ", b"", b"g"], "S5")
    assert [ACT_CODES[i] if i >= 0 else "" for i in code_ids(codes)] == ["G", "G", "PH7", "TXI", "", "", ""]


def test_a_code_keeps_its_number():
    """Numbers are stored: the table only grows at its end."""
    known = "G GS CS C2 APC C CNP B PHC PH7 PH4 PH1 AMI AIS AMK AMO TXI TXN TXV TXP TXH TXS TXR PEA"
    assert ACT_CODES[:24] == tuple(known.split())


def test_a_code_belongs_to_a_domain():
    codes = code_ids(np.array([b"G", b"PH7", b"B", b"AMK", b"TXI", b"ZZZ"], "S5"))
    assert domains(codes).tolist() == [Domain.MED, Domain.PHAR, Domain.LABO, Domain.AUXM, Domain.TRAN, 0]


def test_letters_and_names_become_numbers():
    assert pathway_ids(np.array([b"T", b"S", b"X", b" ", b"M"])).tolist() == [1, 2, 3, -1, -1]
    assert department_ids(np.array([b"01", b"2A", b"2B", b"95", b"971", b"20", b"98"], "S3")).tolist() == [
        0,
        19,
        20,
        95,
        96,
        -1,
        -1,
    ]
    sectors = sector_ids(np.array([b"1", b"2", b"2", b"2", b""]), np.array([b"", b"O", b"N", b"", b""]))
    assert sectors.tolist() == [1, 2, 3, -1, 0]


def test_an_empty_batch_is_priced():
    nothing = acts(TAXIS).take(np.array([], np.intp))
    assert len(price(nothing, TariffBook.standard())) == 0


def _trips(rows: list[int]) -> Trips:
    trips = acts(TAXIS).trips
    columns: dict[str, Any] = {name: getattr(trips, name) for name in Trips.__dataclass_fields__}
    return Trips(**columns | {"act": np.array(rows)})


def test_a_number_may_be_the_largest_of_its_column():
    assert Acts.of(**changed(quantity=2**31 - 1)).quantity.tolist() == [2**31 - 1] * 4
    assert Acts.of(**changed(quantity=-(2**31))).quantity.tolist() == [-(2**31)] * 4
    with pytest.raises(Misuse, match="quantity: a value does not fit int32"):
        Acts.of(**changed(quantity=-(2**31) - 1))


def test_a_detail_table_checks_its_own_columns():
    trips = acts(TAXIS).trips
    with pytest.raises(Misuse, match=r"Trips\.act: rows of acts must increase"):
        replace(trips, act=np.array([1, 1]))
    with pytest.raises(Misuse, match=r"Trips\.act: rows of acts must increase"):
        replace(trips, act=np.array([-1, 1]))
    with pytest.raises(Misuse, match="km: int64 of length 2 wanted, not float64"):
        replace(trips, km=np.array([10.0, 20.0]))
    with pytest.raises(Misuse, match="patients: int8 of length 2 wanted"):
        replace(trips, patients=np.ones(3, np.int8))


def test_details_follow_the_acts_that_are_taken():
    batch = acts(TAXIS)
    taken = batch.take(np.array([3, 0, 1]))
    assert taken.trips.act.tolist() == [0, 2]
    assert taken.trips.km.tolist() == [2_000, 1_000]
    assert batch.take(np.array([0, 2])).trips.act.tolist() == []
    assert batch.take(np.array([0])).take(np.array([0])).charged.tolist() == [3_000]
