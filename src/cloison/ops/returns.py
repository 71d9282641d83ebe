"""The returns of a payment run: a NOEMIE file per practice, each decision told once, each cent tied to its invoice."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloison.claims import store as claims_store
from cloison.claims import store_told
from cloison.claims.refusals import PRACTICE_UNKNOWN, TAKEN_BACK
from cloison.errors import Catalogue, Misuse
from cloison.gateways.files import noemie, returns
from cloison.gateways.files.returns import Movement, Told
from cloison.identity import Practices
from cloison.ops.catalogue import REASONS
from cloison.payments import payables, remittance
from cloison.payments.own import OwnPayment
from cloison.payments.store import runs
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
        await runs.alone_with_run(work, run)
        groups = await _groups(work, run, created)
        for part in _slices(groups):
            chosen, contents, numbers = await _contents(work, groups, part, number_of, amc_of, REASONS)
            rendered = noemie.render(letterhead, numbers, contents)
            paths = [folder / f"{number.decode()}.noe" for number in numbers.tolist()]
            await asyncio.to_thread(_written_whole, rendered, paths)
            files += len(paths)
            if progress:
                progress(int(groups.start[chosen.stop]), len(groups.decision))
    unpaid = int((groups.label == b"").sum())
    return Written(files, len(groups.label) - unpaid, unpaid, int(groups.paid.sum()))


def _written_whole(rendered: noemie.Returns, paths: list[Path]) -> None:
    """Each file is whole or it is not there: a practice's software may look at any moment."""
    drafts = [path.with_suffix(".part") for path in paths]
    rendered.write(drafts)
    for draft, path in zip(drafts, paths, strict=True):
        draft.replace(path)


async def noemie_of(database: Database, run: int, practice: int) -> bytes:
    """The return of one practice in a run that was told, as its file was written. Empty when the run tells it nothing.

    Raises Misuse when there is no such run.
    """
    practices = await Practices.read(database, Role.PAY)
    number_of = dict(zip(practices.practice.tolist(), practices.number.tolist(), strict=True))
    insurers = (await Reference.read(database, Role.CLAIMS)).insurers
    amc_of = dict(zip(insurers.tenant.tolist(), insurers.amc.tolist(), strict=True))
    async with database.transaction(Role.PAY) as work:
        created = (await payables.summary(work, run)).execution_date
        groups = await _groups(work, run, created, practice)
        if not len(groups.practice):
            return b""
        everything = slice(0, len(groups.practice))
        _, contents, numbers = await _contents(work, groups, everything, number_of, amc_of, REASONS)
    rendered = noemie.render(noemie.Letterhead(sender=SENDER, created=created), numbers, contents)
    return bytes(rendered.of(0))


async def advice_of(database: Database, payment: OwnPayment, run: int, practice: int) -> remittance.Advice:
    """The remittance advice of one payment of a practice, which belongs to this run."""
    practices = await Practices.read(database, Role.PAY)
    row = int(np.flatnonzero(practices.practice == practice)[0])
    insurers = (await Reference.read(database, Role.CLAIMS)).insurers
    async with database.transaction(Role.PAY) as work:
        groups = await _groups(work, run, date.min, practice)
        group = int(np.flatnonzero(groups.label == payment.end_to_end_id.encode())[0])
        number = practices.number[row].decode()
        return await _advice(work, groups, group, insurers.named(payment.tenant), number, practices.name[row])


async def _groups(work: Transaction, run: int, created: date, only: int | None = None) -> _Groups:
    """Payments and unpaid decisions as groups, sorted by practice. Raises Misuse when there is no such run.

    For one practice alone, what was told with the run is read; for all, it is written that it is told now.
    """
    await payables.summary(work, run)
    data = await payables.returns_data(work, run, only)
    if only is None:
        silent = await store_told.tell_without_payment(work, run)
    else:
        silent = await store_told.told_without_payment(work, run, only)
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
    reasons: Catalogue,
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


async def advise(
    database: Database, run: int, practice: str, folder: Path, language: remittance.Language
) -> list[Path]:
    """Write the remittance advices of one practice in a run, each as a PDF and a CSV. Raises Misuse when unknown."""
    practices = await Practices.read(database, Role.PAY)
    row = int(practices.rows(np.array([practice.encode("ascii", "replace")], "S9"))[0])
    if row < 0:
        raise Misuse(PRACTICE_UNKNOWN, cause=practice)
    insurers = (await Reference.read(database, Role.CLAIMS)).insurers
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    async with database.transaction(Role.PAY) as work:
        groups = await _groups(work, run, date.min)
        mine = np.flatnonzero((groups.practice == practices.practice[row]) & (groups.label != b""))
        for group in mine.tolist():
            names = (insurers.named(int(groups.tenant[group])), practice, practices.name[row])
            advice = await _advice(work, groups, group, *names)
            for ending, content in (
                ("pdf", remittance.to_pdf(advice, language)),
                ("csv", remittance.to_csv(advice, language)),
            ):
                paths.append(folder / f"{practice}-{advice.label}.{ending}")
                paths[-1].write_bytes(content)
    return paths


async def _advice(
    work: Transaction, groups: _Groups, group: int, insurer: str, number: str, name: str
) -> remittance.Advice:
    """One payment, with what it pays, what it takes back, and what the same insurer refused to the same practice."""
    same = (groups.practice == groups.practice[group]) & (groups.tenant == groups.tenant[group])
    (refusing,) = np.nonzero(same & (groups.label == b""))
    paid = slice(int(groups.start[group]), int(groups.start[group + 1]))
    refused = [groups.decision[groups.start[each] : groups.start[each + 1]] for each in refusing.tolist()]
    amount = dict(zip(groups.decision[paid].tolist(), groups.amount[paid].tolist(), strict=True))
    rows = await claims_store.decided(work, np.concatenate([groups.decision[paid], *refused]))
    told = [{key: column[place] for key, column in rows.items()} for place in range(len(rows["decision"]))]
    return remittance.Advice(
        label=groups.label[group].decode(),
        execution_date=groups.day[group].astype(date),
        insurer=insurer,
        practice_number=number,
        practice_name=name,
        paid_cents=int(groups.paid[group]),
        invoices=[
            remittance.PaidInvoice(
                number=_text(each["number"]),
                care_date=each["care_from"].astype(date),
                lines=int(each["lines"]),
                charged_cents=int(each["charged_cents"]),
                amo_cents=int(each["amo_cents"]),
                amc_cents=amount[int(each["decision"])],
            )
            for each in told
            if amount.get(int(each["decision"]), 0) > 0
        ],
        deductions=[
            remittance.TakenBack(
                _text(each["number"]), each["care_from"].astype(date), -amount[int(each["decision"])], TAKEN_BACK
            )
            for each in told
            if amount.get(int(each["decision"]), 0) < 0
        ],
        refusals=[
            remittance.Refused(
                number=_text(each["number"]),
                care_date=each["care_from"].astype(date),
                asked_cents=int(each["amc_asked_cents"]),
                reason=REASONS[int(each["reason"])],
            )
            for each in told
            if int(each["decision"]) not in amount and each["reason"] > 0
        ],
    )


def _text(number: np.bytes_) -> str:
    return number.decode("ascii").strip()
