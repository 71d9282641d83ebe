"""No password exists: nothing stores one, checks one, asks for one, or resets an access by a message."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.house.sources import Source

# Spelled in pieces, so that this file does not contain what it looks for.
WORDS = re.compile(
    r"pass"
    + r"word|pass"
    + r"wd|mot_?de_?passe|pass"
    + r"phrase|client_secret|secret_question|otp_seed|reset_token|forgot",
    re.IGNORECASE,
)
HASHERS = {"bcrypt", "argon2", "passlib", "scrypt", "pbkdf2_hmac", "crypt"}
MAILERS = {"smtplib", "aiosmtplib", "sendgrid", "mailgun", "twilio"}
EXCUSED = (
    "src/cloison/storage/",  # processes of this house show themselves to its database and to its own key file
    "src/cloison/ops/config.py",
    "src/cloison/ops/house.py",
    "src/cloison/ops/webhook_address.py",  # an address that holds one is refused
    "src/cloison/gateways/files/b2_layout.py",  # six blank characters of somebody else's layout, never read
    "src/cloison/gateways/files/noemie_layout.py",
)
"""Where the word stands without a person or a client who would have one."""


def names(source: Source) -> Iterator[tuple[int, str]]:
    return names_of(source.tree)


def names_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name, attribute, argument and keyword that code speaks of; words in sentences are not code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w-]+", node.value):
            yield node.lineno, node.value


def imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module.partition(".")[0]


def found_in(sources: Sequence[Source], wrong: re.Pattern[str]) -> list[str]:
    return [
        f"{source.name}:{line} {name}"
        for source in sources
        if not source.name.startswith(EXCUSED)
        for line, name in names(source)
        if wrong.search(name)
    ]


def test_no_code_speaks_of_a_password(product: Sequence[Source]):
    assert found_in(product, WORDS) == []


def test_nothing_hashes_what_a_person_would_type(product: Sequence[Source]):
    found = [
        f"{source.name}:{line} {name}"
        for source in product
        if not source.name.startswith("src/cloison/storage/")
        for line, name in (*names(source), *imports(source))
        if name in HASHERS
    ]
    assert found == []


def test_no_message_leaves_that_could_reset_an_access(product: Sequence[Source]):
    found = [f"{source.name}:{line} {name}" for source in product for line, name in imports(source) if name in MAILERS]
    assert found == []


def test_no_table_keeps_one_and_no_page_asks_for_one(tracked: Sequence[Path], root: Path):
    found = [
        f"{path.relative_to(root)}:{number}"
        for path in tracked
        if path.is_relative_to(root / "src") and path.suffix in (".sql", ".html", ".js", ".ts", ".cedar", ".toml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WORDS.search(line.partition("--")[0] if path.suffix == ".sql" else line)
    ]
    assert found == []


def test_a_password_is_found_where_one_is():
    """The scan itself: planted in code in each way that it could come."""
    for planted in (
        "def check(pass" + "word): ...",
        "user.pass" + "wd",
        "f(mot_de_passe=1)",
        "row['pass" + "word_hash']",
    ):
        assert any(WORDS.search(name) for _, name in names_of(ast.parse(planted))), planted
