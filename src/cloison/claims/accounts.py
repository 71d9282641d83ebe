"""The account of a line, told once for lines that are alike: same act, same situation, same guarantee, same amounts.

Telling one runs every rule again on that line alone, which takes a good part of the time of a quote; a counter sees the
same acts all day. Nothing here names a person: what an account depends on are the columns of the rules.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from cloison.rules import Priced, TariffBook
from cloison.rules.acts import DETAILS, Acts
from cloison.rules.details import Details, column_names
from cloison.rules.trace import Explanation, explain

KEPT_MAX = 4096
APART = frozenset({"person_key", "provider_key", "sequence", "ceiling_key", "act", "pair"})
"""Columns that only tell rows of a batch apart: an account is of one line."""
AMOUNTS = (
    "base", "amo_rate_bp", "amo_share", "amc_share", "own_share", "overrun", "participation_forfaitaire", "franchise",
    "reason", "remarks",
)  # fmt: skip
TRACED = ("base", "amo_rate_bp", "amo_share", "amc_share", "participation_forfaitaire", "franchise")
COLUMNS = tuple(name for name in column_names(Acts) if name not in APART)


class Accounts:
    """The accounts told last, under one book of tariffs."""

    def __init__(self) -> None:
        self._book: TariffBook | None = None
        self._told: OrderedDict[bytes, Explanation] = OrderedDict()

    def of(self, bill: Priced, row: int) -> Explanation:
        """The account of one line."""
        if bill.tariff is not self._book:
            self._book = bill.tariff
            self._told.clear()
        key = _key(bill, row)
        found = self._told.get(key)
        if found is None:
            found = self._told[key] = explain(bill, row)
            if len(self._told) > KEPT_MAX:
                self._told.popitem(last=False)
        return found


ACCOUNTS = Accounts()
"""Those of this process: the same line has the same account whoever asks."""


def _key(bill: Priced, row: int) -> bytes:
    """All that an account depends on."""
    columns: list[NDArray[np.generic]] = [getattr(bill.acts, name) for name in COLUMNS]
    columns += [getattr(bill, name) for name in AMOUNTS]
    columns += [getattr(bill.trace, name) for name in TRACED]
    parts = [column[row].tobytes() for column in columns]
    for name in DETAILS:
        table: Details = getattr(bill.acts, name)
        at = int(np.searchsorted(table.act, row))
        stated = at < len(table) and int(table.act[at]) == row
        parts.append(b"1" if stated else b"0")
        if stated:
            parts += [getattr(table, each)[at].tobytes() for each in column_names(type(table)) if each not in APART]
    return b"".join(parts)
