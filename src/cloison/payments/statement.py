"""Statements and notifications, `camt.053` and `camt.054`, of any version: booked movements of one account.

An entry may stand for one transfer, for several that it details, or for a whole block of orders that the bank
booked at once. Only booked entries in euros move anything; the others are remarked.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cloison.payments.bankfile import Booking, Direction, Element, Reading, Statement, Unreadable, elements
from cloison.payments.reasons import (
    BALANCE_DOES_NOT_FOLLOW,
    CURRENCY_NOT_EURO,
    DETAILS_DO_NOT_ADD_UP,
    ELEMENT_INVALID,
    ELEMENT_MISSING,
)

NOT_PROVIDED: Final = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"})
DIRECTIONS: Final = {"DBIT": Direction.DEBIT, "CRDT": Direction.CREDIT}
REPORTS: Final = ("Stmt", "Ntfctn")


@dataclass(slots=True)
class _Detail:
    reference: str
    end_to_end_id: str
    batch_id: str
    amount_cents: int | None
    direction: Direction | None
    returned: bool
    bank_reason: str


@dataclass(slots=True)
class _Report:
    """What is known of the report being read."""

    iban: str = ""
    opening: int | None = None
    closing: int | None = None
    bookings: list[Booking] = field(default_factory=list[Booking])
    details: list[_Detail] = field(default_factory=list[_Detail])
    entries: int = 0
    moved: int = 0
    complete: bool = True


def read(reading: Reading) -> tuple[Statement, ...]:
    """The reports of one message, entry by entry: memory does not grow with the XML."""
    statements: list[Statement] = []
    report = _Report()
    for element in elements(reading, "Acct", "Bal", "TxDtls", "Ntry", *REPORTS):
        parent = element.getparent()
        within = "" if parent is None else reading.local(parent)
        match reading.local(element):
            case "Acct" if within in REPORTS:
                report.iban = _account(reading, element)
            case "Bal" if within in REPORTS:
                _balance(reading, element, report)
            case "TxDtls":
                report.details.append(_detail(reading, element))
                element.clear()
            case "Ntry":
                report.entries += 1
                _entry(reading, element, report)
                report.details.clear()
                element.clear()
            case name if name in REPORTS:
                statements.append(_closed(reading, element, report))
                report = _Report()
                element.clear()
            case _:
                pass
    if not statements:
        raise Unreadable(reading.defect(ELEMENT_MISSING, None, "Stmt or Ntfctn"))
    return tuple(statements)


def _account(reading: Reading, element: Element) -> str:
    text = reading.text
    number = text(element, "Id", "IBAN") or text(element, "Id", "Othr", "Id")
    return number.replace(" ", "")


def _balance(reading: Reading, element: Element, report: _Report) -> None:
    code = reading.text(element, "Tp", "CdOrPrtry", "Cd")
    amount = reading.find(element, "Amt")
    if amount is None or amount.get("Ccy") != "EUR" or code not in ("OPBD", "PRCD", "CLBD"):
        return
    cents = reading.cents(amount) * _sign(_direction(reading, element))
    if code == "CLBD":
        report.closing = cents
    else:
        report.opening = cents


def _sign(direction: Direction) -> int:
    return 1 if direction is Direction.CREDIT else -1


def _direction(reading: Reading, element: Element) -> Direction:
    code = reading.required(element, "CdtDbtInd")
    if code not in DIRECTIONS:
        raise Unreadable(reading.defect(ELEMENT_INVALID, element, "CdtDbtInd", "neither DBIT nor CRDT"))
    return DIRECTIONS[code]


def _detail(reading: Reading, element: Element) -> _Detail:
    text = reading.text
    amount = reading.find(element, "Amt")
    if amount is None:
        amount = reading.find(element, "AmtDtls", "TxAmt", "Amt")
    direction = text(element, "CdtDbtInd")
    remittance = reading.find(element, "RmtInf")
    if remittance is not None:
        text(remittance, "Ustrd")
    reason = text(element, "RtrInf", "Rsn", "Cd")
    return _Detail(
        reference=text(element, "Refs", "AcctSvcrRef"),
        end_to_end_id=text(element, "Refs", "EndToEndId"),
        batch_id=text(element, "Refs", "PmtInfId"),
        amount_cents=None if amount is None or amount.get("Ccy") != "EUR" else reading.cents(amount),
        direction=DIRECTIONS.get(direction),
        returned=reading.find(element, "RtrInf") is not None,
        bank_reason=reason[:4],
    )


def _entry(reading: Reading, element: Element, report: _Report) -> None:
    """One entry becomes one booking, or one per transfer that it details to the cent."""
    text = reading.text
    amount = reading.find(element, "Amt")
    if amount is None:
        raise Unreadable(reading.defect(ELEMENT_MISSING, element, "Amt"))
    status = text(element, "Sts", "Cd") or reading.required(element, "Sts")
    if status != "BOOK":
        return
    if amount.get("Ccy") != "EUR":
        report.complete = False
        reading.remark(CURRENCY_NOT_EURO, element, "Ntry")
        return
    cents, direction = reading.cents(amount), _direction(reading, element)
    report.moved += cents * _sign(direction)
    whole = Booking(
        reference=text(element, "AcctSvcrRef") or f"{_identification(reading, element)}#{report.entries}",
        end_to_end_id="",
        batch_id=text(element, "NtryDtls", "Btch", "PmtInfId") or text(element, "NtryDtls", "Btch", "MsgId"),
        direction=direction,
        amount_cents=cents,
        booking_date=_booking_date(reading, element),
        returned=text(element, "RvslInd") in ("true", "1"),
        bank_reason="",
        transfers=_count(text(element, "NtryDtls", "Btch", "NbOfTxs")),
    )
    report.bookings += _detailed(reading, element, whole, report.details)


def _identification(reading: Reading, entry: Element) -> str:
    """A bank that numbers no movement still numbers its reports."""
    parent = entry.getparent()
    return "" if parent is None else reading.text(parent, "Id")


def _booking_date(reading: Reading, element: Element) -> date:
    for name in ("BookgDt", "ValDt"):
        for kind in ("Dt", "DtTm"):
            if reading.find(element, name, kind) is not None:
                return reading.day(element, name, kind)
    raise Unreadable(reading.defect(ELEMENT_MISSING, element, "BookgDt"))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 1


def _detailed(reading: Reading, element: Element, whole: Booking, details: list[_Detail]) -> list[Booking]:
    if not details:
        return [whole]
    if len(details) == 1:
        # A single detail may omit its amount, or give it in another currency: the entry rules.
        amounts = [whole.amount_cents]
    else:
        amounts = [detail.amount_cents for detail in details]
        signs = [-1 if detail.direction not in (None, whole.direction) else 1 for detail in details]
        known = [amount * sign for amount, sign in zip(amounts, signs, strict=True) if amount is not None]
        if len(known) < len(details) or sum(known) != whole.amount_cents or -1 in signs:
            reading.remark(DETAILS_DO_NOT_ADD_UP, element, "NtryDtls")
            return [whole]
    return [
        Booking(
            reference=detail.reference or (whole.reference if len(details) == 1 else f"{whole.reference}/{rank}"),
            end_to_end_id="" if detail.end_to_end_id in NOT_PROVIDED else detail.end_to_end_id,
            batch_id=detail.batch_id or whole.batch_id,
            direction=whole.direction,
            amount_cents=amount or 0,
            booking_date=whole.booking_date,
            returned=whole.returned or detail.returned,
            bank_reason=detail.bank_reason,
        )
        for rank, (detail, amount) in enumerate(zip(details, amounts, strict=True), 1)
    ]


def _closed(reading: Reading, element: Element, report: _Report) -> Statement:
    if not report.iban:
        raise Unreadable(reading.defect(ELEMENT_MISSING, element, "Acct"))
    opening, closing = report.opening, report.closing
    if report.complete and opening is not None and closing is not None and opening + report.moved != closing:
        reading.remark(BALANCE_DOES_NOT_FOLLOW, element, "Bal")
    identification = reading.required(element, "Id")
    return Statement(report.iban, identification, tuple(report.bookings), opening, closing)
