"""The rule book says what the rules do."""

from pathlib import Path

from tests.spec.rule_book import BOOK, CHAPTERS, pages

from cloison.rules.order import ORDER


def test_the_rule_book_is_written_from_what_runs():
    stale = [name for name, text in pages().items() if not _is(BOOK / name, text)]
    assert stale == [], "write it again: python -m tests.spec.rule_book"


def test_every_rule_has_its_chapter():
    modules = {law.rule.__module__.rpartition(".")[2] for step in ORDER for law in step.versions}
    assert modules == {name for chapter in CHAPTERS for name in chapter.rules}


def test_every_chapter_draws_an_example():
    pages_without = [name for name, text in pages().items() if name != "README.md" and "## Examples" not in text]
    assert pages_without == []


def _is(page: Path, text: str) -> bool:
    return page.is_file() and page.read_text("utf-8") == text
