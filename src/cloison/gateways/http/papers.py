"""What a practice fetches of its payments: the list, the advice of each, the return of a run, and a statement.

    GET /v1/payments                        those of the practice, newest first, with the invoices of each
    GET /v1/payments/{payment}/advice.pdf   the remittance advice, to read (also .csv, to open)
    GET /v1/returns                         the runs that paid the practice
    GET /v1/returns/{run}.noe               the NOEMIE return of a run
    GET /v1/statement.csv?from=&to=         every line of every payment of a period

No paper names an insured person: an invoice is a number and a day.
"""

import csv
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.errors import Misuse, Place, Reason
from cloison.gateways.http import negotiation
from cloison.gateways.http.negotiation import JSON
from cloison.gateways.http.openapi import Operation, Parameter
from cloison.gateways.http.reasons import NOT_FOUND, VALUE_WRONG
from cloison.gateways.http.rim import actor_of
from cloison.identity import Actor
from cloison.payments.own import OwnLine, OwnPayment, OwnRun, PaymentSearch

PAYMENTS, RETURNS, STATEMENT = "/v1/payments", "/v1/returns", "/v1/statement.csv"
PDF, CSV, NOEMIE = "application/pdf", "text/csv; charset=utf-8", "text/plain; charset=us-ascii"
PAGE = 100
DAYS_MAX = 400
PAYMENT_MAX, RUN_MAX = (1 << 63) - 1, (1 << 31) - 1
COLUMNS = (
    "libelle_virement", "date_virement", "organisme", "etat", "paiement", "nature", "facture", "montant_centimes"
)  # fmt: skip


class Line(Struct, frozen=True, omit_defaults=True):
    """An invoice of a payment: paid, or taken back (below zero)."""

    kind: str
    invoice: str
    amount_cents: int


class Payment(Struct, frozen=True):
    """A payment, where it stands, and the invoices that make it to the cent."""

    payment: str
    label: str
    insurer: str
    execution_date: date
    amount_cents: int
    state: str
    bank_reason: str
    lines: list[Line]
    advice_pdf: str
    advice_csv: str


class PaymentList(Struct, frozen=True, omit_defaults=True):
    """Payments of the practice, newest first."""

    payments: list[Payment]
    next: str = ""


class Return(Struct, frozen=True):
    """A run that paid the practice, and where its NOEMIE return is."""

    run: int
    execution_date: date
    payments: int
    amount_cents: int
    href: str


class ReturnList(Struct, frozen=True, omit_defaults=True):
    """Runs that paid the practice, newest first."""

    returns: list[Return]
    next: str = ""


@dataclass(frozen=True, slots=True)
class PaperServices:
    """What these routes call; each looks at what the actor may see, and answers of its own practice only.

    `advice` takes the payment, `csv` or `pdf`, and the language. None: there is no such paper, for this caller.
    """

    find: Callable[[Actor, PaymentSearch], Awaitable[Sequence[OwnPayment] | Reason]]
    lines: Callable[[Actor, Sequence[int]], Awaitable[Sequence[OwnLine]]]
    runs: Callable[[Actor, int | None, int], Awaitable[Sequence[OwnRun] | Reason]]
    advice: Callable[[Actor, int, str, str], Awaitable[bytes | Reason | None]]
    returned: Callable[[Actor, int], Awaitable[bytes | Reason | None]]
    insurer: Callable[[int], str]


BEFORE = Parameter("before", "query", "only what is older than this number", {"type": "integer"}, required=False)
DAY = {"type": "string", "format": "date"}
MAY = "practice:payment:read"
OPERATIONS = (
    Operation("GET", PAYMENTS, "The payments of the practice, newest first.", {200: PaymentList}, parameters=(BEFORE,),
              problems=(403, 422), permission=MAY),
    Operation("GET", f"{PAYMENTS}/{{payment}}/advice.{{form}}", "The remittance advice of a payment (pdf, csv).",
              {200: None},
              parameters=(Parameter("payment", "path", "number of the payment", {"type": "integer"}),
                          Parameter("form", "path", "pdf or csv", {"type": "string", "enum": ["pdf", "csv"]})),
              problems=(403, 404), permission=MAY),
    Operation("GET", RETURNS, "The runs that paid the practice.", {200: ReturnList}, parameters=(BEFORE,),
              problems=(403, 422), permission=MAY),
    Operation("GET", f"{RETURNS}/{{run}}.noe", "The NOEMIE return of a run.", {200: None},
              parameters=(Parameter("run", "path", "number of the run", {"type": "integer"}),),
              problems=(403, 404), permission=MAY),
    Operation("GET", STATEMENT, "Every line of every payment of a period, as CSV.", {200: None},
              parameters=(Parameter("from", "query", "first day", DAY), Parameter("to", "query", "last day", DAY)),
              problems=(403, 422), permission=MAY),
)  # fmt: skip


def routes(services: PaperServices, site: str) -> list[Route]:
    """The routes of papers."""
    door = _Door(services, site)
    return [
        Route(PAYMENTS, door.payments, methods=["GET"]),
        Route(f"{PAYMENTS}/{{payment}}/advice.{{form}}", door.advice, methods=["GET"]),
        Route(RETURNS, door.runs, methods=["GET"]),
        Route(f"{RETURNS}/{{run}}.noe", door.returned, methods=["GET"]),
        Route(STATEMENT, door.statement, methods=["GET"]),
    ]


