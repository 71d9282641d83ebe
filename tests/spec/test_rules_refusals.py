"""What cannot be priced is refused by name: never priced at zero, never guessed."""

from dataclasses import replace
from datetime import date

from tests.spec.tables import acts, check

from cloison.rules import TariffBook, price


def test_an_act_that_cannot_be_priced_says_why_and_has_no_amount():
    priced = check("""
        date       | code | qty   | coef | charged     | declared | exempt | protection || reason
        -----------+------+-------+------+-------------+----------+--------+------------++------------------------
        2026-03-02 | ZZZ  |     1 |    1 |       30.00 |          |        |            || act_unknown
        NaT        | G    |     1 |    1 |       30.00 |          |        |            || care_date_missing
        2018-12-31 | G    |     1 |    1 |       30.00 |          |        |            || care_date_outside_rules
        1900-01-01 | G    |     1 |    1 |       30.00 |          |        |            || care_date_outside_rules
        2026-03-02 | G    |     0 |    1 |       30.00 |          |        |            || quantity_not_positive
        2026-03-02 | G    |    -1 |    1 |      -30.00 |          |        |            || quantity_not_positive
        2026-03-02 | G    | 10000 |    1 |       30.00 |          |        |            || amount_implausible
        2026-03-02 | G    |     1 |   -1 |       30.00 |          |        |            || amount_implausible
        2026-03-02 | G    |     1 |    1 |      -30.00 |          |        |            || amount_implausible
        2026-03-02 | G    |     1 |    1 | 100000000.0 |          |        |            || amount_implausible
        2026-03-02 | PH7  |     1 |    1 |       30.00 |    -5.00 |        |            || amount_implausible
        2026-03-02 | G    |     1 |    1 |       30.00 |          | ?      |            || status_missing
        2026-03-02 | G    |     1 |    1 |       30.00 |          |        | ?          || status_missing
        2026-03-02 | B    |     1 |    1 |       30.00 |          |        |            || base_not_known
    """)
    assert priced.refused.all()
    for amounts in (priced.base, priced.amo_share, priced.amc_share, priced.own_share, priced.overrun):
        assert not amounts.any()


def test_the_most_important_reason_comes_first():
    """Reasons are ordered by number: what must be corrected first."""
    check("""
        date       | code | qty | charged | sector | pathway || reason
        -----------+------+-----+---------+--------+---------++----------------------
        2018-01-01 | ZZZ  |   0 |   -1.00 | ?      | ?       || act_unknown
        2026-03-02 | G    |   0 |   -1.00 | ?      | ?       || quantity_not_positive
        2026-03-02 | G    |   1 |   30.00 | ?      | ?       || pathway_missing
    """)


def test_a_bound_is_the_last_plausible_value():
    check("""
        code | qty  | coef     | charged     | declared     | guarantee | cap         || reason
        -----+------+----------+-------------+--------------+-----------+-------------++-------------------
        C    | 9999 |        1 |   100000.00 |       100.00 |           |             ||
        C    |    1 |  9999.99 |      100.00 |       100.00 |           |             ||
        C    |    1 | 10000.00 |      100.00 |       100.00 |           |             || amount_implausible
        C    |    1 |        1 | 99999999.99 |  99999999.99 |           |             ||
        C    |    1 |        1 |      100.00 |  99999999.99 |           |             ||
        C    |    1 |        1 |      100.00 | 100000000.00 |           |             || amount_implausible
        C    |    1 |        1 |      100.00 |       100.00 | 10000% BR |             ||
        C    |    1 |        1 |      100.00 |       100.00 | 10001% BR |             || guarantee_wrong
        C    |    1 |        1 |      100.00 |       100.00 | 100% TM   | 99999999.99 ||
        C    |    1 |        1 |      100.00 |       100.00 | 100% TM   | 100000000.0 || guarantee_wrong
    """)


def test_parts_of_an_invoice_that_contradict_each_other_are_refused():
    """A trip on a consultation, glasses at a laboratory, a newborn of age, an insurer that paid more than the cost."""
    check("""
        code | charged | declared | km | pair | exempt  | minor | other || amo   | reason
        -----+---------+----------+----+------+---------+-------+-------++-------+-----------------------
        G    |   30.00 |          | 10 |      |         |       |       ||  0.00 | combination_impossible
        B    |   30.00 |    30.00 |    | p    |         |       |       ||  0.00 | combination_impossible
        PH7  |   30.00 |    30.00 |    |      | newborn |       |       ||  0.00 | combination_impossible
        PH7  |   30.00 |    30.00 |    |      | newborn | T     |       || 30.00 |
        PH7  |   30.00 |    30.00 |    |      |         |       | 30.01 ||  0.00 | combination_impossible
        ZZZ  |   30.00 |          | 10 |      |         |       | 30.01 ||  0.00 | act_unknown
    """)


