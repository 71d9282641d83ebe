"""Writes the tables of docs/security/permissions.md from the policies and the posts.

python -m tests.security.permission_book
"""

import re
from pathlib import Path

from tests.security.permission_space import WALLS, Asked, best

from cloison.identity.actor import Channel
from cloison.identity.duties import POSTS
from cloison.identity.permissions import CHANNELS, Permission

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "permissions.md"
FROM, TO = "<!-- written by tests.security.permission_book -->\n", "<!-- to here -->\n"

CONDITIONS = {
    "no_proof": "typed card data, a code or the card",
    "no_card": "the card itself on the card channel",
    "purpose": "purpose eligibility or guarantee",
    "purpose_of_quote": "purpose eligibility, guarantee or quote",
    "purpose_of_claim": "purpose claim",
    "purpose_of_statement": "purpose statement",
    "step_up": "confirmed anew",
    "second_person": "another person's approval",
    "two_organisations": "two approvals, two organisations",
    "export_approvers": "operator and insurer concerned",
}
"""What a wall asks of the permissions that it names."""

EVERYWHERE = {
    "channel_frozen": "the caller's channel is not frozen",
    "means": "people come with a passkey, software with a certificate or a proof of possession; in the back office, for"
    " exports and for files, the operator's own machine will do",
    "not_given": "the permission was given to the account, by a delegation or the contract of a client",
    "other_insurer": "whoever works for an insurer touches what is that insurer's",
    "no_insurer": "what is an insurer's is asked for by somebody who works for one",
    "other_practice": "`practice:` is for the practice acted for, within the delegation",
    "other_organisation": "`organisation:` is for one's own",
    "other_person": "`person:` is for oneself",
    "outside_contract": "a machine stays with the insurers of its contract; own records may be of several",
    "outside_purposes": "and with its purposes, or reads again what it said and heard",
}
"""What the walls ask of everybody."""


def tables() -> str:
    """Who holds each permission and what it asks besides; then what all of them ask."""
    asked, walls = Asked(), _walls()
    assert walls.keys() == CONDITIONS.keys() | EVERYWHERE.keys(), "each wall is in the page"
    lines = ["| Permission | Held by (through) | Besides |", "|---|---|---|"]
    for permission in Permission:
        besides = "; ".join(words for wall, words in CONDITIONS.items() if permission.value in walls[wall])
        lines.append(f"| `{permission.value}` | {'; '.join(_holders(asked, permission))} | {besides} |")
    lines += ["", "And for all of them:", ""]
    lines += [f"* {words} (`{wall}`)" for wall, words in EVERYWHERE.items()]
    return "\n".join(lines) + "\n"


def _holders(asked: Asked, permission: Permission) -> list[str]:
    """The posts that have it, with the channels where it counts."""
    found: list[str] = []
    for duty, post in POSTS.items():
        if permission in post.permissions:
            open_to = [each for each in post.channels if asked(permission, best(post, permission, each)).allowed]
            names = ", ".join(CHANNELS[each] for each in Channel if each in open_to)
            found.append(f"{duty.value.replace('_', ' ')} ({names})")
    return found


def _walls() -> dict[str, set[str]]:
    """The actions that each wall names."""
    parts = re.split(r"(?=^@id)", WALLS, flags=re.MULTILINE)[1:]
    return {re.findall(r'@id\("(\w+)"\)', part)[0]: set(re.findall(r'Action::"([\w:]+)"', part)) for part in parts}


def page() -> str:
    """The page, with its tables as they should be."""
    before, rest = PAGE.read_text("utf-8").split(FROM)
    return before + FROM + tables() + TO + rest.split(TO)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
