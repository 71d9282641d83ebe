"""Claims that are submitted or created: kept, answered, followed and taken back.

A Claim is kept before it is decided, under the identifier of its sender; its answer after. Sent again, it gives the
answer that is there; one whose answer was never kept (the process died between both) is decided again, which the books
answer as they stand. An answer is never changed: what is decided later is a new ClaimResponse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from cloison.claims.outcomes import KeptAside
from cloison.claims.paper import Invoice
from cloison.claims.quote import Reply, State, number_of
from cloison.claims.refusals import ALREADY_CANCELLED, NOT_DECIDED
from cloison.errors import Misuse, Reason
from cloison.exchanges import Draft, Filed
from cloison.gateways.fhir import r4, reading, systems
from cloison.gateways.fhir.bundles import resolved
from cloison.gateways.fhir.claim_answers import Response, key_of, of_cancellation, of_quote
from cloison.gateways.fhir.claim_reasons import UNKNOWN_CLAIM, USES_MIXED
from cloison.gateways.fhir.claim_work import Kept, Work
from cloison.gateways.fhir.claims import NAME, Reading, Submission
from cloison.gateways.fhir.interaction import Answer, Call, kind_of, named, nameless
from cloison.gateways.fhir.rest_reasons import IMMUTABLE
from cloison.gateways.fhir.search import Kind, Page, Query, Token
from cloison.gateways.fhir.stored import Creation, Stored, document_of, name_by, name_of

ANSWER = "ClaimResponse"
PARAMETERS = {
    "identifier": Kind.TOKEN, "status": Kind.TOKEN, "created": Kind.DATE, "use": Kind.TOKEN, "patient": Kind.REFERENCE,
}  # fmt: skip
ANSWER_PARAMETERS = PARAMETERS | {"outcome": Kind.TOKEN, "request": Kind.REFERENCE}
GIVEN = ("id", "meta", "status", "text")
"""Elements that a cancelled Claim may have otherwise than the Claim that it cancels."""
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_value = msgspec.json.Decoder(float_hook=str).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Claim that can be carried out."""

    call: Call
    submission: Submission = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def work(self) -> tuple[object, str]:
        """Claims of the same work can be done together."""
        change = self.submission.change
        return self.submission.kind, change.what if change else ""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that is kept; its body where it was just made."""

    document: UUID
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Claims:
    """Carries out Claims."""

    reader: Reading
    work: Work
    stored: Stored

    # ------------------------------------------------------------------------------------------- what callers do

    async def prepare(self, call: Call) -> Prepared:
        """Read and check a Claim. Raises Misuse; nothing is kept or decided yet."""
        submission = self.reader.read(call)
        refused = self._refusal(call, submission)
        if refused is not None:
            raise Misuse(refused)
        return Prepared(call, submission, _alone(call.body, submission))

    async def carry_out(self, prepared: Sequence[Prepared]) -> list[Answer]:
        """Keep Claims and answer them; invoices are decided in one transaction."""
        kept, creations = await self._keep(prepared)
        await self._answered(kept, creations)
        return [await self._created(one, each, made) for one, each, made in zip(prepared, kept, creations, strict=True)]

    async def submit(self, call: Call) -> Answer:
        """`$submit`: the answer at once. A simulation is not kept: nothing depends on it."""
        prepared = await self.prepare(call)
        if not prepared.submission.commits:
            (response,) = await self._responses([Kept(call, prepared.submission)])
            return Answer(200, reading.write(response.resource))
        kept, creations = await self._keep([prepared])
        (told,) = await self._answered(kept, creations)
        return Answer(200, told.body) if told.body else await self._read(call, ANSWER, told.document)

    async def condition(self, call: Call, condition: Query) -> Answer | None:
        """What If-None-Exist finds."""
        found = await self.stored.condition(call, NAME, condition)
        return None if found is None else await self.stored.read(call, NAME, str(found.document))

    async def update(self, call: Call, document: str) -> Answer:
        """Cancel by status: the only change that a Claim knows."""
        filed, body = await self.stored.newest(call, NAME, document)
        self.stored.require_match(call, filed)
        if not _only_cancels(call.body, body):
            raise Misuse(IMMUTABLE)
        if filed.status != "cancelled":
            refused = self.work.deciding.may_cancel(call.actor, call.actor.practice)
            if refused is not None:
                raise Misuse(refused)
            await self.cancel(call, document)
        return await self._read(call, NAME, filed.document)

    async def find(self, call: Call, query: Query) -> Page:
        """Answers; those to a Claim that is named are brought up to date first."""
        for each in query.references.get("request", ()):
            await self.follow(call, document_of(each))
        return await self.stored.find(call, query)

    # ------------------------------------------------------------------------------------------- later decisions

    async def follow(self, call: Call, document: UUID) -> Told | None:
        """The newest answer to a Claim, made now where something was decided since; None when it has none."""
        answers = await self.stored.answers(call, ANSWER, document)
        if not answers:
            return None
        newest = answers[0]
        if newest.use == "claim":
            place = _place(await self._said(call, newest))
            if not place:
                return Told(newest.document)
            standing = await self.work.deciding.standing(place)
            if await self.stored.named(call.actor.practice, ANSWER, _name(document, key_of(standing))):
                return Told(newest.document)
            kept = await self._again(call, document)
            return await self._tell(kept, self.work.invoice(kept, standing))
        if newest.outcome == "queued":
            kept = await self._again(call, document)
            (response,) = await self._responses([kept])
            return await self._tell(kept, response)
        return Told(newest.document)

    async def cancel(self, call: Call, document: str) -> Told:
        """Take a Claim back: in the books first, then as a version of its own, then as a new answer."""
        number = document_of(document)
        answers = await self.stored.answers(call, ANSWER, number)
        if not answers:
            raise Misuse(UNKNOWN_CLAIM)
        kept = await self._again(call, number)
        if kept.submission.change is not None:
            raise Misuse(UNKNOWN_CLAIM)
        said = await self._said(call, answers[0])
        response = await (self._withdrawn(kept, said) if kept.submission.kind else self._cancelled(kept, said))
        filed, body = await self.stored.newest(call, NAME, document)
        if filed.status != "cancelled":
            draft = self._draft(kept, NAME, _with_status(body, "cancelled"), "cancelled")
            await self.stored.keep(replace(draft, document=number, version=filed.version + 1))
        return await self._tell(kept, response)

    async def _cancelled(self, kept: Kept, said: r4.ClaimResponse) -> Response:
        deciding, place = self.work.deciding, _place(said)
        standing = await deciding.standing(place) if place else None
        if standing is None or isinstance(standing, KeptAside):
            raise Misuse(NOT_DECIDED)
        why = await deciding.cancel(kept.submission.practice, standing.invoice)
        if why is not None and why is not ALREADY_CANCELLED:
            raise Misuse(why)
        return self.work.invoice(kept, await deciding.standing(place))

    async def _withdrawn(self, kept: Kept, said: r4.ClaimResponse) -> Response:
        submission, call = kept.submission, kept.call
        assert submission.kind is not None, "a quote"
        refused: list[Reason] = []
        numbers = [number_of(each.value or "") for each in said.identifier or () if each.system == systems.QUOTE]
        for number in numbers:
            state = await self.work.deciding.withdraw(call.actor.channel, number, call.actor.account)
            if isinstance(state, Reason):
                refused.append(state)
        if len(refused) == len(numbers):
            raise Misuse(refused[0] if refused else UNKNOWN_CLAIM)
        replies = [Reply(0, 0, submission.kind, State.CANCELLED, quote=number) for number in numbers]
        return of_quote(call, submission, kept.address, replies, self.work.reasons)

    # ------------------------------------------------------------------------------------------- how it is done

    def _refusal(self, call: Call, submission: Submission) -> Reason | None:
        deciding, paper, practice = self.work.deciding, submission.paper, submission.practice
        if paper is None:
            return deciding.may_cancel(call.actor, practice)
        if isinstance(paper, Invoice):
            return deciding.may_invoice(call.actor, practice, paper)
        return deciding.may_quote(call.actor, practice, paper, submission.proof)

    async def _keep(self, prepared: Sequence[Prepared]) -> tuple[list[Kept], list[Creation]]:
        if len({each.work for each in prepared}) > 1:
            raise Misuse(USES_MIXED)
        kept = [Kept(each.call, each.submission) for each in prepared]
        drafts = [
            self._draft(one, NAME, each.body, "active", _identifier(each.submission))
            for one, each in zip(kept, prepared, strict=True)
        ]
        creations = await self.stored.create_all(drafts)
        return [replace(one, document=made.document) for one, made in zip(kept, creations, strict=True)], creations

    async def _answered(self, kept: Sequence[Kept], creations: Sequence[Creation]) -> list[Told]:
        """The newest answer to each Claim; those without are carried out, together."""
        found: dict[UUID, Told] = {}
        for each, made in zip(kept, creations, strict=True):
            if not made.new and (told := await self.follow(each.call, each.document)):
                found[each.document] = told
        missing = [each for each in kept if each.document not in found]
        if missing:
            for each, response in zip(missing, await self._responses(missing), strict=True):
                found[each.document] = await self._tell(each, response)
        return [found[each.document] for each in kept]

    async def _responses(self, kept: Sequence[Kept]) -> list[Response]:
        """Carry out Claims of one work."""
        submission = kept[0].submission
        if submission.change is not None:
            done = self._cancellation if submission.change.what == "cancel" else self.work.extension
            return [await done(each) for each in kept]
        if submission.kind is None:
            return await self.work.invoices(kept)
        return await self.work.quotes(submission.kind, kept)

    async def _cancellation(self, kept: Kept) -> Response:
        change = kept.submission.change
        assert change is not None, "a cancellation"
        await self.cancel(kept.call, change.document)
        return of_cancellation(kept.call, kept.submission, kept.address)

    async def _tell(self, kept: Kept, response: Response) -> Told:
        """Keep an answer, under what it answers: the first that is kept stays."""
        value = f"{kept.document}.{response.key}"
        own = r4.Identifier(system=systems.ANSWER, value=value)
        resource = msgspec.structs.replace(response.resource, identifier=[own, *(response.resource.identifier or ())])
        body, name = reading.write(resource), _name(kept.document, response.key)
        draft = self._draft(kept, ANSWER, body, resource.status, name)
        draft = replace(draft, about=kept.document, outcome=resource.outcome)
        since = await self.stored.keep(draft)
        if since is not None:
            return Told(draft.document, named(body, str(draft.document), draft.version, since))
        there = await self.stored.named(draft.practice, ANSWER, name)
        assert there is not None, "an answer that was not written is there under its name"
        return Told(there.document)

    async def _again(self, call: Call, document: UUID) -> Kept:
        """A Claim that is kept, read again."""
        body = await self.stored.first(call, NAME, document)
        return Kept(call, self.reader.read(replace(call, body=body)), document)

    async def _said(self, call: Call, filed: Filed) -> r4.ClaimResponse:
        return reading.demand((await self.stored.bodies(call, [filed.document]))[filed.document], r4.ClaimResponse)

    async def _created(self, prepared: Prepared, kept: Kept, made: Creation) -> Answer:
        if not made.new:
            return await self._read(prepared.call, NAME, made.document)
        body = named(prepared.body, str(made.document), made.version, made.updated)
        address = f"{prepared.call.base}/{kept.address}/_history/{made.version}"
        return Answer(201, body, made.version, made.updated, address)

    async def _read(self, call: Call, kind: Literal["Claim", "ClaimResponse"], document: UUID) -> Answer:
        return await self.stored.read(replace(call, headers={}), kind, str(document))

    def _draft(self, kept: Kept, kind: str, body: bytes, status: str, name: bytes | None = None) -> Draft:
        submission, account = kept.submission, kept.call.actor.account
        created = submission.claim.created[:10]
        draft = Draft(
            practice=submission.practice,
            account=account,
            kind=kind,
            body=body,
            status=status,
            day=date.fromisoformat(created) if len(created) == 10 else kept.call.now.date(),
            name=name,
            use=submission.claim.use,
        )
        if submission.paper is None:
            return draft
        tenant, token = self.work.deciding.token(submission.paper, submission.practice, account)
        return replace(draft, tenant=tenant, token=token)


def _alone(body: bytes, submission: Submission) -> bytes:
    """A Claim without what carried it: what came beside it is inside it."""
    if kind_of(body) == NAME:
        return nameless(body)
    beside = {name: reading.write(each) for name, each in submission.beside.items() if not name.startswith("#")}
    return nameless(resolved(reading.write(submission.claim), beside))


def _identifier(submission: Submission) -> bytes | None:
    return name_by([submission.identifier] if submission.identifier else None)


def _name(document: UUID, key: str) -> bytes:
    """The name of an answer: what search by its identifier finds."""
    return name_of(Token(systems.ANSWER, f"{document}.{key}"))


def _place(said: r4.ClaimResponse) -> int:
    """Where the invoice of an answer was received, 0 when it names none."""
    return next((int(each.value or 0) for each in said.identifier or () if each.system == systems.RECEPTION), 0)


def _only_cancels(new: bytes, old: bytes) -> bool:
    """Whether a Claim is another one, cancelled, and nothing else."""
    given, known = _fields(new), _fields(old)
    rest = [{name: bytes(value) for name, value in each.items() if name not in GIVEN} for each in (given, known)]
    return bytes(given.get("status", b"")) == b'"cancelled"' and _plain(rest[0]) == _plain(rest[1])


def _plain(fields: dict[str, bytes]) -> object:
    """What fields say, whatever the white space and the order; numbers by their text."""
    return {name: _value(value) for name, value in fields.items()}


def _with_status(body: bytes, status: str) -> bytes:
    fields = _fields(body)
    return _encode({**fields, "status": status})
