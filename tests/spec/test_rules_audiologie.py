"""Hearing aids: class I, ceiling per ear, renewal."""

from tests.spec.tables import check


def test_a_hearing_aid_of_class_one_leaves_nothing_to_pay():
    """950 euros, base 400: AMO 240, insurer 710; La Reunion 1 140, base 480: 288 and 852."""
    check("""
        code | charged | declared | pair | drom | guarantee || amo    | amc    | own  | reason
        -----+---------+----------+------+------+-----------++--------+--------+------+------------------
        P1D  |  950.00 |   400.00 | d    |      | 100% FR   || 240.00 | 710.00 | 0.00 |
        P1G  | 1140.00 |   480.00 | g    | T    | 100% FR   || 288.00 | 852.00 | 0.00 |
        P1G  |  950.01 |   400.00 | h    |      | 100% FR   || 240.00 | 710.01 | 0.00 | price_above_limit
        P1G  | 1140.01 |   480.00 | i    | T    | 100% FR   || 288.00 | 852.01 | 0.00 | price_above_limit
    """)


def test_both_payers_pay_at_most_1700_euros_for_one_ear_under_a_contrat_responsable():
    check("""
        code | charged | declared | pair | resp | guarantee || amo    | amc     | own    | reason
        -----+---------+----------+------+------+-----------++--------+---------+--------+------------------
        P2D  | 2500.00 |   400.00 | d    | T    | 100% FR   || 240.00 | 1460.00 | 800.00 | equipment_limited
        P2G  | 2500.00 |   400.00 | g    | F    | 100% FR   || 240.00 | 2260.00 |   0.00 |
        P2G  | 1700.00 |   400.00 | h    | T    | 100% FR   || 240.00 | 1460.00 |   0.00 |
    """)


def test_a_hearing_aid_is_renewed_after_four_years():
    check("""
        date       | code | charged | declared | pair | last       | resp | guarantee || amc    | reason
        -----------+------+---------+----------+------+------------+------+-----------++--------+------------------
        2026-03-02 | P1D  |  950.00 |   400.00 | d    | 2022-03-03 | T    | 100% FR   ||   0.00 | renewal_too_early
        2026-03-02 | P1D  |  950.00 |   400.00 | e    | 2022-03-02 | T    | 100% FR   || 710.00 |
        2026-03-02 | P1D  |  950.00 |   400.00 | f    | 2022-03-03 | F    | 100% FR   || 710.00 |
        2026-03-02 | P1D  |  950.00 |   400.00 | g    | 2022-03-03 | T    |           ||   0.00 |
        2026-03-02 | P1D  |  950.00 |   400.00 | h    | 2022-03-03 | T    | 0.01 EUR  ||   0.00 | renewal_too_early
        2026-03-02 | P1D  |  950.00 |   400.00 |      |            | T    | 100% FR   ||   0.00 | equipment_missing
    """)


def test_limits_of_a_hearing_aid_hold_from_2021_and_for_each_aid_of_the_line():
    check("""
        date       | code | qty | charged | declared | pair | last       | guarantee || amc     | reason
        -----------+------+-----+---------+----------+------+------------+-----------++---------+------------------
        2020-12-31 | P2D  |   1 | 2500.00 |   400.00 | d    | 2020-12-01 | 100% FR   || 2260.00 |
        2021-01-01 | P2D  |   1 | 2500.00 |   400.00 | d    |            | 100% FR   || 1460.00 | equipment_limited
        2021-01-01 | P2D  |   2 | 5000.00 |   800.00 | d    |            | 100% FR   || 2920.00 | equipment_limited
        2021-01-01 | P1D  |   2 | 1900.00 |   800.00 | d    |            | 100% FR   || 1420.00 |
        2020-12-31 | P1D  |   1 | 2000.00 |   400.00 | d    |            | 100% FR   || 1760.00 |
    """)
