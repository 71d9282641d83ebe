"""The words of the file of quotes, and the numbers that the rules have for them."""

from cloison.disclosure import Proof
from cloison.rules.vocabulary import Domain

FAMILIES = {int(domain): domain.name for domain in Domain}
PROOFS = {"P1": Proof.TYPED, "P2": Proof.CODE, "P3": Proof.CARD}


def family(name: str) -> int:
    """The number of a family of care."""
    return int(Domain[name])
