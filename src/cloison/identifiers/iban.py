"""Bank accounts (IBAN) and banks (BIC). schwifty holds the registries of countries and of French banks.

The key of the French account inside the IBAN is checked too, for France and Monaco only: the keys of other countries
are their banks' affair, and a wrong refusal would stop a payment.
"""

from typing import ClassVar

import schwifty
from schwifty.exceptions import (
    InvalidBBANChecksum,
    InvalidChecksumDigits,
    InvalidCountryCode,
    SchwiftyException,
)

from cloison.errors import Reason
from cloison.identifiers.hidden import Hidden, is_capitals
from cloison.identifiers.reasons import BIC_FORMAT, IBAN_COUNTRY, IBAN_FORMAT, IBAN_KEY, IBAN_RIB_KEY

FRENCH_KEY = ("FR", "MC")
LENGTH_MAX = 34


class Iban(Hidden):
    """A bank account."""

    __slots__ = ()
    FIELD: ClassVar[str] = "iban"
    GROUPS: ClassVar[tuple[int, ...]] = (4,) * 8

    @classmethod
    def compact(cls, text: str) -> str:
        return super().compact(text).removeprefix("IBAN")

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        if len(plain) > LENGTH_MAX or not is_capitals(plain):
            return IBAN_FORMAT
        try:
            schwifty.IBAN(plain, validate_bban=plain.startswith(FRENCH_KEY))
        except InvalidCountryCode:
            return IBAN_COUNTRY
        except InvalidChecksumDigits:
            return IBAN_KEY
        except InvalidBBANChecksum:
            return IBAN_RIB_KEY
        except SchwiftyException:
            return IBAN_FORMAT
        return None

    @property
    def country(self) -> str:
        return self._plain[:2]

    @property
    def in_sepa(self) -> bool:
        return bool(schwifty.IBAN(self._plain).in_sepa_zone)

    @property
    def bic(self) -> "Bic | None":
        """The bank of the account, when the registry knows it."""
        bic = schwifty.IBAN(self._plain).bic
        return None if bic is None else Bic(str(bic))

    @property
    def ending(self) -> str:
        """The last four characters: enough to recognise one's own account, and all that a screen shows."""
        return self._plain[-4:]


class Bic(Hidden):
    """A bank, or one of its branches. Equal with or without the three X of a head office."""

    __slots__ = ()
    FIELD: ClassVar[str] = "bic"
    GROUPS: ClassVar[tuple[int, ...]] = (4, 2, 2, 3)

    @classmethod
    def refusal(cls, plain: str) -> Reason | None:
        if not is_capitals(plain):
            return BIC_FORMAT
        try:
            schwifty.BIC(plain)
        except SchwiftyException:
            return BIC_FORMAT
        return None

    def reveal_11(self) -> str:
        """Eleven characters, three X for a head office."""
        return self._plain.ljust(11, "X")

    def _sameness(self) -> str:
        return self.reveal_11()
