"""A batch of invoices: some of them taken out, trips and all, stay what they were."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.flow.day import Bill, Item, batch_of
from tests.unit.test_claims_adjudicate import SOMEBODY

from cloison.claims import ClaimBatch
from cloison.claims.acts import _apart
from cloison.claims.claim import ClaimInvoices, ClaimLines
from cloison.gateways.files.b2_claims import _minors, trips_of
from cloison.gateways.files.b2_columns import Lines
from cloison.rules import Correction, Equipment, Items


def batch(sizes: list[int]) -> ClaimBatch:
    """Invoices of so many lines; the lines' amounts are all different; every third line is a trip."""
    amounts = iter(range(1, 1 + sum(sizes)))
    bills = [
        Bill(SOMEBODY, [Item("TXI", next(amounts), 1, date(2026, 1, 1 + line)) for line in range(size)], number=row)
        for row, size in enumerate(sizes, 1)
    ]
    made = batch_of(9, 0, bills, "751000001")
    act = np.arange(0, len(made.lines), 3)
    trips = trips_of(b2_lines(["TXI"] * len(act)))
    columns = {name: getattr(trips, name) for name in type(trips).__slots__}
    columns["act"] = act
    return replace(made, trips=type(trips)(**columns))


def b2_lines(codes: list[str], invoice: list[int] | None = None, **columns: list[int]) -> Lines:
    lines = Lines.blank(len(codes))
    put = {"code": np.array([code.encode() for code in codes], "S5"), "quantity": np.ones(len(codes), np.int32)}
    put["invoice"] = np.array(invoice or [0] * len(codes), np.int64)
    put["coefficient"] = np.full(len(codes), 1000, np.int64)
    put |= {name: np.array(values, getattr(lines, name).dtype) for name, values in columns.items()}
    return replace(lines, **put)


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=10))
def test_taking_some_invoices_keeps_their_lines_and_their_trips(drawn: list[tuple[int, bool]]):
    whole, kept = batch([size for size, _ in drawn]), np.array([keep for _, keep in drawn], np.bool_)
    some = whole.only(kept)
    rows = np.flatnonzero(kept)
    assert some.invoice_ids().tolist() == whole.invoice_ids()[kept].tolist()
    for row, old in enumerate(rows.tolist()):
        mine, theirs = some.lines.invoice == row, whole.lines.invoice == old
        assert some.lines.charged[mine].tolist() == whole.lines.charged[theirs].tolist()
        first = int(some.invoices.first_line[row])
        assert some.lines.invoice[first] == row
        assert some.care_from()[row] == whole.care_from()[old]
        assert some.care_to()[row] == whole.care_to()[old]
    trips = whole.lines.charged[whole.trips.act][np.isin(whole.lines.invoice[whole.trips.act], rows)]
    assert some.lines.charged[some.trips.act].tolist() == trips.tolist()
    assert (np.diff(some.lines.invoice) >= 0).all()
    assert some.total(some.lines.charged).tolist() == whole.total(whole.lines.charged)[kept].tolist()


def test_taking_some_invoices_keeps_their_glasses_and_official_names():
    bills = [Bill(SOMEBODY, [Item("VM1", 9000, 1), Item("VM1", 8000, 1)], number=row) for row in (1, 2)]
    whole = replace(batch_of(9, 0, bills, "751000001"), equipment=glasses([1, 2, 3], pair=[7, 7, 7]))
    whole = replace(whole, items=Items.of(act=np.array([3]), official=np.array([b"3400930000001"])))
    some = whole.only(np.array([False, True]))
    assert some.equipment.act.tolist() == [0, 1]
    assert some.items.act.tolist() == [1]
    assert some.items.official.tolist() == [b"3400930000001"]


def test_a_pair_is_never_shared_by_two_invoices():
    apart = _apart(glasses([1, 2, 3], pair=[7, 7, 7]), np.array([0, 0, 1, 1]))
    assert apart.pair[0] != apart.pair[1] == apart.pair[2]


def glasses(act: list[int], pair: list[int]) -> Equipment:
    never = np.datetime64("NaT", "D")
    return Equipment.of(
        act=np.array(act), pair=np.array(pair), correction=Correction(1), last_delivery=never, drom=False, paid=0
    )


def test_totals_are_exact_where_floats_are_not():
    made = batch([2])
    assert made.total(np.array([2**53, 1], np.int64)).tolist() == [2**53 + 1]


def test_the_number_of_an_invoice_is_its_place_in_its_file():
    assert batch([1, 2]).invoice_ids().tolist() == [(9 << 32) | 1, (9 << 32) | 2]


ANNE = "2841375123456", "841312"


def test_no_nir_and_no_birth_date_is_in_any_repr():
    person = replace(SOMEBODY, nir=ANNE[0], birth="19" + ANNE[1])
    made = batch_of(1, 0, [Bill(person, [Item("G", 3000, 900)], number=1)], "751000001")
    for text in (repr(made), repr(made.invoices), str(made), f"{made.invoices}", repr(made.only(np.array([True])))):
        assert ANNE[0] not in text
        assert ANNE[1] not in text
    assert {field.name for field in ClaimInvoices.__dataclass_fields__.values() if not field.repr} >= {"nir", "birth"}
    assert "nir" not in ClaimLines.__slots__


# -------------------------------------------------------------------------------------------------------------- trips


def test_a_detail_line_belongs_to_the_trip_above_it():
    lines = b2_lines(
        ["TXI", "TXN", "PEA", "TXI", "TXS", "TXV", "G"],
        quantity=[1, 1, 2, 1, 3, 1, 1],
        unit_price=[0, 0, 450, 0, 0, 0, 0],
        coefficient=[1250, 0, 0, 800, 0, 0, 100],
    )
    trips = trips_of(lines)
    assert trips.act.tolist() == [0, 3]
    assert trips.km.tolist() == [1250, 800]
    assert trips.night.tolist() == [True, False]
    assert trips.big_city.tolist() == [False, True]
    assert trips.tolls.tolist() == [900, 0]
    assert trips.patients.tolist() == [1, 3]


def test_a_detail_without_a_trip_above_it_in_its_invoice_describes_nothing():
    trips = trips_of(b2_lines(["TXN", "TXI", "TXH", "TXN"], invoice=[0, 0, 0, 1]))
    assert trips.act.tolist() == [1]
    assert trips.night.tolist() == [False]
    assert trips.hospital_empty_return.tolist() == [True]


def test_an_invoice_without_a_trip_has_none():
    assert len(trips_of(b2_lines(["G", "TXN"]))) == 0


# ------------------------------------------------------------------------------------------------------------- minors


def test_a_minor_is_under_eighteen_until_the_birthday():
    births = ["081120", "081121", "081119", "080101", "091231", "261119", "261121", "081301", "991120", "", "08A120"]
    minor = _minors(np.array(births, "S6"), np.array(["2026-11-20"] * len(births), "M8[D]"))
    assert minor.tolist() == [False, True, False, False, True, True, False, False, False, False, False]


def test_without_a_day_of_invoice_the_turn_of_the_century_counts():
    assert _minors(np.array(["820101", "820102"], "S6"), np.array(["NaT", "NaT"], "M8[D]")).tolist() == [False, True]
