"""From the row of a product to the columns that the rules read, caps shared by the acts of an invoice included."""

import numpy as np

from cloison.rules import Domain, Formula
from cloison.rules.details import Equipment, Teeth
from cloison.rules.guaranteed import guaranteed, shared_caps
from cloison.rules.produits import NONE, Guarantee, Product
from cloison.rules.shelf import Rows

ROWS = Rows.of(
    [
        Product(
            "P",
            "p",
            True,
            (
                Guarantee(Domain.MED, Formula.BR, 15_000, act_cap_cents=3_000),
                Guarantee(Domain.OPTI, Formula.EUR, amount_cents=10_000, pair_cap_cents=40_000),
                Guarantee(Domain.DENT, Formula.TM, 10_000, tooth_cap_cents=30_000),
                Guarantee(Domain.AUXM, Formula.TM, 5_000, day_cap_cents=0),
                Guarantee(Domain.AUDI, Formula.FR, 10_000, pair_cap_cents=0),
            ),
        )
    ]
)
MED, OPTI, DENT, AUXM, AUDI = range(5)
NOTHING = Rows.of([])


def numbers(*given: int) -> np.ndarray:
    return np.array(given, np.int64)


def glasses(*pairs: tuple[int, int, int]) -> Equipment:
    """(act, pair, cents paid before)"""
    if not pairs:
        return Equipment.none()
    act, pair, paid = (np.array(column) for column in zip(*pairs, strict=True))
    return Equipment.of(act=act, pair=pair, correction=1, last_delivery="NaT", drom=False, paid=paid)


def teeth(*named: tuple[int, int]) -> Teeth:
    return Teeth.of(act=numbers(*(act for act, _ in named)), tooth=numbers(*(tooth for _, tooth in named)))


def caps(
    row: np.ndarray,
    invoice: np.ndarray,
    days: list[str] | None = None,
    quantity: np.ndarray | None = None,
    equipment: Equipment | None = None,
    named: Teeth | None = None,
    rows: Rows = ROWS,
) -> tuple[list[int], list[int]]:
    """(key, left) of each act."""
    found = shared_caps(
        rows,
        row,
        invoice,
        np.array(days or ["2026-03-02"] * len(row), "datetime64[D]"),
        (np.ones(len(row)) if quantity is None else quantity).astype(np.int32),
        equipment or glasses(),
        named or Teeth.none(),
    )
    return found["ceiling_key"].tolist(), found["ceiling_left"].tolist()


def test_a_row_gives_its_formula_its_rate_its_amount_and_its_cap():
    found = guaranteed(ROWS, numbers(MED, OPTI, NONE, DENT))
    assert found["formula"].tolist() == [Formula.BR, Formula.EUR, Formula.NONE, Formula.TM]
    assert found["rate_bp"].tolist() == [15_000, 0, 0, 10_000]
    assert found["amount_cents"].tolist() == [0, 10_000, 0, 0]
    assert found["act_cap"].tolist() == [3_000, -1, -1, -1]
    assert [column.dtype for column in found.values()] == [np.int8, np.int32, np.int64, np.int64]


def test_without_rows_nothing_is_guaranteed():
    found = guaranteed(NOTHING, numbers(NONE, NONE))
    assert {name: column.tolist() for name, column in found.items()} == {
        "formula": [0, 0],
        "rate_bp": [0, 0],
        "amount_cents": [0, 0],
        "act_cap": [-1, -1],
    }
    assert caps(numbers(NONE, NONE), numbers(1, 1), rows=NOTHING) == ([-1, -1], [0, 0])


def test_an_act_whose_row_has_no_shared_cap_has_no_ceiling():
    assert caps(numbers(MED, NONE), numbers(1, 1)) == ([-1, -1], [0, 0])


def test_a_cap_of_a_day_is_shared_by_the_acts_of_one_invoice_and_day():
    """A cap of zero is a cap. A domain, a day or an invoice apart is another one."""
    days = ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-02", "2026-03-02"]
    keys, left = caps(numbers(AUXM, AUXM, AUXM, AUXM, MED), numbers(1, 1, 1, 2, 1), days)
    assert keys[0] == keys[1]
    assert len({*keys[1:]}) == 4
    assert keys[4] == NONE
    assert left == [0] * 5


def test_a_cap_of_a_pair_is_shared_by_its_pieces_less_what_was_paid():
    equipment = glasses((0, 7, 100), (1, 7, 100), (2, 8, 0), (3, 7, 100), (4, 9, -5))
    keys, left = caps(numbers(OPTI, OPTI, OPTI, OPTI, OPTI), numbers(1, 1, 1, 2, 1), equipment=equipment)
    assert keys[0] == keys[1]
    assert len({*keys[1:]}) == 4
    assert min(keys) >= 0
    assert left == [39_900, 39_900, 40_000, 39_900, 40_000]
    keys, left = caps(numbers(AUDI, AUDI), numbers(1, 1), equipment=glasses((0, 0, 10), (1, 0, 10)))
    assert (keys[0] == keys[1], left) == (True, [-10, -10])


def test_an_act_that_names_no_pair_or_no_tooth_has_a_cap_of_its_own_times_its_quantity():
    named = teeth((0, 11), (1, 11), (2, 12))
    keys, left = caps(
        numbers(DENT, DENT, DENT, DENT, DENT, OPTI),
        numbers(1, 1, 1, 1, 1, 1),
        quantity=numbers(2, 1, 1, 1, 3, 2),
        named=named,
    )
    assert keys[0] == keys[1]
    assert len({*keys[1:]}) == 5
    assert left == [30_000, 30_000, 30_000, 30_000, 90_000, 80_000]
