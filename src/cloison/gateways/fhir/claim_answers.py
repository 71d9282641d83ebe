"""ClaimResponse: what was decided or promised, line by line, with the account of each cent.

    complete  decided: something is due or promised, or nothing is left to pay
    partial   some lines, or some families of care, are refused
    error     nothing is paid or promised: `error` says why
    queued    somebody must decide first: the insurer, or the operator

Lines keep the sequence of their items. Amounts of a line: what was submitted, the base, the rate and part of the
compulsory scheme, what another insurer paid, what the complementary insurer pays (`benefit`), what the insured pays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from cloison.claims.adjudicate import CANCELLED, REFUSED
from cloison.claims.outcomes import Decided, DecidedLine, KeptAside
from cloison.claims.quote import LineReply, Reply, State, promise_number, quote_number
from cloison.errors import Catalogue, Reason
from cloison.gateways.fhir import r4, systems
from cloison.gateways.fhir.claims import NAME, Submission
from cloison.gateways.fhir.eligibility import euros, refusal
from cloison.gateways.fhir.interaction import Call, instant
from cloison.gateways.fhir.outcome import Language, said
from cloison.rules.trace import Explanation

OWN, HL7 = systems.ADJUDICATION, "http://terminology.hl7.org/CodeSystem/adjudication"
LANGUAGES = "urn:ietf:bcp:47"
DAY = timedelta(days=1)
SPACES = {0xA0: " ", 0x202F: " "}
"""A FHIR string knows the space, the tab and line ends; amounts are written with others."""
Outcome: TypeAlias = Literal["queued", "complete", "error", "partial"]


@dataclass(frozen=True, slots=True)
class Response:
    """A ClaimResponse to be kept. `key` tells it from other answers to the same Claim."""

    key: str
    resource: r4.ClaimResponse = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Amounts:
    """One line: who pays what of it."""

    line: int
    charged: int
    base: int
    rate_bp: int
    amo: int
    amc: int
    own: int
    reason: int
    account: Explanation | None
    other: int = 0
    asked: int | None = None


def of_invoice(
    call: Call, submission: Submission, address: str, decided: Decided | KeptAside, reasons: Catalogue
) -> Response:
    """The answer to an invoice as it stands."""
    key = key_of(decided)
    where = decided.invoice if isinstance(decided, Decided) else decided.place
    place = r4.Identifier(system=systems.RECEPTION, value=str(where))
    if isinstance(decided, KeptAside):
        why = reasons[decided.reason] if decided.reason else None
        return Response(key, _response(call, submission, address, "queued", [place], why))
    number = r4.Identifier(system=systems.INVOICE, value=decided.number)
    why = reasons[decided.reason] if decided.reason else None
    lines = [_of_line(each) for each in decided.lines]
    gone = decided.state == CANCELLED
    nothing = decided.state == REFUSED
    some = any(each.refused for each in decided.lines)
    outcome: Outcome = "error" if nothing else "partial" if some else "complete"
    return Response(
        key,
        _response(
            call, submission, address, outcome, [place, number], why, lines, cancelled=gone, reasons=reasons,
            errors=[why] if nothing and why else (),
        ),
    )  # fmt: skip


def key_of(decided: Decided | KeptAside) -> str:
    """What tells the answer to an invoice as it stands from those before and after."""
    return str(decided.decision) if isinstance(decided, Decided) else "kept"


def of_quote(
    call: Call, submission: Submission, address: str, replies: Sequence[Reply], reasons: Catalogue
) -> Response:
    """The answer to a quote: one reply per family of care."""
    refused = [each for each in replies if each.state in (State.REFUSED, State.CANCELLED, State.EXPIRED)]
    pended = any(each.state is State.PENDED for each in replies)
    outcome: Outcome = (
        "error" if len(refused) == len(replies) else "queued" if pended else "partial" if refused else "complete"
    )
    lines = sorted((_of_quoted(line) for each in replies for line in each.lines), key=lambda line: line.line)
    gone = all(each.state is State.CANCELLED for each in replies)
    whys = [reasons[number] for number in dict.fromkeys(each.reason for each in replies) if number]
    numbers = [
        r4.Identifier(system=systems.QUOTE, value=quote_number(each.quote)) for each in replies if each.quote > 0
    ]
    return Response(
        ".".join(f"{each.quote}-{each.state.name.lower()}" for each in replies),
        _response(
            call, submission, address, outcome, numbers, whys[0] if whys else None, lines, cancelled=gone,
            promised=[each for each in replies if each.engagement], reasons=reasons,
            totals=None if lines else replies, errors=[reasons[each.reason] for each in refused if each.reason],
        ),
    )  # fmt: skip


def of_extension(call: Call, submission: Submission, address: str, number: int, until: date) -> Response:
    """The answer to an extension: the promise is kept until a day, excluded."""
    claim = submission.claim
    first = (claim.billable_period.start if claim.billable_period else None) or None
    period = r4.Period(start=first, end=(until - DAY).isoformat())
    resource = _response(call, submission, address, "complete", [], None)
    return Response(
        "extended",
        msgspec.structs.replace(resource, pre_auth_ref=promise_number(number), pre_auth_period=period),
    )


def of_cancellation(call: Call, submission: Submission, address: str) -> Response:
    """The answer to a cancellation: it is done. The Claim that it took back has an answer of its own."""
    return Response("cancelled", _response(call, submission, address, "complete", [], None))


def of_refusal(call: Call, submission: Submission, address: str, why: Reason) -> Response:
    """The answer to what was refused as a whole."""
    return Response("refused", _response(call, submission, address, "error", [], why, errors=[why]))


def _response(
    call: Call,
    submission: Submission,
    address: str,
    outcome: Outcome,
    identifiers: list[r4.Identifier],
    why: Reason | None,
    lines: Sequence[_Amounts] = (),
    *,
    cancelled: bool = False,
    promised: Sequence[Reply] = (),
    reasons: Catalogue | None = None,
    totals: Sequence[Reply] | None = None,
    errors: Iterable[Reason] = (),
) -> r4.ClaimResponse:
    claim, language = submission.claim, _spoken(call)
    notes = [each for each in lines if each.account is not None]
    numbers = {each.line: at for at, each in enumerate(notes, 1)}
    return r4.ClaimResponse(
        extension=[
            r4.Extension(url=systems.ENGAGEMENT, value_string=promise_number(each.engagement)) for each in promised
        ]
        or None,
        identifier=identifiers or None,
        status="cancelled" if cancelled else "active",
        type=claim.type,
        use=claim.use,
        patient=r4.Reference(type="Patient", display="person of the request"),
        created=instant(call.now),
        insurer=_insurer(submission.amc),
        request=_request(submission, address),
        outcome=outcome,
        disposition=said(why.message, language) if why else None,
        pre_auth_ref=promise_number(promised[0].engagement) if len(promised) == 1 else None,
        pre_auth_period=_period(promised[0]) if len(promised) == 1 else None,
        item=[_item(call, submission, each, numbers, reasons) for each in lines] or None,
        total=_totals(lines, totals or ()) or None,
        process_note=[_note(at, each, language) for at, each in enumerate(notes, 1)] or None,
        error=[r4.ClaimResponseError(code=refusal(call, each)) for each in dict.fromkeys(errors)] or None,
    )


def _insurer(amc: str) -> r4.Reference:
    if not amc:
        return r4.Reference(type="Organization", display="insurer of the request")
    return r4.Reference(type="Organization", identifier=r4.Identifier(system=systems.AMC, value=amc))


def _request(submission: Submission, address: str) -> r4.Reference:
    if address:
        return r4.Reference(reference=address)
    return r4.Reference(type=NAME, identifier=submission.identifier, display="this request")


def _item(
    call: Call, submission: Submission, line: _Amounts, notes: dict[int, int], reasons: Catalogue | None
) -> r4.ClaimResponseItem:
    items = submission.claim.item or []
    sequence = items[line.line].sequence if line.line < len(items) else line.line + 1
    why = reasons[line.reason] if reasons is not None and line.reason else None
    return r4.ClaimResponseItem(
        item_sequence=sequence,
        note_number=[notes[line.line]] if line.line in notes else None,
        adjudication=[
            *(_amount(system, code, cents) for system, code, cents in _amounts(line)),
            _rate(line.rate_bp),
            r4.ClaimResponseItemAdjudication(
                category=_category(HL7, "benefit"), reason=refusal(call, why) if why else None, amount=euros(line.amc)
            ),
        ],
    )


def _amounts(line: _Amounts) -> list[tuple[str, str, int]]:
    """The amounts of a line but the benefit, in the order in which they are worked out."""
    found = [(HL7, "submitted", line.charged), (HL7, "eligible", line.base), (OWN, "amo", line.amo)]
    if line.other:
        found.append((OWN, "other", line.other))
    if line.asked is not None:
        found.append((OWN, "asked", line.asked))
    return [*found, (OWN, "own", line.own)]


def _totals(lines: Sequence[_Amounts], replies: Sequence[Reply]) -> list[r4.ClaimResponseTotal]:
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        for system, code, cents in (*_amounts(line), (HL7, "benefit", line.amc)):
            sums[system, code] = sums.get((system, code), 0) + cents
    for each in replies:
        for system, code, cents in (
            (HL7, "submitted", each.charged_cents), (HL7, "eligible", each.base_cents), (OWN, "amo", each.amo_cents),
            (OWN, "own", each.own_cents), (HL7, "benefit", each.amc_cents),
        ):  # fmt: skip
            sums[system, code] = sums.get((system, code), 0) + cents
    return [
        r4.ClaimResponseTotal(category=_category(system, code), amount=euros(cents))
        for (system, code), cents in sums.items()
    ]


def _amount(system: str, code: str, cents: int) -> r4.ClaimResponseItemAdjudication:
    return r4.ClaimResponseItemAdjudication(category=_category(system, code), amount=euros(cents))


def _rate(rate_bp: int) -> r4.ClaimResponseItemAdjudication:
    return r4.ClaimResponseItemAdjudication(category=_category(HL7, "eligpercent"), value=Decimal(rate_bp).scaleb(-2))


def _category(system: str, code: str) -> r4.CodeableConcept:
    return r4.CodeableConcept(coding=[r4.Coding(system=system, code=code)])


def _note(number: int, line: _Amounts, language: Language) -> r4.ClaimResponseProcessNote:
    assert line.account is not None, "chosen for it"
    return r4.ClaimResponseProcessNote(
        number=number,
        type="display",
        text="\n".join(line.account.lines(language)).translate(SPACES),
        language=r4.CodeableConcept(coding=[r4.Coding(system=LANGUAGES, code=language)]),
    )


def _period(reply: Reply) -> r4.Period | None:
    if reply.valid_from is None:
        return None
    last = (reply.valid_to - DAY).isoformat() if reply.valid_to else None
    return r4.Period(start=reply.valid_from.isoformat(), end=last)


def _of_line(line: DecidedLine) -> _Amounts:
    return _Amounts(
        line.line - 1, line.charged_cents, line.base_cents, line.rate_bp, line.amo_cents, line.amc_cents,
        line.own_cents, line.reason, line.account, line.paid_by_other_cents, line.asked_cents,
    )  # fmt: skip


def _of_quoted(line: LineReply) -> _Amounts:
    other = line.charged_cents - line.amo_cents - line.amc_cents - line.own_cents
    return _Amounts(
        line.line, line.charged_cents, line.base_cents, line.rate_bp, line.amo_cents, line.amc_cents, line.own_cents,
        line.reason, line.account, other,
    )  # fmt: skip


def _spoken(call: Call) -> Language:
    return "en" if call.language == "en" else "fr"
