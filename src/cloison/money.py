"""Money is whole cents in int64. Each rounding has a name.

Scalars are `int`; columns are `numpy` arrays of int64 named `Cents`. No float touches an amount: a rate is an
integer in basis points (10 000 = 100 %), a coefficient an integer in hundredths, and the division happens once, at
the end, in one of the roundings below.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Cents: TypeAlias = NDArray[np.int64]

FULL_RATE_BP = 10_000
AMOUNT_CENTS_MAX = 99_999_999_99
"""Above any plausible amount of one act or invoice (99 999 999.99 euros): more is refused, never clipped."""


def half_up(numerator: Cents, denominator: int) -> Cents:
    """Divide and round to the nearest cent, a tie away from zero.

    The usual rounding of amounts in euros (Reg. (EC) 1103/97 art. 5). Shapes: numerator (n,), result (n,).
    """
    assert denominator > 0
    magnitude = (2 * np.abs(numerator) + denominator) // (2 * denominator)
    return np.sign(numerator) * magnitude


def truncated(numerator: Cents, denominator: int) -> Cents:
    """Divide and drop what is beyond the cent, toward zero."""
    assert denominator > 0
    return np.sign(numerator) * (np.abs(numerator) // denominator)


def at_rate(amount: Cents, rate_bp: Cents | int) -> Cents:
    """`amount` at a rate in basis points, rounded half up to the cent."""
    return half_up(amount * np.asarray(rate_bp, np.int64), FULL_RATE_BP)


def cents_of(text: str) -> int:
    """Read "12.50", "12,5" or "12" exactly; anything else raises ValueError. Never goes through a float."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, fraction = digits.replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(fraction) > 2 or (fraction and not fraction.isdigit()):
        raise ValueError("an amount is digits, then at most two decimals")
    return sign * (int(whole) * 100 + int(fraction.ljust(2, "0") or 0))


def euros(amount_cents: int) -> str:
    """Write 1250 as "12.50"."""
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02d}"


def montant(amount_cents: int) -> str:
    """Write 123450 for people who read French: "1 234,50 €" with no-break spaces."""
    sign = "-" if amount_cents < 0 else ""
    whole = f"{abs(amount_cents) // 100:,}".replace(",", "\u202f")
    return f"{sign}{whole},{abs(amount_cents) % 100:02d}\u00a0€"
