"""The evidence page for ASVS has a line for each requirement, and each line names what exists."""

from dataclasses import replace

from tests.security.asvs import PAGE, REQUIREMENTS, faults, lines, page


def test_every_requirement_of_level_two_has_its_line_and_its_evidence() -> None:
    assert len(REQUIREMENTS) == 253
    assert faults(lines()) == []


def test_the_page_says_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(lines())


def test_a_missing_or_stale_line_is_found() -> None:
    table = lines()
    first = table[0]
    assert faults(table[1:]) == [f"{first.requirement}: no line"]
    for change, words in (
        ({"evidence": ("tests/security/test_asvs.py::test_gone",)}, "does not exist"),
        ({"evidence": ("docs/gone.md",)}, "does not exist"),
        ({"evidence": ()}, "nothing shows it"),
        ({"why": ""}, "without a reason"),
        ({"status": "maybe"}, "maybe?"),
    ):
        (fault,) = faults([replace(first, **change), *table[1:]])
        assert words in fault
    assert faults([*table, first]) == [f"{first.requirement}: 2 lines"]
    assert faults([*table, replace(first, requirement="1.1.99")]) == ["1.1.99: not of level 2"]
