"""Invented banks: IBANs whose two checks are right and whose bank does not exist.

Bank codes 99001 to 99012 and BICs that begin with ZZ are in no registry that we hold (a test asks that of schwifty), so
that an account made here is not taken for a real one.
"""

import numpy as np

from cloison.world.text import Ints, Texts, beside, digits, repeat, table

_BANKS = 12
_FIRST_BANK = 99_001
_BICS = table([f"ZZ{chr(65 + index)}{chr(65 + (index * 7) % 26)}FRP1" for index in range(_BANKS)])
_FR00 = 152_700
"""F, R, 0, 0 as the IBAN check reads them: 15, 27, 00."""


def accounts(serial: Ints) -> tuple[Texts, Texts]:
    """IBAN and BIC of the account of each serial number. Distinct serials below 10^11 give distinct accounts."""
    bank_index = serial % _BANKS
    bank = _FIRST_BANK + bank_index
    branch = 100 + (serial * 37) % 9_000
    account = (serial * 7_368_787 + 12_345_678_901) % 100_000_000_000
    key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
    rest = 0
    for value, width in ((bank, 5), (branch, 5), (account, 11), (key, 2)):
        rest = (rest * (10**width % 97) + value) % 97
    check = 98 - (rest * (10**6 % 97) + _FR00) % 97
    iban = beside(repeat("FR", serial.size), digits(check, 2), digits(bank, 5), digits(branch, 5),
                  digits(account, 11), digits(key, 2))  # fmt: skip
    return iban, _BICS[bank_index]


def luhn_key(values: Ints) -> Ints:
    """The digit that, appended, makes Luhn's sum a multiple of ten."""
    total = np.zeros(values.size, np.int64)
    rest, double = values.copy(), True
    while (rest > 0).any():
        digit = rest % 10
        twice = digit * 2
        total += np.where(twice > 9, twice - 9, twice) if double else digit
        rest, double = rest // 10, not double
    return (10 - total % 10) % 10
