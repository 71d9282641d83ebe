"""Requests for eligibility that are created as resources: kept, with their answer, to be read and listed again.

The request is kept before it is asked, its answer after. Sent again, it gives what is there: a request whose answer
was never kept (the process died between both) is asked again, on the facts of then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cloison.exchanges import Draft
from cloison.gateways.fhir import reading
from cloison.gateways.fhir.eligibility import NAME, Eligibility, Questions
from cloison.gateways.fhir.interaction import Answer, Call, nameless
from cloison.gateways.fhir.search import Kind, Query
from cloison.gateways.fhir.stored import Creation, Stored, name_by

ANSWER = "CoverageEligibilityResponse"
PARAMETERS = {
    "identifier": Kind.TOKEN, "status": Kind.TOKEN, "created": Kind.DATE, "patient": Kind.REFERENCE,
}  # fmt: skip
ANSWER_PARAMETERS = PARAMETERS | {"outcome": Kind.TOKEN, "request": Kind.REFERENCE}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that can be asked."""

    call: Call
    questions: Questions = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Requests:
    """Creates requests for eligibility."""

    eligibility: Eligibility
    stored: Stored

    async def prepare(self, call: Call) -> Prepared:
        """Read and check a request. Raises Misuse; nothing is kept or asked yet."""
        return Prepared(call, self.eligibility.read(call), nameless(call.body))

    async def carry_out(self, prepared: Sequence[Prepared]) -> list[Answer]:
        """Keep each request, ask it, and keep its answer."""
        return [await self._one(each) for each in prepared]

    async def condition(self, call: Call, condition: Query) -> Answer | None:
        """What If-None-Exist finds."""
        found = await self.stored.condition(call, NAME, condition)
        return None if found is None else await self.stored.read(call, NAME, str(found.document))

    async def _one(self, prepared: Prepared) -> Answer:
        call, asked = prepared.call, prepared.questions.request.asked
        enquiry = prepared.questions.enquiries[0]
        draft = Draft(
            practice=enquiry.practice,
            account=call.actor.account,
            kind=NAME,
            body=prepared.body,
            status=asked.status,
            day=date.fromisoformat(asked.created[:10]) if len(asked.created) >= 10 else call.now.date(),
            name=name_by(asked.identifier),
        )
        creation = await self.stored.create(draft)
        if creation.new or not await self.stored.answers(call, ANSWER, creation.document):
            await self._answer(call, prepared, draft, creation)
        return await self.stored.created(call, NAME, creation, prepared.body)

    async def _answer(self, call: Call, prepared: Prepared, draft: Draft, creation: Creation) -> None:
        answer = await self.eligibility.answer(call, prepared.questions, f"{NAME}/{creation.document}")
        await self.stored.keep(  # of two who send the same at the same time, the first keeps what was answered
            Draft(
                practice=draft.practice,
                account=draft.account,
                kind=ANSWER,
                body=reading.write(answer),
                status=answer.status,
                day=draft.day,
                name=creation.document.bytes,
                about=creation.document,
                outcome=answer.outcome,
            )
        )
