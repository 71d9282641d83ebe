"""Dentists: the rate before and after 15 October 2023."""

from tests.spec.tables import check


def test_dental_care_fell_to_60_percent_but_not_the_groups_of_technical_acts():
    check("""
        date       | code | specialty | charged | declared || rate | amo   | participation
        -----------+------+-----------+---------+----------++------+-------+--------------
        2023-10-14 | SDE  |        19 |   28.92 |    28.92 ||  70% | 20.24 |          0.00
        2023-10-15 | SDE  |        19 |   28.92 |    28.92 ||  60% | 17.35 |          0.00
        2023-10-15 | ATM  |        19 |   28.92 |    28.92 ||  70% | 20.24 |          0.00
        2023-10-15 | ADI  |        19 |   28.92 |    28.92 ||  70% | 20.24 |          0.00
        2023-10-15 | ADC  |         4 |   28.92 |    28.92 ||  70% | 20.24 |          1.00
    """)


def test_a_crown_is_paid_to_its_guarantee():
    """Base 107.50 at 70 %: AMO 75.25, ticket moderateur 32.25 at 100 % of the base."""
    check("""
        date       | code | charged | declared | guarantee || amo   | amc    | own
        -----------+------+---------+----------+-----------++-------+--------+-------
        2020-01-01 | PFC  |  107.50 |   107.50 | 100% BR   || 75.25 |  32.25 |   0.00
        2020-01-01 | PFC  |  500.00 |   107.50 | 100% BR   || 75.25 |  32.25 | 392.50
        2020-01-01 | PF0  |  500.00 |   120.00 | 100% FR   || 84.00 | 416.00 |   0.00
        2020-01-01 | PF1  |  500.00 |   120.00 | 300% BR   || 84.00 | 276.00 | 140.00
    """)
