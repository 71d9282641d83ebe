"""The compulsory share: rates by kind of act, regime and status."""

from tests.spec.tables import check


def test_each_kind_of_act_has_its_rate():
    check("""
        code | charged | declared || rate | amo
        -----+---------+----------++------+------
        C    |   30.00 |    30.00 ||  70% | 21.00
        B    |   20.00 |    20.00 ||  60% | 12.00
        AMI  |   20.00 |    20.00 ||  60% | 12.00
        AMK  |   16.13 |    16.13 ||  60% |  9.68
        PHC  |   20.00 |    20.00 || 100% | 20.00
        PH7  |   20.00 |    20.00 ||  65% | 13.00
        PH4  |   20.00 |    20.00 ||  30% |  6.00
        PH1  |   20.00 |    20.00 ||  15% |  3.00
        ATM  |   20.00 |    20.00 ||  70% | 14.00
        ADI  |   20.00 |    20.00 ||  70% | 14.00
        SDE  |   20.00 |    20.00 ||  60% | 12.00
        PAN  |   20.00 |    20.00 ||  60% | 12.00
        GHS  |   20.00 |    20.00 ||  80% | 16.00
    """)


def test_the_share_is_rounded_half_up_to_the_cent():
    check("""
        code | charged | declared || amo
        -----+---------+----------++------
        C    |   16.87 |    16.87 || 11.81
        C    |   45.73 |    45.73 || 32.01
        B    |    0.03 |     0.03 ||  0.02
        PH4  |    0.05 |     0.05 ||  0.02
        PH4  |    0.15 |     0.15 ||  0.05
    """)


def test_an_exonerated_act_is_paid_in_full():
    """Long illness, maternity, work accident, invalidity, newborn, or the act itself (CSS L160-14, R160-8)."""
    check("""
        code | charged | declared | exempt        | minor | protection || rate | amo
        -----+---------+----------+---------------+-------+------------++------+------
        PH4  |   20.00 |    20.00 | ald           |       |            || 100% | 20.00
        PH4  |   20.00 |    20.00 | maternity     |       |            || 100% | 20.00
        PH4  |   20.00 |    20.00 | work_accident |       |            || 100% | 20.00
        PH4  |   20.00 |    20.00 | act           |       |            || 100% | 20.00
        PH4  |   20.00 |    20.00 | invalidity    |       |            || 100% | 20.00
        PH4  |   20.00 |    20.00 | newborn       | T     |            || 100% | 20.00
        PH4  |   20.00 |    20.00 |               |       | ame        || 100% | 20.00
        PH4  |   20.00 |    20.00 |               |       | css        ||  30% |  6.00
    """)


def test_a_rate_of_alsace_moselle_that_we_do_not_hold_is_not_guessed():
    """Consultations: 90 %. Other acts: the share that is declared, or a refusal."""
    check("""
        date       | code | sector | charged | declared | told_amo | alsace | exempt || rate | amo   | reason
        -----------+------+--------+---------+----------+----------+--------+--------++------+-------+---------------
        2020-03-10 | G    | 2      |   23.00 |          |          | T      |        || 90%  | 20.70 |
        2020-03-10 | PH7  | -      |   20.00 |    20.00 |    18.00 | T      |        || ?    | 18.00 |
        2020-03-10 | PH7  | -      |   20.00 |    20.00 |          | T      |        || 0%   |  0.00 | rate_not_known
        2020-03-10 | PH7  | -      |   20.00 |    20.00 |          | T      | ald    || 100% | 20.00 |
        2020-03-10 | PHC  | -      |   20.00 |    20.00 |          | T      |        || 100% | 20.00 |
    """)


def test_a_special_scheme_may_have_its_own_rates():
    """General, agricultural and former independents share the general rates; the others are not guessed."""
    check("""
        code | charged | declared | told_amo | regime || rate | amo   | reason
        -----+---------+----------+----------+--------++------+-------+---------------
        PH7  |   20.00 |    20.00 |          |      2 || 65%  | 13.00 |
        PH7  |   20.00 |    20.00 |          |     91 || 65%  | 13.00 |
        PH7  |   20.00 |    20.00 |    20.00 |      7 || ?    | 20.00 |
        PH7  |   20.00 |    20.00 |          |      7 || 0%   |  0.00 | rate_not_known
        PH7  |   20.00 |    20.00 |    13.00 |     55 || ?    | 13.00 |
        PHC  |   20.00 |    20.00 |          |      7 || 100% | 20.00 |
    """)


def test_a_declared_share_that_differs_from_ours_is_said():
    """The texts decide; the difference is the reason of the line, which stays priced."""
    check("""
        code | charged | declared | told_amo || amo   | reason            | remarks
        -----+---------+----------+----------++-------+-------------------+--------------
        PH7  |   20.00 |    20.00 |    13.00 || 13.00 |                   | base_declared
        PH7  |   20.00 |    20.00 |    12.00 || 13.00 | amo_share_differs | base_declared
        PH7  |   20.00 |    20.00 |     0.00 || 13.00 | amo_share_differs | base_declared
    """)


def test_state_medical_aid_and_what_we_read_of_it_are_marked():
    """To verify: our documents name AME among those who owe nothing, without the words of the article."""
    check("""
        code | charged | declared | pathway | exempt        | protection | alsace || rate | remarks
        -----+---------+----------+---------+---------------+------------+--------++------+------------------------------
        PH4  |   20.00 |    20.00 | in      |               | ame        |        || 100% | base_declared value_to_verify
        PH4  |   20.00 |    20.00 | in      |               | css        |        ||  30% | base_declared
        FJ   |   23.00 |          | in      |               | ame        |        || 100% |
        G    |   30.00 |          | out     |               |            |        ||  30% |
        G    |   30.00 |          | out     | ald           |            |        ||  60% | value_to_verify
        G    |   30.00 |          | out     | work_accident |            |        || 100% |
        G    |   30.00 |          | out     |               |            | T      ||  50% | value_to_verify
        G    |   30.00 |          | in      |               |            | T      ||  90% |
    """)
