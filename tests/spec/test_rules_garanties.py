"""The complementary share: formulas, caps, ceilings, other insurers, and what a contrat responsable excludes."""

from tests.spec.tables import check


def test_a_formula_says_what_the_insurer_adds():
    """30 euros with base 23 at 70 %: AMO 16.10, ticket moderateur 6.90, overrun 7.00."""
    check("""
        code | sector | charged | guarantee || amo   | amc   | own
        -----+--------+---------+-----------++-------+-------+------
        G    |      2 |   30.00 |           || 16.10 |  0.00 | 13.90
        G    |      2 |   30.00 | 100% TM   || 16.10 |  6.90 |  7.00
        G    |      2 |   30.00 | 50% TM    || 16.10 |  3.45 | 10.45
        G    |      2 |   30.00 | 100% BR   || 16.10 |  6.90 |  7.00
        G    |      2 |   30.00 | 150% BR   || 16.10 | 13.90 |  0.00
        G    |      2 |   30.00 | 120% BR   || 16.10 | 11.50 |  2.40
        G    |      2 |   30.00 | 70% BR    || 16.10 |  0.00 | 13.90
        G    |      2 |   30.00 | 60% BR    || 16.10 |  0.00 | 13.90
        G    |      2 |   30.00 | 30% BRC   || 16.10 |  6.90 |  7.00
        G    |      2 |   30.00 | 100% BRC  || 16.10 | 13.90 |  0.00
        G    |      2 |   30.00 | 90% FR    || 16.10 | 10.90 |  3.00
        G    |      2 |   30.00 | 100% FR   || 16.10 | 13.90 |  0.00
        G    |      2 |   30.00 | 5 EUR     || 16.10 |  5.00 |  8.90
        G    |      2 |   30.00 | 20 EUR    || 16.10 | 13.90 |  0.00
    """)


def test_an_insurer_never_pays_more_than_what_is_left():
    check("""
        code | charged | declared | qty | guarantee | exempt | other || amo   | amc  | own  | reason
        -----+---------+----------+-----+-----------+--------+-------++-------+------+------+----------------
        PH7  |   20.00 |    20.00 |   1 | 100% BRC  |        |       || 13.00 | 7.00 | 0.00 | bounded_by_cost
        PH7  |   20.00 |    20.00 |   1 | 100% TM   | ald    |       || 20.00 | 0.00 | 0.00 |
        PH7  |   20.00 |    20.00 |   1 | 100% TM   |        |  4.00 || 13.00 | 3.00 | 0.00 | bounded_by_cost
        PH7  |   20.00 |    20.00 |   1 | 100% TM   |        |  7.00 || 13.00 | 0.00 | 0.00 | bounded_by_cost
        PH7  |   20.00 |    20.00 |   1 | 50% TM    |        |  3.00 || 13.00 | 3.50 | 0.50 |
        PH7  |   20.00 |    20.00 |   3 | 2 EUR     |        |       || 13.00 | 6.00 | 1.00 |
    """)


def test_a_cap_per_act_counts_for_each_act_of_the_line():
    check("""
        code | charged | declared | qty | guarantee | cap  || amc   | own   | reason
        -----+---------+----------+-----+-----------+------++-------+-------+---------------
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | 5.00 ||  5.00 | 15.00 | capped_per_act
        AMI  |   50.00 |    50.00 |   2 | 100% TM   | 5.00 || 10.00 | 10.00 | capped_per_act
        AMI  |   50.00 |    50.00 |   4 | 100% TM   | 5.00 || 20.00 |  0.00 |
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | 0.00 ||  0.00 | 20.00 | capped_per_act
    """)


def test_a_shared_ceiling_is_used_up_in_order_and_a_refused_act_uses_none():
    check("""
        code | charged | declared | qty | guarantee | ceiling || amc   | reason
        -----+---------+----------+-----+-----------+---------++-------+----------------------
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | a:30.00 || 20.00 |
        AMI  |   50.00 |    50.00 |   0 | 100% TM   | a:30.00 ||  0.00 | quantity_not_positive
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | a:30.00 || 10.00 | ceiling_reached
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | a:30.00 ||  0.00 | ceiling_reached
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | b:15.00 || 15.00 | ceiling_reached
        AMI  |   50.00 |    50.00 |   1 | 100% TM   | c:0     ||  0.00 | ceiling_reached
        AMI  |   50.00 |    50.00 |   1 | 100% TM   |         || 20.00 |
    """)


