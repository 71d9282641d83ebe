"""Franchises on medicines, paramedical acts and transport. They are information: no share changes."""

from tests.spec.tables import check


def test_a_franchise_doubled_on_31_march_2024():
    check("""
        date       | code | qty | charged | declared || amo   | franchise
        -----------+------+-----+---------+----------++-------+----------
        2020-08-27 | PH7  |   1 |   20.00 |    20.00 || 13.00 |      0.50
        2024-03-30 | PH7  |   2 |   20.00 |    20.00 || 13.00 |      1.00
        2024-03-31 | PH7  |   2 |   20.00 |    20.00 || 13.00 |      2.00
        2024-03-30 | AMI  |   1 |   20.00 |    20.00 || 12.00 |      0.50
        2024-03-31 | AMI  |   1 |   20.00 |    20.00 || 12.00 |      1.00
    """)


def test_a_franchise_never_exceeds_the_share_it_is_taken_from():
    check("""
        code | qty | charged | declared || amo  | franchise
        -----+-----+---------+----------++------+----------
        PH1  |   1 |    2.00 |     2.00 || 0.30 |      0.30
        PH1  |   3 |   30.00 |    30.00 || 4.50 |      3.00
    """)


def test_minors_maternity_css_and_ame_owe_no_franchise():
    check("""
        code | charged | declared | minor | exempt    | protection || franchise
        -----+---------+----------+-------+-----------+------------++----------
        PH7  |   20.00 |    20.00 |       |           |            ||      1.00
        PH7  |   20.00 |    20.00 | T     |           |            ||      0.00
        PH7  |   20.00 |    20.00 |       | maternity |            ||      0.00
        PH7  |   20.00 |    20.00 |       | ald       |            ||      1.00
        PH7  |   20.00 |    20.00 |       |           | css        ||      0.00
        PH7  |   20.00 |    20.00 |       |           | ame        ||      0.00
    """)


def test_paramedical_acts_owe_at_most_4_euros_a_day_and_boxes_know_no_day():
    check("""
        code | qty | charged | declared | person | franchise_today || franchise
        -----+-----+---------+----------+--------+-----------------++----------
        AMI  |   3 |   60.00 |    60.00 | p      |                 ||      3.00
        AMK  |   2 |   60.00 |    60.00 | p      |                 ||      1.00
        AMI  |   1 |   60.00 |    60.00 | p      |                 ||      0.00
        PH7  |   6 |   60.00 |    60.00 | p      |                 ||      6.00
        AMI  |   2 |   60.00 |    60.00 | q      |            3.00 ||      1.00
    """)


def test_all_franchises_of_a_year_stop_at_50_euros():
    """Boxes, acts and trips together, what was withheld before included; the year of care counts."""
    check("""
        date       | code | qty | charged | declared | km | person | franchise_year || franchise
        -----------+------+-----+---------+----------+----+--------+----------------++----------
        2025-12-30 | PH7  |   2 |   60.00 |    60.00 |    | p      |          45.50 ||      2.00
        2025-12-31 | TXI  |   1 |   60.00 |          | 20 | p      |          45.50 ||      2.50
        2025-12-31 | AMI  |   1 |   60.00 |    60.00 |    | p      |          45.50 ||      0.00
        2026-01-01 | PH7  |   2 |   60.00 |    60.00 |    | p      |                ||      2.00
        2026-01-01 | PH7  |   2 |   60.00 |    60.00 |    | q      |          50.00 ||      0.00
        2026-01-01 | PH7  |   2 |   60.00 |    60.00 |    | r      |          60.00 ||      0.00
    """)


def test_a_participation_is_withheld_from_four_acts_of_a_day_by_one_doctor():
    """Acts that owe nothing count for nothing: maternity, and a share already at zero. What counted is carried on."""
    priced = check("""
        date       | code | qty | charged | person | doctor | exempt    | acts_today || participation
        -----------+------+-----+---------+--------+--------+-----------+------------++--------------
        2025-03-03 | G    |   3 |   90.00 | p      | d      | maternity |            ||          0.00
        2025-03-03 | G    |   3 |   90.00 | p      | d      |           |            ||          6.00
        2025-03-03 | G    |   2 |   60.00 | p      | d      |           |            ||          2.00
        2025-03-03 | G    |   1 |   30.00 | p      | d      |           |            ||          0.00
        2025-03-03 | G    |   1 |   30.00 | p      | e      |           |            ||          2.00
        2025-03-03 | G    |   1 |   30.00 | q      | d      |           |          3 ||          2.00
        2025-03-03 | G    |   1 |   30.00 | q      | d      |           |          3 ||          0.00
        2025-03-03 | G    |   5 |  150.00 |        | d      |           |            ||          8.00
        2025-03-03 | G    |   5 |  150.00 |        | d      |           |            ||          8.00
        2025-03-04 | G    |   1 |   30.00 | p      | d      |           |            ||          2.00
    """)
    assert priced.participation_acts.tolist() == [0, 3, 1, 0, 1, 1, 0, 4, 4, 1]


def test_a_participation_stops_at_50_euros_a_year():
    check("""
        date       | code | qty | charged | person | doctor | pf_year || participation
        -----------+------+-----+---------+--------+--------+---------++--------------
        2025-12-31 | G    |   1 |   30.00 | p      | d      |   47.00 ||          2.00
        2025-12-31 | G    |   1 |   30.00 | p      | e      |   47.00 ||          1.00
        2025-12-31 | G    |   1 |   30.00 | p      | f      |   47.00 ||          0.00
        2026-01-01 | G    |   1 |   30.00 | p      | d      |         ||          2.00
        2026-01-01 | G    |   1 |   30.00 | q      | d      |   50.00 ||          0.00
        2026-01-01 | G    |   1 |   30.00 | q      | d      |   60.00 ||          0.00
    """)
