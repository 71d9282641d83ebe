"""What a Claim asks for, done: from Claims that are kept to the answers to be kept."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

import msgspec

from cloison.claims.outcomes import Decided, KeptAside
from cloison.claims.paper import AskedQuote, Invoice, Quote
from cloison.claims.quote import Kind
from cloison.errors import Catalogue, Misuse, Reason
from cloison.gateways.fhir.ask_reasons import CARE_UNSAID
from cloison.gateways.fhir.asking import wrong
from cloison.gateways.fhir.claim_answers import Response, of_extension, of_invoice, of_quote, of_refusal
from cloison.gateways.fhir.claim_ports import Deciding
from cloison.gateways.fhir.claim_reasons import NUMBER_WRONG, OTHER_CONTENT
from cloison.gateways.fhir.claims import NAME, Submission, guarantee_of
from cloison.gateways.fhir.interaction import Call
from cloison.rules.vocabulary import Domain

NOWHERE = UUID(int=0)
LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""A reference of a quote holds no run of digits: one could be the number of a person."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A Claim that was read, and where it is kept: nowhere for a simulation that is only submitted."""

    call: Call
    submission: Submission = field(repr=False)
    document: UUID = NOWHERE

    @property
    def address(self) -> str:
        """How its answer names it."""
        return f"{NAME}/{self.document}" if self.document != NOWHERE else ""

    @property
    def reference(self) -> str:
        """What the practice calls its quote, in the books: the Claim."""
        return self.document.hex.translate(LETTERS)


@dataclass(frozen=True, slots=True)
class Work:
    """Does it. `domain_of` gives the family of care of an act code."""

    deciding: Deciding
    reasons: Catalogue
    domain_of: Callable[[str], Domain | None]

    async def invoices(self, kept: Sequence[Kept]) -> list[Response]:
        """Decide invoices, all in one transaction."""
        papers = [numbered(cast("Invoice", each.submission.paper), each.document) for each in kept]
        found = await self.deciding.decide(papers)
        if isinstance(found, Reason):
            raise Misuse(found)
        return [
            self.invoice(each, decided)
            if _same(paper, decided)
            else of_refusal(each.call, each.submission, each.address, OTHER_CONTENT)
            for each, paper, decided in zip(kept, papers, found, strict=True)
        ]

    def invoice(self, kept: Kept, decided: Decided | KeptAside) -> Response:
        """The answer to an invoice as it stands."""
        return of_invoice(kept.call, kept.submission, kept.address, decided, self.reasons)

    async def quotes(self, kind: Kind, kept: Sequence[Kept]) -> list[Response]:
        """Answer quotes of one kind."""
        asked = [self._asked(each) for each in kept]
        found = await self.deciding.quote(kept[0].call.actor.channel, kind, asked)
        if isinstance(found, Reason):
            raise Misuse(found)
        return [
            of_quote(each.call, each.submission, each.address, replies, self.reasons)
            for each, replies in zip(kept, found, strict=True)
        ]

    async def extension(self, kept: Kept) -> Response:
        """Prolong the promise that a Claim names."""
        submission, call = kept.submission, kept.call
        change, paper, number = submission.change, cast("Quote", submission.paper), guarantee_of(submission)
        assert change is not None, "an extension"
        assert change.last_day is not None, "an extension has a last day"
        if number <= 0:
            raise wrong(NUMBER_WRONG, f"{NAME}.insurance.preAuthRef")
        domain = self.domain_of(paper.lines[0].code)
        if domain is None:
            raise wrong(CARE_UNSAID, f"{NAME}.item[0]")
        until = await self.deciding.extended(
            call.actor.channel, self._asked(kept), submission.practice, number, domain, change.last_day
        )
        if isinstance(until, Reason):
            return of_refusal(call, submission, kept.address, until)
        return of_extension(call, submission, kept.address, number, until)

    def _asked(self, kept: Kept) -> AskedQuote:
        paper = msgspec.structs.replace(cast("Quote", kept.submission.paper), reference=kept.reference)
        return AskedQuote(paper, kept.call.actor.account, kept.submission.proof)


def numbered(paper: Invoice, document: UUID) -> Invoice:
    """An invoice with its number: the practice's, or one that follows from where the Claim is kept."""
    if paper.number:
        return paper
    return msgspec.structs.replace(paper, number=f"W{base64.b32encode(document.bytes[-5:]).decode()}")


def _same(paper: Invoice, decided: Decided | KeptAside) -> bool:
    """Whether what was decided are these lines: a number may have been used before."""
    if isinstance(decided, KeptAside) or not decided.sent_before:
        return True
    if not decided.lines:  # it stands cancelled
        return decided.charged_cents == sum(line.charged_cents for line in paper.lines)
    sent = [(each.code, each.date, each.quantity, each.charged_cents, each.asked_cents or 0) for each in paper.lines]
    known = [(each.code, each.care_date, each.quantity, each.charged_cents, each.asked_cents) for each in decided.lines]
    return sent == known
