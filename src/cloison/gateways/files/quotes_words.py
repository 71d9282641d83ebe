"""The words of the file of quotes, and the numbers that the rules have for them."""

from cloison.disclosure import Proof
from cloison.rules.vocabulary import Correction, Domain, Exoneration, Pathway, Protection

FAMILIES = {int(domain): domain.name for domain in Domain}
PROOFS = {"P1": Proof.TYPED, "P2": Proof.CODE, "P3": Proof.CARD}


def family(name: str) -> int:
    """The number of a family of care."""
    return int(Domain[name])


def exoneration(word: str) -> int:
    """The number of an exoneration."""
    return int(Exoneration[word.upper()])


def protection(word: str) -> int:
    """The number of a protection."""
    return int(Protection[word.upper()])


def pathway(word: str | None) -> int:
    """The number of a place in the care pathway, -1 where none is stated."""
    return -1 if word is None else int(Pathway[word.upper()])


def correction(word: str) -> int:
    """The number of a correction of glasses."""
    return int(Correction[word.upper()])
