"""The insurers' bank: reads payment orders, says what it refuses, and writes the statements of the days after.

Reads `pain.001`, writes `pain.002.001.10` and `camt.053.001.08`. Which transfers are refused, and which come back two
days later, depends on their references and the seed alone, not on the order of the files. Amounts stay text or cents.
"""

import shutil
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
from lxml import etree

from cloison.money import cents_of
from cloison.world.bank_files import (
    Head,
    Line,
    Transfer,
    entry,
    report_end,
    report_refusal,
    report_start,
    statement_end,
    statement_start,
)

_HASH_BYTES = 8
_AT_LEAST_ONE_FROM = 10
_DAYS_UNTIL_RETURN = 2
_OPENING_CENTS = 5_000_000_00
REFUSALS = ("AC04", "AC01", "AG01")
RETURNS = ("AC01", "MD07", "AC04")


class Style(IntEnum):
    """How a bank shows a block of orders on a statement: each account has its way."""

    ONE_LINE = 0
    ONE_LINE_WITH_DETAILS = 1
    LINE_PER_TRANSFER = 2


@dataclass(frozen=True, slots=True)
class BankReport:
    """What the bank wrote and what it decided. `returned_cents` came back as credits, `unknown` matches no order."""

    statuses: tuple[Path, ...]
    statements: tuple[Path, ...]
    transfers: int
    ordered_cents: int
    refused: int
    refused_cents: int
    returned: int
    returned_cents: int
    unknown: int
    unknown_cents: int


@dataclass(slots=True)
class _Account:
    """An insurer's account while its orders are being executed."""

    iban: str
    bic: str
    style: Style
    lines: dict[date, BinaryIO] = field(default_factory=dict[date, BinaryIO])
    moved: dict[date, int] = field(default_factory=dict[date, int])
    names: "dict[date, blake2b]" = field(default_factory=dict[date, "blake2b"])

    def book(self, day: date, line: Line, stack: ExitStack) -> None:
        """Append one line to the statement of its day."""
        if day not in self.lines:
            self.lines[day] = stack.enter_context(TemporaryFile())  # noqa: SIM115 (the stack closes it)
            self.moved[day] = 0
            self.names[day] = blake2b(digest_size=6)
        # Named after what it is, so that the bank never gives a reference twice, on any day and in any run.
        named = blake2b(f"{self.iban} {day} {line.block} {line.reference} {line.debit}".encode(), digest_size=8)
        self.names[day].update(named.digest())
        self.lines[day].write(entry(line, f"BQ{named.hexdigest().upper()}", day))
        self.moved[day] += line.signed_cents


@dataclass(slots=True)
class _Tally:
    transfers: int = 0
    ordered: int = 0
    refused: int = 0
    refused_cents: int = 0
    returned: int = 0
    returned_cents: int = 0
    unknown: int = 0
    unknown_cents: int = 0


@dataclass(frozen=True, slots=True)
class _Fate:
    """Thresholds on the hash of a reference: refused below the first, returned below the second."""

    seed: int
    refused_below: int
    returned_below: int
    returned: Container[str] = ()

    def of(self, reference: str) -> int:
        return _hash(self.seed, reference)

    def comes_back(self, reference: str) -> bool:
        return self.of(reference) < self.returned_below or reference in self.returned


def bank(
    orders: Sequence[Path], out: Path, *, seed: int, refused_share: float = 0.002, returned_share: float = 0.003,
    returned: Container[str] = (), unknown_line: bool = True, progress: Callable[[str, int, int], None] | None = None,
) -> BankReport:  # fmt: skip
    """Execute the payment orders of files `orders`; status reports and statements go under `out`. Transfers with a
    reference in `returned` come back, whatever the shares."""
    out.mkdir(parents=True, exist_ok=True)
    fate = replace(_fate(orders, seed, refused_share, returned_share), returned=returned)
    accounts: dict[str, _Account] = {}
    tally = _Tally()
    statuses: list[Path] = []
    with ExitStack() as stack:
        for index, order in enumerate(sorted(orders), 1):
            statuses.append(_execute(order, out, fate, accounts, tally, stack))
            if progress is not None:
                progress("payment orders", index, len(orders))
        ordered = [accounts[iban] for iban in sorted(accounts)]
        if unknown_line:
            _book_unknown(ordered, tally, stack)
        statements = [path for rank, account in enumerate(ordered, 1) for path in _write_statements(out, rank, account)]
    return BankReport(
        tuple(statuses), tuple(statements), tally.transfers, tally.ordered, tally.refused, tally.refused_cents,
        tally.returned, tally.returned_cents, tally.unknown, tally.unknown_cents,
    )  # fmt: skip


