"""Versions of a rule, and the order of all rules."""

from datetime import date

import numpy as np
import pytest

from cloison.period import FOREVER
from cloison.rules.bill import Bill
from cloison.rules.law import Law, in_force, law
from cloison.rules.order import LAWS, ORDER
from cloison.rules.tariff_book import TariffBook


def rule(since: date) -> Law:
    @law("CSS L1", since=since, fr="Règle", en="Rule")
    def made(acts: Bill, tariff: TariffBook) -> np.ndarray:
        """Nothing."""
        return np.zeros(len(acts), np.int64)

    return made


def test_a_version_holds_until_the_next_one():
    old, new = in_force(rule(date(2005, 1, 1)), rule(date(2025, 11, 1)))
    assert (old.since, old.until) == (date(2005, 1, 1), date(2025, 11, 1))
    assert (new.since, new.until) == (date(2025, 11, 1), FOREVER)


def test_versions_that_do_not_follow_each_other_are_a_bug():
    with pytest.raises(AssertionError):
        in_force(rule(date(2025, 1, 1)), rule(date(2005, 1, 1)))


def test_a_rule_without_a_text_is_a_bug():
    with pytest.raises(AssertionError):
        law(since=date(2005, 1, 1), fr="a", en="b")


def test_every_rule_says_what_it_does_in_both_languages_and_cites_a_text():
    for version in LAWS:
        assert version.texts, version.name
        assert version.says.fr != version.says.en, version.name
        assert version.words, version.name


def test_every_rule_has_one_place():
    names = [version.name for version in LAWS]
    assert len(names) == len(set(names))
    assert len(LAWS) == sum(len(step.versions) for step in ORDER)
