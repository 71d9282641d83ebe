"""POST /v1/eligibility: is this person covered for this care on this day? One question, or many in `questions`.

The person is named in the body, never in the address. The answer holds no field of identity.
"""

import re
from datetime import date
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Raw, Struct
from starlette.types import Receive, Scope

from cloison.disclosure import Proof, Result
from cloison.errors import Misuse, Place, Problem, Reason
from cloison.gateways.http import body
from cloison.gateways.http.problems import Words
from cloison.gateways.http.reasons import VALUE_WRONG
from cloison.gateways.http.rim import OK_JSON, Endpoint, Sent, actor_of
from cloison.gateways.http.service import Services
from cloison.identifiers.nir import Nir
from cloison.identity import Actor
from cloison.rights.question import Enquiry, Reply
from cloison.rules.vocabulary import Domain

PATH = "/v1/eligibility"
QUESTIONS_MAX = 100
PROOFS = {"typed": Proof.TYPED, "code": Proof.CODE, "card": Proof.CARD}
DOMAINS = {each.name: each for each in Domain}
RESULTS = {Result.COVERED: "covered", Result.NOT_COVERED: "not_covered", Result.UNDETERMINED: "undetermined"}

ProofName: TypeAlias = Literal["typed", "code", "card"]
DomainName: TypeAlias = Literal["MED", "PHAR", "LABO", "AUXM", "TRAN", "RADL", "HOSP", "OPTI", "DENT", "AUDI"]


class Question(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One question. The person is named by the card (`adherent`) or by the NIR; no more is given than asked."""

    amc: Annotated[str, Meta(pattern="^[0-9]{1,10}$", description="AMC number of the insurer, as on the card")]
    birth_date: Annotated[str, Meta(pattern="^[0-9]{8}$", description="YYYYMMDD, lunar dates as they are")]
    care_date: date
    domain: DomainName
    adherent: Annotated[str, Meta(pattern="^[!-~]{0,16}$", description="member number of the card")] = ""
    nir: Annotated[
        str,
        Meta(pattern="^([0-9]{5}([0-9]{2}|2[AB])[0-9]{6}([0-9]{2})?)?$", description="13 characters, or 15 with key"),
    ] = ""
    birth_rank: Annotated[int, Meta(ge=1, le=9)] = 1
    proof: ProofName = "typed"
    engage: Annotated[bool, Meta(description="true: give a guarantee number, so that the payment is promised")] = False
    wanted_cents: Annotated[int, Meta(ge=0, le=100_000_000, description="what to hold of a yearly ceiling")] = 0
    practice: Annotated[str, Meta(pattern="^[0-9A-Z]{0,9}$", description="number of the practice that gives care")] = ""

    def __repr__(self) -> str:
        return "Question()"


class Questions(Struct, frozen=True, forbid_unknown_fields=True):
    """Several questions, answered in their order."""

    questions: Annotated[list[Question], Meta(min_length=1, max_length=QUESTIONS_MAX)]


class Why(Struct, frozen=True):
    """Why a right is not open: a refusal is an answer, not an error."""

    code: str
    message: Words
    action: Words
    actor: str
    retry: str
    doc_url: str


class Answer(Struct, frozen=True, omit_defaults=True):
    """What may be told. Days are inclusive; without `valid_to` no end is known."""

    result: str
    engagement: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    domain: str = ""
    order: int = 0
    held_cents: int = 0
    reason: Why | None = None


class Answers(Struct, frozen=True):
    """The answers, in the order of the questions."""

    answers: list[Answer]


class _Sent(Struct, frozen=True, omit_defaults=True, gc=False):
    """`Answer` as it is written: the words of a reason are encoded once."""

    result: str
    engagement: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    domain: str = ""
    order: int = 0
    held_cents: int = 0
    reason: Raw | None = None


_one = msgspec.json.Decoder(Question)
_many = msgspec.json.Decoder(Questions)
_encoder = msgspec.json.Encoder()
_MANY = re.compile(rb'\s*\{\s*"questions"')


def endpoint(services: Services) -> Endpoint:
    """What answers a request for eligibility."""
    reasons: dict[int, Raw] = {}

    def why(reason: Reason | None) -> Raw | None:
        if reason is None:
            return None
        if reason.number not in reasons:
            reasons[reason.number] = Raw(_encoder.encode(_why(reason, services.site)))
        return reasons[reason.number]

    async def answer(scope: Scope, receive: Receive) -> Sent:
        body.require_json(scope)
        content = await body.read(scope, receive)
        actor = actor_of(scope)
        several = _MANY.match(content) is not None
        asked = body.decoded(_many, content).questions if several else (body.decoded(_one, content),)
        enquiries = [enquiry(each, at if several else -1, actor, services) for at, each in enumerate(asked)]
        replies = await services.ask(actor, enquiries)
        if isinstance(replies, Reason):
            raise Misuse(replies)
        sent = [_sent(reply, each.domain, why(reply.reason)) for reply, each in zip(replies, asked, strict=True)]
        return 200, OK_JSON, _encoder.encode({"answers": sent} if several else sent[0])

    return answer


def enquiry(question: Question, at: int, actor: Actor, services: Services) -> Enquiry:
    """The question as the rights take it. Raises Misuse when it does not name one person, or its practice."""
    if bool(question.adherent) == bool(question.nir):
        raise Misuse(VALUE_WRONG, cause="one of adherent and nir", place=_place(at, "adherent"))
    if len(question.nir) == 15 and (wrong := Nir.refusal(question.nir)) is not None:
        raise Misuse(wrong, place=_place(at, "nir"))
    practice = services.practice_of(actor, question.practice)
    if isinstance(practice, Reason):
        raise Misuse(practice, place=_place(at, "practice"))
    return Enquiry(
        actor.account,
        practice,
        PROOFS[question.proof],
        question.care_date,
        DOMAINS[question.domain],
        question.amc,
        question.adherent,
        question.nir[:13],
        question.birth_date,
        str(question.birth_rank),
        question.engage,
        question.wanted_cents,
    )


def _place(at: int, field: str) -> Place:
    return Place("body", 0, field if at < 0 else f"questions[{at}].{field}")


def _sent(reply: Reply, domain: str, why: Raw | None) -> _Sent:
    if reply.result is not Result.COVERED:
        return _Sent(RESULTS[reply.result], reason=why)
    return _Sent(
        "covered", reply.engagement, reply.valid_from, reply.valid_to, domain, reply.ordre, reply.held_cents, why
    )


def _why(reason: Reason, site: str) -> Why:
    problem = Problem.of(reason, site=site)
    return Why(
        problem.code,
        Words(reason.message.fr, reason.message.en),
        Words(reason.action.fr, reason.action.en),
        reason.actor.value,
        reason.retry.value,
        problem.doc_url,
    )
