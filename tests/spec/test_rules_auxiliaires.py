"""Nurses, physiotherapists and speech therapists: key letters."""

from tests.spec.tables import check


def test_an_act_of_an_auxiliaire_is_paid_on_its_declared_base_else_on_its_letter():
    """7.5 x 2.15 = 16.125, rounded to 16.13. The letter has no legal source in our documents: it is marked."""
    check("""
        date       | code | coef | qty | charged | declared || base  | reason             | remarks
        -----------+------+------+-----+---------+----------++-------+--------------------+----------------
        2020-03-10 | AMK  |  7.5 |   1 |   20.00 |    16.13 || 16.13 |                    | base_declared
        2020-03-10 | AMK  |  7.5 |   1 |   20.00 |          || 16.13 |                    | value_to_verify
        2020-03-10 | AMK  |  7.5 |   2 |   40.00 |          || 32.25 |                    | value_to_verify
        2020-03-10 | AMK  |    0 |   1 |   20.00 |          ||  0.00 | amount_implausible |
        2020-03-10 | AMI  |    1 |   1 |   20.00 |          ||  0.00 | base_not_known     |
        2024-02-21 | AMK  |  7.5 |   1 |   20.00 |          || 16.13 |                    | value_to_verify
        2024-02-22 | AMK  |  7.5 |   1 |   20.00 |          ||  0.00 | base_not_known     |
    """)
