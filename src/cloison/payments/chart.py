"""The chart of accounts, and what each kind of transfer moves from where to where.

Every insurer has a book of its own; no account is ever shared between two insurers, and none belongs to the
operator, which never holds funds. The number of an account is computed from what it is, so nothing has to be looked up:

    account = insurer * 2**36 + kind * 2**32 + practice          practice is 0 where none is concerned

    charges    the cost of the insurer's decisions
    du         what the insurer owes one practice (below zero: what the practice owes)
    banque     the insurer's own bank account, as far as orders and statements tell
    suspense   movements of that bank account that nobody has explained yet
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

KIND_SHIFT = 32
TENANT_SHIFT = 36
PRACTICE_MASK = 2**KIND_SHIFT - 1
KIND_MASK = 2 ** (TENANT_SHIFT - KIND_SHIFT) - 1


class AccountKind(IntEnum):
    """What an account stands for."""

    CHARGES = 1
    DU = 2
    BANQUE = 3
    SUSPENSE = 4


class TransferKind(IntEnum):
    """Why money moves. The accounts of each kind are enforced by the database (see `SIDES`)."""

    DUE = 1
    CANCELLATION = 2
    PAYMENT = 3
    RETURN = 4
    UNKNOWN_DEBIT = 5
    UNKNOWN_CREDIT = 6
    EXPLANATION = 7
    RECOVERY = 8


class Phase(IntEnum):
    """POSTED moves at once; PENDING holds until one POSTING or one VOIDING resolves it."""

    POSTED = 0
    PENDING = 1
    POSTING = 2
    VOIDING = 3


SIDES: dict[TransferKind, tuple[tuple[AccountKind, AccountKind], ...]] = {
    TransferKind.DUE: ((AccountKind.CHARGES, AccountKind.DU),),
    TransferKind.CANCELLATION: ((AccountKind.DU, AccountKind.CHARGES),),
    TransferKind.PAYMENT: ((AccountKind.DU, AccountKind.BANQUE),),
    TransferKind.RETURN: ((AccountKind.BANQUE, AccountKind.DU),),
    TransferKind.UNKNOWN_DEBIT: ((AccountKind.SUSPENSE, AccountKind.BANQUE),),
    TransferKind.UNKNOWN_CREDIT: ((AccountKind.BANQUE, AccountKind.SUSPENSE),),
    TransferKind.EXPLANATION: (
        (AccountKind.BANQUE, AccountKind.SUSPENSE),
        (AccountKind.SUSPENSE, AccountKind.BANQUE),
    ),
    TransferKind.RECOVERY: ((AccountKind.SUSPENSE, AccountKind.DU),),
}
"""The (debited, credited) accounts that each kind of transfer may touch."""


def account(tenant: int, kind: AccountKind, practice: int = 0) -> int:
    """The number of one account."""
    assert tenant > 0 and 0 <= practice <= PRACTICE_MASK
    assert (kind is AccountKind.DU) == (practice > 0), "only what is owed is kept by practice"
    return (tenant << TENANT_SHIFT) + (kind << KIND_SHIFT) + practice


def accounts(tenant: NDArray[np.integer], kind: AccountKind, practice: NDArray[np.integer] | int = 0) -> Numbers:
    """The numbers of many accounts. Shapes: tenant (n,), practice (n,) or one for all, result (n,)."""
    numbers = (tenant.astype(np.int64) << TENANT_SHIFT) + (int(kind) << KIND_SHIFT)
    return numbers + np.asarray(practice, np.int64)


def tenant_of(numbers: Numbers) -> Numbers:
    return numbers >> TENANT_SHIFT


def kind_of(numbers: Numbers) -> Numbers:
    return (numbers >> KIND_SHIFT) & KIND_MASK


def practice_of(numbers: Numbers) -> Numbers:
    return numbers & PRACTICE_MASK
