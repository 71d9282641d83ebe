"""Bank details of insurers and practices: checked at the gate, sealed in the database, opened to write an order.

They are sealed under the key `bank`, bound to their holder, all at one length. A change is a new line: an order that
was already made keeps the account that it was made with. Screens show the last four characters and nothing else.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final

from cloison.errors import Defect, Place
from cloison.identifiers.iban import Bic, Iban
from cloison.payments.reasons import BANK_DETAILS_INVALID
from cloison.payments.sepa import NAME_MAX, BankDetails, epc
from cloison.payments.store import Row, runs
from cloison.storage.keys import KeyProvider
from cloison.storage.transaction import Transaction

KEY: Final = "bank"
PLAIN_BYTES: Final = 128
"""34 of IBAN, 11 of BIC, 70 of name, two separators: one length for all, so the seal tells nothing."""
SEPARATOR: Final = "\x1f"


class Holder(IntEnum):
    """Whose account it is."""

    INSURER = 1
    PRACTICE = 2


def read(iban: str, bic: str, name: str, place: Place | None = None) -> BankDetails | Defect:
    """What a person or a file wrote, or what is wrong with it. The BIC may be left out."""
    number = Iban.parse(iban, place)
    if isinstance(number, Defect):
        return number
    if not number.in_sepa or not name.strip():
        field = "iban" if name.strip() else "name"
        where = place or Place("bank details")
        return Defect(BANK_DETAILS_INVALID, Place(where.source, where.line, field), "not usable for a SEPA transfer")
    bank = Bic.parse(bic, place) if bic.strip() else None
    if isinstance(bank, Defect):
        return bank
    return BankDetails(number.reveal(), bank.reveal() if bank else "", epc(name, NAME_MAX))


async def record(
    work: Transaction, keys: KeyProvider, holder: Holder, numbers: Sequence[int], details: Sequence[BankDetails]
) -> None:
    """Put these accounts in force for these insurers or practices."""
    keys.create([KEY])
    plain = [SEPARATOR.join((one.iban, one.bic, one.name)).encode().ljust(PLAIN_BYTES, b"\0") for one in details]
    assert all(len(one) == PLAIN_BYTES for one in plain), "bank details are checked before they are sealed"
    sealed = keys.wrap(KEY, plain, [_bound(holder, number) for number in numbers])
    await runs.add_bank_accounts(work, holder, numbers, sealed, [one.iban[-4:] for one in details])


async def opened(work: Transaction, keys: KeyProvider, bank_accounts: Sequence[int]) -> dict[int, BankDetails]:
    """These lines in clear, to write an order and nothing else."""
    rows = await runs.sealed_accounts(work, bank_accounts)
    return {row["bank_account"]: one for row, one in zip(rows, _opened(keys, rows), strict=True)}


async def insurers_by_iban(work: Transaction, keys: KeyProvider) -> dict[str, int]:
    """Whose account a statement is about."""
    rows = await runs.sealed_payers(work)
    return {one.iban: row["number"] for row, one in zip(rows, _opened(keys, rows), strict=True)}


def _opened(keys: KeyProvider, rows: Sequence[Row]) -> Iterable[BankDetails]:
    if not rows:
        return []
    aads = [_bound(row["holder"], row["number"]) for row in rows]
    plain = keys.unwrap(KEY, [row["sealed"] for row in rows], aads)
    return [BankDetails(*one.rstrip(b"\0").decode().split(SEPARATOR)) for one in plain]


def _bound(holder: int, number: int) -> bytes:
    return b"payments.bank_account\0" + holder.to_bytes(2, "big") + number.to_bytes(4, "big")