def _hash(seed: int, reference: str) -> int:
    key = seed.to_bytes(8, "big", signed=True)
    return int.from_bytes(blake2b(reference.encode(), digest_size=_HASH_BYTES, key=key).digest(), "big")


def _fate(orders: Sequence[Path], seed: int, refused_share: float, returned_share: float) -> _Fate:
    """Thresholds that refuse and return the wanted numbers of transfers, at least one of each among ten."""
    hashes = np.fromiter((_hash(seed, reference) for order in orders for reference in _references_of(order)), np.uint64)
    hashes.sort()
    least = 1 if hashes.size >= _AT_LEAST_ONE_FROM else 0
    refused = max(round(refused_share * hashes.size), least if refused_share else 0)
    returned = max(round(returned_share * hashes.size), least if returned_share else 0)
    ends = np.append(hashes, np.uint64(2**64 - 1))
    return _Fate(seed, int(ends[refused]), int(ends[min(refused + returned, hashes.size)]))


def transfers_of(order: Path) -> Iterator[tuple[Head, Transfer]]:
    """The transfers of a `pain.001` file, one at a time, each with the head of its block."""
    space = _namespace(order)
    tags = [f"{space}{name}" for name in ("GrpHdr", "PmtInfId", "ReqdExctnDt", "DbtrAcct", "DbtrAgt", "CdtTrfTxInf")]
    reference_path, amount_path = f"{space}PmtId/{space}EndToEndId", f"{space}Amt/{space}InstdAmt"
    seen: dict[str, str] = {}
    head: Head | None = None
    with order.open("rb") as file:
        for _, element in etree.iterparse(file, tag=tags, resolve_entities=False, no_network=True):
            name = element.tag.removeprefix(space)
            if name == "CdtTrfTxInf":
                if head is None:
                    head = Head(
                        *(seen[key] for key in ("message", "created", "PmtInfId", "ReqdExctnDt", "iban", "bic"))
                    )
                yield head, Transfer(element.findtext(reference_path, ""), cents_of(element.findtext(amount_path, "")))
                _forget(element)
            elif name == "GrpHdr":
                seen["message"] = element.findtext(f"{space}MsgId", "")
                seen["created"] = element.findtext(f"{space}CreDtTm", "")
            elif name == "DbtrAcct":
                seen["iban"] = element.findtext(f"{space}Id/{space}IBAN", "")
            elif name == "DbtrAgt":
                seen["bic"] = element.findtext(f"{space}FinInstnId/{space}BICFI", "")
            else:
                head = None
                seen[name] = "".join(str(text) for text in element.itertext()).strip()


def _references_of(order: Path) -> Iterator[str]:
    """The references alone, faster than the transfers."""
    with order.open("rb") as file:
        for _, element in etree.iterparse(file, tag="{*}EndToEndId", resolve_entities=False, no_network=True):
            yield element.text or ""
            transfer = next(element.iterancestors("{*}CdtTrfTxInf"), None)
            previous = None if transfer is None else transfer.getprevious()
            if transfer is not None and previous is not None:
                next(transfer.iterancestors()).remove(previous)


def _namespace(order: Path) -> str:
    """The namespace of the document as lxml writes it, braces included."""
    with order.open("rb") as file:
        for _, root in etree.iterparse(file, events=("start",), resolve_entities=False, no_network=True):
            return root.tag.partition("}")[0] + "}"
    raise ValueError(f"{order.name} is empty")