def test_a_contrat_responsable_leaves_the_increase_outside_the_pathway():
    """25 euros outside the pathway: AMO 7.50 instead of 17.50; the 10 euros of increase stay with the insured."""
    check("""
        date       | code | sector | pathway | charged | guarantee | resp || amo   | amc   | own   | reason
        -----------+------+--------+---------+---------+-----------+------++-------+-------+-------+--------------------
        2020-03-10 | G    | optam  | out     |   25.00 | 100% TM   | F    ||  7.50 | 17.50 |  0.00 |
        2020-03-10 | G    | optam  | out     |   25.00 | 100% TM   | T    ||  7.50 |  7.50 | 10.00 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |   50.00 | 150% BR   | T    ||  7.50 | 20.00 | 22.50 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |   50.00 | 100% FR   | T    ||  7.50 | 32.50 | 10.00 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |   25.00 | 30% BRC   | T    ||  7.50 |  7.50 | 10.00 |
        2020-03-10 | G    | optam  | out     |   25.00 | 70% BRC   | T    ||  7.50 |  7.50 | 10.00 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |   25.00 | 9 EUR     | T    ||  7.50 |  7.50 | 10.00 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |   25.00 | 50% TM    | T    ||  7.50 |  0.00 | 17.50 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |    0.01 | 100% TM   | T    ||  0.00 |  0.00 |  0.01 | pathway_not_covered
        2020-03-10 | G    | optam  | out     |   25.00 |           | T    ||  7.50 |  0.00 | 17.50 |
        2020-03-10 | G    | optam  | in      |   25.00 | 100% TM   | T    || 17.50 |  7.50 |  0.00 |
    """)


def test_participation_and_franchise_are_in_no_share():
    """30 euros at 70 %, participation 2: AMO 21, insurer 9; the 2 euros are withheld later from the insured."""
    check("""
        date       | code | charged | guarantee || amo   | amc  | own  | participation
        -----------+------+---------+-----------++-------+------+------+--------------
        2024-12-22 | G    |   30.00 | 100% TM   || 21.00 | 9.00 | 0.00 |          2.00
    """)


def test_an_overrun_outside_optam_is_limited_under_a_contrat_responsable():
    """At most the ticket moderateur and once the base: 6.90 and 23 for a consultation of 23 euros."""
    check("""
        code | sector | charged | resp | guarantee || amo   | amc   | own   | reason
        -----+--------+---------+------+-----------++-------+-------+-------+----------------
        G    | 2      |   80.00 | T    | 300% BR   || 16.10 | 29.90 | 34.00 | overrun_limited
        G    | 2      |   80.00 | T    | 200% BR   || 16.10 | 29.90 | 34.00 |
        G    | 2      |   80.00 | F    | 300% BR   || 16.10 | 52.90 | 11.00 |
        G    | optam  |   80.00 | T    | 300% BR   || 21.00 | 59.00 |  0.00 |
        G    | 2      |   80.00 | T    | 29.91 EUR || 16.10 | 29.90 | 34.00 | overrun_limited
        G    | 2      |    0.00 | T    | 300% BR   ||  0.00 |  0.00 |  0.00 |
    """)


def test_an_overrun_outside_optam_is_limited_from_2017_outside_the_pathway_too():
    """23 euros outside the pathway: AMO 6.90; the increase of 9.20 stays, then the ticket of 6.90 and once the base."""
    check("""
        code | sector | pathway | charged | resp | guarantee || amo  | amc   | own   | remarks
        -----+--------+---------+---------+------+-----------++------+-------+-------+-----------------------------------
        G    | 2      | out     |   80.00 | T    | 300% BR   || 6.90 | 29.90 | 43.20 | overrun_limited
        G    | 2      | out     |   80.00 | T    | 150% BR   || 6.90 | 18.40 | 54.70 |
        G    | 2      | out     |   80.00 | F    | 300% BR   || 6.90 | 62.10 | 11.00 |
    """)