def test_another_insurer_that_paid_more_than_was_left_is_said():
    """The compulsory share of 13 euros leaves 7: whoever paid 8 paid too much, and there is nothing to add."""
    priced = price(
        acts("""
        code | charged | declared | guarantee | other ||
        -----+---------+----------+-----------+-------++
        PH7  |   20.00 |    20.00 | 100% TM   |  7.00 ||
        PH7  |   20.00 |    20.00 | 100% TM   |  8.00 ||
        """),
        TariffBook.standard(),
    )
    said = ["rules.other_paid_more" in {reason.code for reason in priced.reasons(row)} for row in range(2)]
    assert (said, priced.amc_share.tolist(), priced.own_share.tolist()) == ([False, True], [0, 0], [0, 0])


def test_zero_that_is_declared_is_an_answer():
    """A base or a share of nothing is declared like another: taken where a declaration serves, told where it differs."""
    check("""
        date       | code | coef | charged | declared | told_amo | regime | km | pair || base  | amo   | reason            | remarks
        -----------+------+------+---------+----------+----------+--------+----+------++-------+-------+-------------------+--------------------------------
        2026-03-02 | B    |    1 |   20.00 |     0.00 |          |      1 |    |      ||  0.00 |  0.00 |                   | base_declared
        2020-03-10 | AMK  |  7.5 |   20.00 |     0.00 |          |      1 |    |      ||  0.00 |  0.00 |                   | base_declared
        2024-02-22 | AMK  |  7.5 |   20.00 |          |          |      1 |    |      ||  0.00 |  0.00 | base_not_known    |
        2026-03-02 | PH7  |    1 |   20.00 |     0.00 |          |      1 |    |      ||  0.00 |  0.00 |                   | base_declared
        2026-03-02 | ATM  |    1 |   20.00 |     0.00 |          |      1 |    |      ||  0.00 |  0.00 |                   | base_declared
        2026-03-02 | VSL  |    1 |   20.00 |     0.00 |          |      1 | 10 |      ||  0.00 |  0.00 |                   | base_declared
        2026-03-02 | M03  |    1 |   20.00 |     0.00 |          |      1 |    | a    ||  0.00 |  0.00 |                   | base_declared
        2026-03-02 | G    |    1 |   30.00 |     0.00 |          |      1 |    |      || 30.00 | 21.00 |                   | base_differs
        2026-03-02 | G    |    1 |   30.00 |    30.00 |     0.00 |      1 |    |      || 30.00 | 21.00 | amo_share_differs |
        2026-03-02 | G    |    1 |   30.00 |    30.00 |     0.00 |      0 |    |      || 30.00 |  0.00 |                   | amo_share_declared
        2026-03-02 | G    |    1 |   30.00 |    30.00 |          |      0 |    |      ||  0.00 |  0.00 | rate_not_known    |
        2026-03-02 | G    |    1 |   30.00 |    30.00 |          |    100 |    |      ||  0.00 |  0.00 | rate_not_known    |
        2026-03-02 | B    |    1 |    0.00 |     0.00 |          |      1 |    |      ||  0.00 |  0.00 |                   | base_declared
    """)


def test_an_act_whose_limit_has_no_value_on_its_day_is_refused_with_nothing_left_of_it():
    book = TariffBook.standard()
    limit = book.parameters["participation_forfaitaire.plafond_annuel"]
    later = replace(limit, values=(replace(limit.values[0], start=date(2024, 1, 1)),))
    priced = check(
        """
        date       | code | charged | guarantee || amo   | amc  | participation | reason
        -----------+------+---------+-----------++-------+------+---------------+------------------------
        2023-12-31 | G    |   26.50 | 100% TM   ||  0.00 | 0.00 |          0.00 | care_date_outside_rules
        2024-01-01 | G    |   26.50 | 100% TM   || 18.55 | 7.95 |          1.00 |
        """,
        TariffBook([*(p for p in book.parameters.values() if p.name != limit.name), later]),
    )
    assert priced.participation_acts.tolist() == [0, 1]
    assert priced.trace.amo_share[0] == -1