def _forget(element: etree._Element) -> None:  # pyright: ignore[reportPrivateUsage] (lxml names its class so)
    """Free what has been read, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _execute(
    order: Path, out: Path, fate: _Fate, accounts: dict[str, _Account], tally: _Tally, stack: ExitStack
) -> Path:
    """Report on one order and book it."""
    path = out / f"pain002_{order.stem}.xml"
    with TemporaryFile() as refusals, TemporaryFile() as details:
        block = _Block(fate, tally, refusals, details)
        for head, transfer in transfers_of(order):
            block.take(head, transfer, accounts, stack)
        if block.head is None:
            raise ValueError(f"{order.name} orders no transfer")
        block.book(accounts, stack)
        with path.open("wb") as file:
            file.write(report_start(block.head, block.count, block.cents, block.refused))
            _copy(refusals, file)
            file.write(report_end())
    return path


@dataclass(slots=True)
class _Block:
    """One file of orders being executed. A file holds one block, as banks prefer."""

    fate: _Fate
    tally: _Tally
    refusals: BinaryIO
    details: BinaryIO
    head: Head | None = None
    count: int = 0
    cents: int = 0
    refused: int = 0
    booked: int = 0
    booked_cents: int = 0

    def take(self, head: Head, transfer: Transfer, accounts: dict[str, _Account], stack: ExitStack) -> None:
        if self.head is not None and head != self.head:
            raise ValueError("a file of orders holds one block")
        self.head = head
        self.count += 1
        self.cents += transfer.cents
        self.tally.transfers += 1
        self.tally.ordered += transfer.cents
        account = accounts.get(head.iban)
        if account is None:
            style = Style(_hash(self.fate.seed, head.iban) % len(Style))
            account = accounts[head.iban] = _Account(head.iban, head.bic, style)
        lot = self.fate.of(transfer.reference)
        if lot < self.fate.refused_below:
            self.refused += 1
            self.tally.refused += 1
            self.tally.refused_cents += transfer.cents
            self.refusals.write(report_refusal(transfer, REFUSALS[lot % len(REFUSALS)]))
            return
        self.booked += 1
        self.booked_cents += transfer.cents
        if account.style is Style.LINE_PER_TRANSFER:
            account.book(head.day, Line(transfer.cents, True, head.block, transfer.reference), stack)
        elif account.style is Style.ONE_LINE_WITH_DETAILS:
            self.details.write(Line(transfer.cents, True, head.block, transfer.reference).detail())
        if self.fate.comes_back(transfer.reference):
            self.tally.returned += 1
            self.tally.returned_cents += transfer.cents
            back = Line(transfer.cents, False, head.block, transfer.reference, RETURNS[lot % len(RETURNS)])
            account.book(head.day + timedelta(days=_DAYS_UNTIL_RETURN), back, stack)

    def book(self, accounts: dict[str, _Account], stack: ExitStack) -> None:
        """Book the whole block at once, unless the account shows each transfer."""
        assert self.head is not None
        account = accounts[self.head.iban]
        if account.style is not Style.LINE_PER_TRANSFER and self.booked:
            self.details.seek(0)
            whole = Line(self.booked_cents, True, self.head.block, "", "", self.booked, self.details.read())
            account.book(self.head.day, whole, stack)


def _book_unknown(accounts: Sequence[_Account], tally: _Tally, stack: ExitStack) -> None:
    """A credit that answers no order of ours, on the first account that moved: somebody paid into the wrong account."""
    account = next((account for account in accounts if account.lines), None)
    if account is not None:
        line = Line(12_34, False, "", "NOTPROVIDED")
        account.book(min(account.lines), line, stack)
        tally.unknown += 1
        tally.unknown_cents += line.cents


def _write_statements(out: Path, rank: int, account: _Account) -> Iterator[Path]:
    balance = _OPENING_CENTS
    for day in sorted(account.lines):
        after = balance + account.moved[day]
        path = out / f"camt053_{rank:03d}_{day:%Y%m%d}.xml"
        with path.open("wb") as file:
            identification = f"REL{day:%Y%m%d}{account.names[day].hexdigest().upper()}"
            file.write(statement_start(identification, account.iban, account.bic, day, balance, after))
            _copy(account.lines[day], file)
            file.write(statement_end())
        balance = after
        yield path


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    source.seek(0)
    shutil.copyfileobj(source, target, 1 << 20)
