"""Glasses: 100 % sante, ceilings of a contrat responsable, renewal."""

from tests.spec.tables import check


def test_a_pair_of_class_a_is_paid_in_full_by_a_product_that_says_so():
    """Frame of 30 euros, base 9: AMO 5.40, insurer 24.60. A dearer frame of class A is said."""
    check("""
        code | charged | declared | pair | guarantee || amo  | amc   | own  | reason
        -----+---------+----------+------+-----------++------+-------+------+------------------
        M01  |   30.00 |     9.00 | p    | 100% FR   || 5.40 | 24.60 | 0.00 |
        V01  |   32.50 |     9.75 | p    | 100% FR   || 5.85 | 26.65 | 0.00 |
        V01  |   32.50 |     9.75 | p    | 100% FR   || 5.85 | 26.65 | 0.00 |
        M01  |   35.00 |     9.00 | q    | 100% FR   || 5.40 | 29.60 | 0.00 | price_above_limit
    """)


def test_a_pair_outside_class_a_has_a_ceiling_by_its_correction():
    """Two simple lenses: 420 euros for frame and lenses together, 100 of them for the frame."""
    check("""
        code | charged | declared | pair | lenses  | resp | guarantee || amc    | reason
        -----+---------+----------+------+---------+------+-----------++--------+------------------
        M03  |  150.00 |     0.05 | p    | simple  | T    | 100% FR   || 100.00 | equipment_limited
        VU1  |  200.00 |     0.05 | p    | simple  | T    | 100% FR   || 199.97 |
        VU1  |  200.00 |     0.05 | p    | simple  | T    | 100% FR   || 120.03 | equipment_limited
        VM1  |  900.00 |     0.05 | q    | very    | T    | 100% FR   || 800.00 | equipment_limited
        VM1  |  900.00 |     0.05 | r    | complex | T    | 100% FR   || 700.00 | equipment_limited
        M03  |  150.00 |     0.05 | s    | simple  | F    | 100% FR   || 149.97 |
        VU1  |  900.00 |     0.05 | s    | simple  | F    | 100% FR   || 899.97 |
    """)


def test_what_class_a_costs_in_a_mixed_pair_uses_no_ceiling_up():
    """A frame of class A with dearer lenses. Open doubt, 22 November 2026: how a mixed pair is limited is not in our
    documents; class A is read as paid in full, beside the ceiling of the others."""
    check("""
        code | charged | declared | pair | lenses | guarantee || amc    | reason
        -----+---------+----------+------+--------+-----------++--------+------------------
        M01  |   30.00 |     9.00 | p    | simple | 100% FR   ||  24.60 |
        VU1  |  200.00 |     0.05 | p    | simple | 100% FR   || 199.97 |
        VU1  |  300.00 |     0.05 | p    | simple | 100% FR   || 220.03 | equipment_limited
    """)


def test_what_was_paid_for_a_pair_before_counts():
    check("""
        code | charged | declared | pair | lenses | paid   | guarantee || amc    | reason
        -----+---------+----------+------+--------+--------+-----------++--------+------------------
        VU1  |  200.00 |     0.05 | p    | simple | 300.00 | 100% FR   || 120.00 | equipment_limited
        VU1  |  200.00 |     0.05 | q    | simple | 500.00 | 100% FR   ||   0.00 | equipment_limited
        VU1  |  200.00 |     0.05 | r    | simple | 220.03 | 100% FR   || 199.97 |
        VU1  |  200.00 |     0.05 | s    | simple | 220.04 | 100% FR   || 199.96 | equipment_limited
    """)


def test_glasses_are_renewed_after_two_years_one_for_minors():
    check("""
        date       | code | charged | declared | pair | last       | minor | resp | guarantee || amc   | reason
        -----------+------+---------+----------+------+------------+-------+------+-----------++-------+------------------
        2026-03-02 | V01  |   32.50 |     9.75 | a    |            |       | T    | 100% FR   || 26.65 |
        2026-03-02 | V01  |   32.50 |     9.75 | b    | 2024-03-03 |       | T    | 100% FR   ||  0.00 | renewal_too_early
        2026-03-02 | V01  |   32.50 |     9.75 | c    | 2024-03-02 |       | T    | 100% FR   || 26.65 |
        2026-03-02 | V01  |   32.50 |     9.75 | d    | 2025-03-03 | T     | T    | 100% FR   ||  0.00 | renewal_too_early
        2026-03-02 | V01  |   32.50 |     9.75 | e    | 2025-03-02 | T     | T    | 100% FR   || 26.65 |
        2026-03-02 | V01  |   32.50 |     9.75 | f    | 2026-01-01 |       | F    | 100% FR   || 26.65 |
        2026-03-02 | V01  |   32.50 |     9.75 | g    | 2026-01-01 |       | T    |           ||  0.00 |
        2026-03-02 | V01  |   32.50 |     9.75 | h    | 2026-01-01 |       | T    | 0.01 EUR  ||  0.00 | renewal_too_early
    """)


def test_glasses_that_are_not_described_are_refused():
    check("""
        code | charged | declared | pair | lenses || reason
        -----+---------+----------+------+--------++-------------------
        V01  |   32.50 |     9.75 |      |        || equipment_missing
        V01  |   32.50 |     9.75 | p    | ?      || correction_missing
    """)


def test_each_correction_has_its_ceiling():
    """From 2020, for the pair; before, and for a contract that is not responsable, none."""
    check("""
        date       | code | charged | declared | pair | lenses         | guarantee || amc    | reason
        -----------+------+---------+----------+------+----------------+-----------++--------+------------------
        2026-03-02 | VU1  |  900.00 |     0.05 | a    | simple         | 100% FR   || 420.00 | equipment_limited
        2026-03-02 | VU1  |  900.00 |     0.05 | b    | simple+complex | 100% FR   || 560.00 | equipment_limited
        2026-03-02 | VU1  |  900.00 |     0.05 | c    | complex        | 100% FR   || 700.00 | equipment_limited
        2026-03-02 | VU1  |  900.00 |     0.05 | d    | simple+very    | 100% FR   || 610.00 | equipment_limited
        2026-03-02 | VU1  |  900.00 |     0.05 | e    | complex+very   | 100% FR   || 750.00 | equipment_limited
        2026-03-02 | VU1  |  900.00 |     0.05 | f    | very           | 100% FR   || 800.00 | equipment_limited
        2019-12-31 | VU1  |  900.00 |     0.05 | g    | simple         | 100% FR   || 899.97 |
        2020-01-01 | VU1  |  900.00 |     0.05 | h    | simple         | 100% FR   || 420.00 | equipment_limited
        2019-12-31 | M03  |  150.00 |     0.05 | i    | simple         | 100% FR   || 149.97 |
        2020-01-01 | M03  |  150.00 |     0.05 | j    | simple         | 100% FR   || 100.00 | equipment_limited
        2020-01-01 | M04  |  100.03 |     0.05 | k    | simple         | 100% FR   || 100.00 |
        2020-01-01 | M03  |  300.00 |     0.05 | l    | simple         | 100% FR   || 100.00 | equipment_limited
    """)
