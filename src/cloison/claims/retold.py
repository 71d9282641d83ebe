"""The accounts of invoices that were decided before, told again: an answer was lost between the books and the wire.

The invoice is priced once more on what is known now, and nothing is written but who was read about. An account that
does not make the cents of the decision is not told: rights or tables changed since.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from cloison.claims.accounts import ACCOUNTS
from cloison.claims.acts import acts_of
from cloison.claims.claim import ClaimBatch
from cloison.claims.outcomes import Decided, DecidedLine, KeptAside
from cloison.claims.settle import Office, asked_of, covered_lines, read_rights, settle_disclosure, triage
from cloison.rules import Priced, price


async def retold(
    office: Office, batch: ClaimBatch, found: Sequence[Decided | KeptAside], today: date
) -> list[Decided | KeptAside]:
    """What became of each invoice of a batch, with the accounts that can be told again."""
    practice_row, tenant, kept = triage(office, batch, today)
    silent = np.array([_silent(each, int(lines)) for each, lines in zip(found, batch.invoices.line_count, strict=True)])
    wanted = silent & (kept == 0)
    result = list(found)
    if not wanted.any():
        return result
    some, rows = batch.only(wanted), np.flatnonzero(wanted)
    reader, revealed = await read_rights(office, some, tenant[rows], practice_row[rows])
    covered = covered_lines(office, asked_of(office, some, tenant[rows], practice_row[rows]), revealed)
    bill = price(acts_of(some, covered, practice_row[rows], office.practices, office.reference.book), office.tariff)
    await settle_disclosure(reader, some, covered)
    for at, row in enumerate(rows.tolist()):
        decided, first = found[row], int(some.invoices.first_line[at])
        assert isinstance(decided, Decided), "only these are silent"
        lines = tuple(_told(line, bill, first + place) for place, line in enumerate(decided.lines))
        result[row] = replace(decided, lines=lines)
    return result


def _silent(found: Decided | KeptAside, lines: int) -> bool:
    return isinstance(found, Decided) and len(found.lines) == lines and found.lines[0].account is None


def _told(line: DecidedLine, bill: Priced, at: int) -> DecidedLine:
    if bill.refused[at]:
        return line
    same = (int(bill.base[at]), int(bill.amo_share[at])) == (line.base_cents, line.amo_cents)
    return replace(line, account=ACCOUNTS.of(bill, at)) if same else line