class _Door:
    """What each route does."""

    def __init__(self, services: PaperServices, site: str) -> None:
        self._services = services
        self._site = site

    async def payments(self, request: Request) -> Response:
        found = await self._found(request, PaymentSearch(before=_before(request), count=PAGE))
        lines = await self._services.lines(actor_of(request.scope), [each.payment for each in found])
        told = [self._told(each, [line for line in lines if line.payment == each.payment]) for each in found]
        following = f"{self._site}{PAYMENTS}?before={found[-1].payment}" if len(found) == PAGE else ""
        return Response(msgspec.json.encode(PaymentList(told, following)), media_type=JSON)

    async def advice(self, request: Request) -> Response:
        form = request.path_params["form"]
        if form not in ("pdf", "csv"):
            raise Misuse(NOT_FOUND)
        language = negotiation.language(request.headers.get("accept-language", ""))
        payment = _number(request, "payment", PAYMENT_MAX)
        content = await self._services.advice(actor_of(request.scope), payment, form, language)
        return _paper(content, PDF if form == "pdf" else CSV, f"bordereau-{payment}.{form}")

    async def runs(self, request: Request) -> Response:
        found = await self._services.runs(actor_of(request.scope), _before(request, RUN_MAX), PAGE)
        if isinstance(found, Reason):
            raise Misuse(found)
        told = [
            Return(
                each.run, each.execution_date, each.payments, each.amount_cents, f"{self._site}{RETURNS}/{each.run}.noe"
            )
            for each in found
        ]
        following = f"{self._site}{RETURNS}?before={found[-1].run}" if len(found) == PAGE else ""
        return Response(msgspec.json.encode(ReturnList(told, following)), media_type=JSON)

    async def returned(self, request: Request) -> Response:
        run = _number(request, "run", RUN_MAX)
        return _paper(await self._services.returned(actor_of(request.scope), run), NOEMIE, f"retour-{run}.noe")

    async def statement(self, request: Request) -> Response:
        """The lines of all payments of a period, semicolons between: a spreadsheet opens it as it is."""
        first, last = _day(request, "from"), _day(request, "to")
        if not first <= last < date.max or (last - first).days > DAYS_MAX:
            raise Misuse(VALUE_WRONG, cause=f"at most {DAYS_MAX} days, in their order", place=Place("query", 0, "from"))
        file = StringIO(newline="")
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        before: int | None = None
        while True:
            search = PaymentSearch(day_from=first, day_to=last + timedelta(days=1), before=before, count=PAGE)
            found = await self._found(request, search)
            lines = await self._services.lines(actor_of(request.scope), [each.payment for each in found])
            for each in found:
                head = (each.end_to_end_id, each.execution_date, self._services.insurer(each.tenant),
                        each.state.name.lower(), each.payment)  # fmt: skip
                writer.writerows(
                    (*head, line.kind.name.lower(), line.number, line.amount_cents)
                    for line in lines
                    if line.payment == each.payment
                )
            if len(found) < PAGE:
                break
            before = found[-1].payment
        return _paper("\ufeff".encode() + file.getvalue().encode(), CSV, f"releve-{first}-{last}.csv")

    async def _found(self, request: Request, search: PaymentSearch) -> Sequence[OwnPayment]:
        found = await self._services.find(actor_of(request.scope), search)
        if isinstance(found, Reason):
            raise Misuse(found)
        return found

    def _told(self, payment: OwnPayment, lines: Sequence[OwnLine]) -> Payment:
        address = f"{self._site}{PAYMENTS}/{payment.payment}/advice"
        return Payment(
            payment=str(payment.payment),
            label=payment.end_to_end_id,
            insurer=self._services.insurer(payment.tenant),
            execution_date=payment.execution_date,
            amount_cents=payment.amount_cents,
            state=payment.state.name.lower(),
            bank_reason=payment.bank_reason,
            lines=[Line(each.kind.name.lower(), each.number, each.amount_cents) for each in lines],
            advice_pdf=f"{address}.pdf",
            advice_csv=f"{address}.csv",
        )


def _paper(content: bytes | Reason | None, kind: str, name: str) -> Response:
    """A paper as an attachment, or why there is none."""
    if isinstance(content, Reason):
        raise Misuse(content)
    if not content:
        raise Misuse(NOT_FOUND)
    return Response(content, headers={"content-disposition": f'attachment; filename="{name}"', "content-type": kind})


def _before(request: Request, most: int = PAYMENT_MAX) -> int | None:
    text = request.query_params.get("before", "")
    if text and not _is_number(text):
        raise Misuse(VALUE_WRONG, place=Place("query", 0, "before"))
    return min(int(text), most) if text else None


def _number(request: Request, name: str, most: int) -> int:
    """A number of an address; nothing is found under one that is none, or that no row can have."""
    text: str = request.path_params[name]
    if not _is_number(text) or int(text) > most:
        raise Misuse(NOT_FOUND)
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        raise Misuse(VALUE_WRONG, cause="a day, YYYY-MM-DD", place=Place("query", 0, name)) from None
