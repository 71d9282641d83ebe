"""PaymentReconciliation: a payment and the invoices that it is made of, to the cent. PaymentNotice: it was received.

`paymentIdentifier` is the label that the practice sees on its bank statement. The details make the amount exactly; what
is taken back is below zero and says so. A payment that the bank refused or returned is `cancelled`: it moved nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from cloison.errors import Misuse
from cloison.exchanges import Draft
from cloison.gateways.fhir import r4, reading, systems
from cloison.gateways.fhir.asking import request, wrong
from cloison.gateways.fhir.eligibility import cents_of, euros
from cloison.gateways.fhir.interaction import Answer, Call, instant, named, nameless
from cloison.gateways.fhir.payment_reasons import AMOUNT_DIFFERS, PAYMENT_UNKNOWN
from cloison.gateways.fhir.rest_reasons import NOT_FOUND
from cloison.gateways.fhir.search import Kind, Match, Page, Query
from cloison.gateways.fhir.stored import Stored, name_by
from cloison.identity import Actor
from cloison.payments.chart import TransferKind
from cloison.payments.own import STANDS, OwnLine, OwnPayment, PaymentSearch

NAME, NOTICE = "PaymentReconciliation", "PaymentNotice"
PARAMETERS = {
    "identifier": Kind.TOKEN, "status": Kind.TOKEN, "created": Kind.DATE, "payment-issuer": Kind.REFERENCE,
}  # fmt: skip
NOTICE_PARAMETERS = {"identifier": Kind.TOKEN, "status": Kind.TOKEN, "created": Kind.DATE}
LABEL = "urn:cloison:libelle-virement"
NUMBER = "urn:cloison:facture"
TYPES = "http://terminology.hl7.org/CodeSystem/payment-type"
DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Payments:
    """The payments of each caller: to its practice, or by its insurer, which sees whom it pays and not what for.

    `insurer` gives the AMC number of an insurer, `payee` the number of a practice.
    """

    find_own: Callable[[Actor, PaymentSearch], Awaitable[list[OwnPayment]]]
    total_own: Callable[[Actor, PaymentSearch], Awaitable[int]]
    lines_own: Callable[[Actor, Sequence[int]], Awaitable[list[OwnLine]]]
    insurer: Callable[[int], str]
    payee: Callable[[int], str]

    async def read(self, call: Call, text: str, version: str = "") -> Answer:
        """One payment, as it stands."""
        found = await self.find_own(call.actor, PaymentSearch(payments=(_number(text),)))
        if not found or (version and str(found[0].version) != version):
            raise Misuse(NOT_FOUND)
        payment = found[0]
        if call.knows(payment.version, payment.told_at):
            return Answer(304, version=payment.version, updated=payment.told_at)
        (body,) = await self._bodies(call, [payment])
        return Answer(200, body, version=payment.version, updated=payment.told_at)

    async def find(self, call: Call, query: Query) -> Page:
        """One page of payments, newest first."""
        search = _search(query, query.count + 1)
        total = await self.total_own(call.actor, search) if query.total or query.count_only else None
        if query.count_only:
            return Page((), total)
        found = await self.find_own(call.actor, search)
        page = found[: query.count]
        bodies = await self._bodies(call, page)
        up_to = query.up_to if query.up_to is not None else (page[0].payment if page else None)
        matches = [Match(NAME, str(each.payment), body) for each, body in zip(page, bodies, strict=True)]
        return Page(matches, total, up_to, page[-1].payment if len(found) > query.count else None)

    async def _bodies(self, call: Call, payments: Sequence[OwnPayment]) -> list[bytes]:
        lines = await self.lines_own(call.actor, [each.payment for each in payments])
        return [self._body(each, [line for line in lines if line.payment == each.payment]) for each in payments]

    def _body(self, payment: OwnPayment, lines: Sequence[OwnLine]) -> bytes:
        resource = r4.PaymentReconciliation(
            identifier=[r4.Identifier(system=LABEL, value=payment.end_to_end_id)],
            status="active" if payment.state in STANDS else "cancelled",
            created=instant(payment.told_at),
            payment_issuer=r4.Reference(
                type="Organization", identifier=r4.Identifier(system=systems.AMC, value=self.insurer(payment.tenant))
            ),
            outcome="queued" if payment.state.name in ("ORDERED", "ACCEPTED") else "complete",
            disposition=payment.state.name.lower(),
            payment_date=payment.execution_date.isoformat(),
            payment_amount=euros(payment.amount_cents),
            payment_identifier=r4.Identifier(system=LABEL, value=payment.end_to_end_id),
            detail=[_detail(line) for line in lines] or [self._whole(payment)],
        )
        return named(reading.write(resource), str(payment.payment), payment.version, payment.told_at)

    def _whole(self, payment: OwnPayment) -> r4.PaymentReconciliationDetail:
        """A payment as who makes it sees it: to whom, and nothing of the care that it is for."""
        number = r4.Identifier(system=systems.PRACTICE[-1], value=self.payee(payment.practice))
        return r4.PaymentReconciliationDetail(
            type=r4.CodeableConcept(coding=[r4.Coding(system=TYPES, code="payment")]),
            payee=r4.Reference(type="Organization", identifier=number),
            date=payment.execution_date.isoformat(),
            amount=euros(payment.amount_cents),
        )


@dataclass(frozen=True, slots=True)
class PreparedNotice:
    """A notice that can be kept."""

    call: Call
    notice: r4.PaymentNotice = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notices:
    """Keeps what practices say of payments that they received."""

    payments: Payments
    stored: Stored

    async def prepare(self, call: Call) -> PreparedNotice:
        """Read a notice. Raises Misuse when its payment is not one of the practice, or has another amount."""
        notice = request(call.body, r4.PaymentNotice).asked
        text = (notice.payment.reference or "").rpartition("/")[2]
        found = await self.payments.find_own(call.actor, PaymentSearch(payments=(_number(text),)))
        if not found:
            raise wrong(PAYMENT_UNKNOWN, f"{NOTICE}.payment")
        if cents_of(notice.amount, f"{NOTICE}.amount") != found[0].amount_cents:
            raise wrong(AMOUNT_DIFFERS, f"{NOTICE}.amount")
        return PreparedNotice(call, notice, nameless(call.body))

    async def carry_out(self, prepared: Sequence[PreparedNotice]) -> list[Answer]:
        """Keep notices."""
        return [await self._one(each) for each in prepared]

    async def condition(self, call: Call, condition: Query) -> Answer | None:
        """What If-None-Exist finds."""
        found = await self.stored.condition(call, NOTICE, condition)
        return None if found is None else await self.stored.read(call, NOTICE, str(found.document))

    async def _one(self, prepared: PreparedNotice) -> Answer:
        call, notice = prepared.call, prepared.notice
        creation = await self.stored.create(
            Draft(
                practice=call.actor.practice,
                account=call.actor.account,
                kind=NOTICE,
                body=prepared.body,
                status=notice.status,
                day=date.fromisoformat(notice.created[:10]) if len(notice.created) >= 10 else call.now.date(),
                name=name_by(notice.identifier),
            )
        )
        return await self.stored.created(call, NOTICE, creation, prepared.body)


def _detail(line: OwnLine) -> r4.PaymentReconciliationDetail:
    """One invoice of a payment. What is taken back is an adjustment, below zero."""
    code = "payment" if line.kind is TransferKind.DUE else "adjustment"
    return r4.PaymentReconciliationDetail(
        identifier=r4.Identifier(system=NUMBER, value=line.number) if line.number else None,
        type=r4.CodeableConcept(coding=[r4.Coding(system=TYPES, code=code)]),
        date=line.decided_at.date().isoformat() if line.decided_at else None,
        amount=euros(line.amount_cents),
    )


def _search(query: Query, count: int) -> PaymentSearch:
    """The conditions of a query on payments."""
    created, updated = query.dates.get("created"), query.dates.get("_lastUpdated")
    labels = [each.code for each in query.tokens.get("identifier", ())]
    statuses = {each.code for each in query.tokens.get("status", ())}
    return PaymentSearch(
        payments=tuple(_number(each.code) for each in query.tokens.get("_id", ())),
        label=labels[0] if labels else None,
        told_from=created.start if created else updated.start if updated else None,
        told_to=created.end if created else updated.end if updated else None,
        standing=None if not statuses or {"active", "cancelled"} <= statuses else "active" in statuses,
        up_to=query.up_to,
        before=query.before,
        count=count,
    )


def _number(text: str) -> int:
    """The number of a payment; one that cannot be ours is that of none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else 0
