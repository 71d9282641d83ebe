"""SIREN, 9 digits for a company or body, and SIRET, the SIREN and 5 digits for one of its places. Luhn on each.

The establishments of La Poste alone follow another rule for SIRET; python-stdnum knows it.
"""

from typing import ClassVar

from stdnum.fr import siren, siret

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden, is_digits
from cloison.identifiers.reasons import SIREN_FORMAT, SIREN_KEY, SIRET_FORMAT, SIRET_KEY


class Siren(Hidden):
    """The number of a company or body."""

    __slots__ = ()
    FIELD: ClassVar[str] = "siren"
    GROUPS: ClassVar[tuple[int, ...]] = (3, 3, 3)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        if len(plain) != 9 or not is_digits(plain):
            return SIREN_FORMAT
        return None if siren.is_valid(plain) else SIREN_KEY


class Siret(Hidden):
    """The number of one establishment."""

    __slots__ = ()
    FIELD: ClassVar[str] = "siret"
    GROUPS: ClassVar[tuple[int, ...]] = (3, 3, 3, 5)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        if len(plain) != 14 or not is_digits(plain):
            return SIRET_FORMAT
        return None if siret.is_valid(plain) else SIRET_KEY

    @property
    def siren(self) -> Siren:
        return Siren(self._plain[:9])
