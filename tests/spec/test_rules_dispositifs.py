"""Devices of the list of products (LPP) but glasses and hearing aids, which have their own pages."""

from tests.spec.tables import check


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
