"""The returns of a payment run: one NOEMIE file per practice, every decision told once, every cent tied to its invoice."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloison.claims import store as claims_store
from cloison.errors import Reason
from cloison.gateways.files import noemie, returns
from cloison.gateways.files.returns import Movement, Told
from cloison.identity import Practices
from cloison.ops.catalogue import REASONS
from cloison.payments import payables
from cloison.rights.reference import Reference
from cloison.storage.database import Database
from cloison.storage.roles import Role
from cloison.storage.transaction import Transaction

SENDER = "000000"
MOVEMENTS_PER_SLICE = 40_000


@dataclass(frozen=True, slots=True)
class Written:
    """What the returns of a run hold."""

    files: int
    paid: int
    unpaid: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class _Groups:
    """All groups of a run, sorted by practice, and their movements, sorted by group."""

    practice: NDArray[np.int32]
    tenant: NDArray[np.int32]
    label: NDArray[np.bytes_]
    day: NDArray[np.datetime64]
    paid: NDArray[np.int64]
    start: NDArray[np.int64]
    decision: NDArray[np.int64]
    amount: NDArray[np.int64]


async def write(
    database: Database, run: int, folder: Path, created: date, progress: Callable[[int, int], None] | None = None
) -> Written:
    """Write the returns of a run under `folder`; running it again writes the same files."""
    practices = await Practices.read(database, Role.PAY)
    number_of = dict(zip(practices.practice.tolist(), practices.number.tolist(), strict=True))
    insurers = (await Reference.read(database, Role.CLAIMS)).insurers
    amc_of = dict(zip(insurers.tenant.tolist(), insurers.amc.tolist(), strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    letterhead = noemie.Letterhead(sender=SENDER, created=created)
    files = 0
    async with database.transaction(Role.PAY) as work:
        groups = await _groups(work, run, created)
        for part in _slices(groups):
            chosen, contents, numbers = await _contents(work, groups, part, number_of, amc_of, REASONS)
            rendered = noemie.render(letterhead, numbers, contents)
            paths = [folder / f"{number.decode()}.noe" for number in numbers.tolist()]
            await asyncio.to_thread(rendered.write, paths)
            files += len(paths)
            if progress:
                progress(int(groups.start[chosen.stop]), len(groups.decision))
    unpaid = int((groups.label == b"").sum())
    return Written(files, len(groups.label) - unpaid, unpaid, int(groups.paid.sum()))


async def _groups(work: Transaction, run: int, created: date) -> _Groups:
    """Payments and unpaid decisions as groups, sorted by practice."""
    data = await payables.returns_data(work, run)
    silent = await claims_store.tell_without_payment(work, run)
    rows = await claims_store.decided(work, silent)
    pair, inverse = np.unique(np.stack([rows["practice"], rows["tenant"]], axis=1), axis=0, return_inverse=True)
    pair = pair.reshape(-1, 2)
    count = len(data.payment)
    practice = np.concatenate([data.practice, pair[:, 0].astype(np.int32)])
    order = np.argsort(practice, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    group = rank[np.concatenate([data.payment_of_line, count + inverse.reshape(-1)]).astype(np.int64)]
    decision = np.concatenate([data.reference, rows["decision"].astype(np.int64)])
    amount = np.concatenate([data.amount, np.zeros(len(silent), np.int64)])
    by_group = np.lexsort((decision, group))
    return _Groups(
        practice=practice[order],
        tenant=np.concatenate([data.tenant, pair[:, 1].astype(np.int32)])[order],
        label=np.concatenate([data.label.astype("S32"), np.zeros(len(pair), "S32")])[order],
        day=np.concatenate([data.execution_date, np.full(len(pair), created, "datetime64[D]")])[order],
        paid=np.concatenate([data.paid, np.zeros(len(pair), np.int64)])[order],
        start=np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(order)))]).astype(np.int64),
        decision=decision[by_group],
        amount=amount[by_group],
    )


def _slices(groups: _Groups) -> Iterator[slice]:
    """Ranges of groups that hold whole practices and a bounded number of movements."""
    ends = np.flatnonzero(np.diff(groups.practice, append=-1)) + 1
    first = 0
    while first < len(groups.practice):
        wanted = groups.start[first] + MOVEMENTS_PER_SLICE
        fitting = ends[(ends > first) & (groups.start[ends] <= wanted)]
        last = int(fitting[-1]) if len(fitting) else int(ends[ends > first][0])
        yield slice(first, last)
        first = last


async def _contents(
    work: Transaction,
    groups: _Groups,
    part: slice,
    number_of: dict[int, bytes],
    amc_of: dict[int, bytes],
    reasons: dict[int, Reason],
) -> tuple[slice, noemie.Contents, NDArray[np.bytes_]]:
    lines = slice(int(groups.start[part.start]), int(groups.start[part.stop]))
    decision = groups.decision[lines]
    wanted = np.unique(decision)
    decided = await claims_store.decided(work, wanted)
    details = await claims_store.decided_lines(work, wanted)
    practice, row = np.unique(groups.practice[part], return_inverse=True)
    told = Told(
        practice=row.astype(np.int64),
        tenant=groups.tenant[part],
        label=groups.label[part],
        day=groups.day[part],
        paid=groups.paid[part],
    )
    size = np.diff(groups.start[part.start : part.stop + 1])
    movements = Movement(np.repeat(np.arange(len(size)), size), decision, groups.amount[lines])
    contents = returns.contents(told, movements, decided, details, amc_of, reasons)
    return part, contents, np.array([number_of[each] for each in practice.tolist()], "S9")
