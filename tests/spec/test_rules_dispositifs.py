"""Devices of the list of products (LPP) but glasses and hearing aids, which have their own pages."""

from datetime import date

from tests.spec.tables import check

from cloison.rules import TariffBook
from cloison.rules.releases import NOT_PRICED, History, Release


def test_a_device_is_paid_at_60_percent_of_its_tariff():
    """What is charged above the tariff of responsibility is an overrun, which a guarantee may pay."""
    check("""
        code | charged | declared | guarantee || base  | rate | amo   | amc   | own   | reason
        -----+---------+----------+-----------++-------+------+-------+-------+-------+---------------
        PAN  |   10.00 |    10.00 | 100% TM   || 10.00 | 60%  |  6.00 |  4.00 |  0.00 |
        MAC  |   50.00 |    30.00 | 100% TM   || 30.00 | 60%  | 18.00 | 12.00 | 20.00 |
        DVO  |   50.00 |    30.00 | 150% BR   || 30.00 | 60%  | 18.00 | 27.00 |  5.00 |
        AAD  |   50.00 |    30.00 | 100% FR   || 30.00 | 60%  | 18.00 | 32.00 |  0.00 |
        AAD  |   50.00 |          | 100% FR   ||  0.00 | 0%   |  0.00 |  0.00 |  0.00 | base_not_known
    """)


def test_a_device_owes_no_flat_sum():
    check("""
        code | qty | charged | declared | exempt || amo   | franchise | participation
        -----+-----+---------+----------+--------++-------+-----------+--------------
        PAN  |   3 |   30.00 |    30.00 |        || 18.00 |      0.00 |          0.00
        PAN  |   3 |   30.00 |    30.00 | ald    || 30.00 |      0.00 |          0.00
    """)


def test_a_tariff_of_the_list_serves_where_nothing_is_declared():
    """Product 1255096 at 102.50 euros and no more; product 1255682 without a highest price."""
    rows = {"1255096": (10250, 10250), "1255682": (1012, NOT_PRICED)}
    release = Release.of("lpp", "2026", date(2026, 1, 1), rows, ("tariff", "limit"), ())
    check(
        """
        date       | code | official | qty | charged | declared || base   | amo    | own    | reason            | remarks
        -----------+------+----------+-----+---------+----------++--------+--------+--------+-------------------+--------------
        2026-03-02 | MAC  | 1255096  |   1 |  102.50 |          || 102.50 |  61.50 |  41.00 |                   |
        2026-03-02 | MAC  | 1255096  |   2 |  205.00 |          || 205.00 | 123.00 |  82.00 |                   |
        2026-03-02 | MAC  | 1255096  |   1 |  150.00 |          || 102.50 |  61.50 |  88.50 | price_above_limit |
        2026-03-02 | MAC  | 1255096  |   1 |  102.50 |    90.00 ||  90.00 |  54.00 |  48.50 |                   | base_differs
        2026-03-02 | PAN  | 1255682  |   2 |  100.00 |          ||  20.24 |  12.14 |  87.86 |                   |
        2025-12-31 | PAN  | 1255682  |   2 |  100.00 |    20.00 ||  20.00 |  12.00 |  88.00 |                   | base_declared
        2026-03-02 | PAN  | 9999999  |   1 |  100.00 |          ||   0.00 |   0.00 |   0.00 | base_not_known    |
        """,
        TariffBook.standard().with_official(History.first(release)),
    )
