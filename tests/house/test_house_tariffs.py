"""A tariff file that leaves a doubt on what it says fails the check with its line; so does one left unread for long."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cloison.errors import Misuse
from cloison.rules import TariffBook
from cloison.rules.tariff_book import read_tariff

CODES = "actes.toml"
"""The table of codes: it holds no dated value, the house of words checks it."""
CHECKED_DAYS_MAX = 730


def faults(name: str, text: str, today: date) -> Iterator[str]:
    """What is wrong with one file of dated values, each with its file and line."""
    try:
        parameters = list(read_tariff(name, text))
    except Misuse as wrong:
        yield str(wrong)
        return
    for defect in TariffBook(parameters).stale(today - timedelta(days=CHECKED_DAYS_MAX)):
        yield f"{defect.place}: {defect.cause}, more than {CHECKED_DAYS_MAX} days ago"
    yield from (
        f"{each.place}: checked on {each.checked}, a day to come" for each in parameters if each.checked > today
    )


def files(tracked: Sequence[Path]) -> list[Path]:
    return [path for path in tracked if path.parent.name == "tariff" and path.suffix == ".toml" and path.name != CODES]


def test_a_tariff_file_has_no_gap_no_overlap_a_source_and_was_checked(tracked: Sequence[Path]):
    today = datetime.now(UTC).date()
    found = [fault for path in files(tracked) for fault in faults(path.name, path.read_text("utf-8"), today)]
    assert len(files(tracked)) > 10
    assert found == [], "\n".join(found)


SOUND = """\
text = "CSS D160-9"
checked = 2026-11-22

[boite]
unit = "cents per box"
values = [
  { from = 2008-01-01, to = 2024-03-30, value = 50, source = "two accounts" },
  { from = 2024-03-31, value = 100, source = "two accounts" },
]
"""
Broken = Callable[[str], str]
BREAKS: list[tuple[str, Broken, str]] = [
    ("gap", lambda text: text.replace("to = 2024-03-30", "to = 2024-03-29"), "gap: no value from 2024-03-30"),
    ("overlap", lambda text: text.replace("to = 2024-03-30", "to = 2024-03-31"), "overlap: the value from 2024-03-31"),
    ("order", lambda text: text.replace("from = 2024-03-31", "from = 2007-12-31"), "overlap"),
    ("no source", lambda text: text.replace('100, source = "two accounts"', '100, source = " "'), "has no source"),
    ("float", lambda text: text.replace("value = 100", "value = 100.0"), "whole number"),
    ("doubt", lambda text: text.replace("value = 100,", 'value = 100, status = "to-verify",'), "with its doubt"),
]


def test_a_sound_file_has_no_fault():
    assert list(faults("franchise.toml", SOUND, date(2026, 11, 22))) == []


@pytest.mark.parametrize(("broken", "said"), [(broken, said) for _, broken, said in BREAKS], ids=[b[0] for b in BREAKS])
def test_a_value_that_is_not_clear_fails_with_its_line(broken: Broken, said: str):
    """The eighth line is the one of the second value."""
    (fault,) = faults("franchise.toml", broken(SOUND), date(2026, 11, 22))
    assert "franchise.toml, line 8, boite" in fault
    assert said in fault


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('unit = "cents per box"\n', "", "franchise.toml, line 4, boite"),
        ('text = "CSS D160-9"\n', "", "franchise.toml, line 1"),
        ("checked = 2026-11-22", "", "franchise.toml, line 1"),
        ("values = [", "values = [[", "franchise.toml, line 9"),
        ("checked = 2026-11-22", "checked = 2024-11-21", "franchise.toml, line 4, boite: last checked on 2024-11-21"),
        ("checked = 2026-11-22", "checked = 2026-11-23", "franchise.toml, line 4, boite: checked on 2026-11-23"),
    ],
)
def test_a_file_without_unit_text_or_a_recent_check_fails_with_its_line(old: str, new: str, said: str):
    (fault,) = faults("franchise.toml", SOUND.replace(old, new), date(2026, 11, 22))
    assert said in fault
