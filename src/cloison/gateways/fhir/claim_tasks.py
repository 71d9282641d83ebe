"""Task: cancel a Claim (code `cancel`, focus the Claim). It is kept as it is when it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from cloison.errors import Misuse
from cloison.exchanges import Draft
from cloison.gateways.fhir import r4, reading
from cloison.gateways.fhir.asking import request, wrong
from cloison.gateways.fhir.claim_reasons import TASK_UNKNOWN
from cloison.gateways.fhir.interaction import Answer, Call, instant, nameless
from cloison.gateways.fhir.kept_claims import ANSWER, Claims
from cloison.gateways.fhir.search import Kind, Query
from cloison.gateways.fhir.stored import document_of, name_by

NAME = "Task"
PARAMETERS = {"identifier": Kind.TOKEN, "status": Kind.TOKEN, "focus": Kind.REFERENCE}
CODES = "http://terminology.hl7.org/CodeSystem/financialtaskcode"


@dataclass(frozen=True, slots=True)
class PreparedTask:
    """A task that can be done."""

    call: Call
    task: r4.Task = field(repr=False)
    document: UUID
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tasks:
    """Does tasks."""

    claims: Claims

    async def prepare(self, call: Call) -> PreparedTask:
        """Read and check a task. Raises Misuse when it is not understood, or not this caller's to ask."""
        task = request(call.body, r4.Task).asked
        codes = [each.code for each in (task.code.coding or () if task.code else ()) if each.system == CODES]
        kind, _, document = ((task.focus.reference if task.focus else None) or "").rpartition("/")
        if codes != ["cancel"] or not f"/{kind}".endswith("/Claim"):
            raise wrong(TASK_UNKNOWN, f"{NAME}.focus" if codes == ["cancel"] else f"{NAME}.code")
        refused = self.claims.work.deciding.may_cancel(call.actor, call.actor.practice)
        if refused is not None:
            raise Misuse(refused)
        return PreparedTask(call, task, document_of(document), nameless(call.body))

    async def carry_out(self, prepared: Sequence[PreparedTask]) -> list[Answer]:
        """Do tasks, one after the other: what is cancelled stays so."""
        return [await self._one(each) for each in prepared]

    async def condition(self, call: Call, condition: Query) -> Answer | None:
        """What If-None-Exist finds."""
        found = await self.claims.stored.condition(call, NAME, condition)
        return None if found is None else await self.claims.stored.read(call, NAME, str(found.document))

    async def _one(self, prepared: PreparedTask) -> Answer:
        call, task, stored = prepared.call, prepared.task, self.claims.stored
        name = name_by(task.identifier)
        if name is not None and (there := await stored.named(call.actor.practice, NAME, name)):
            return await stored.read(call, NAME, str(there.document))
        told = await self.claims.cancel(call, str(prepared.document))
        output = r4.TaskOutput(
            type=r4.CodeableConcept(text=ANSWER), value_reference=r4.Reference(reference=f"{ANSWER}/{told.document}")
        )
        read = reading.demand(prepared.body, r4.Task)
        done = msgspec.structs.replace(read, status="completed", last_modified=instant(call.now), output=[output])
        creation = await stored.create(
            Draft(
                practice=call.actor.practice,
                account=call.actor.account,
                kind=NAME,
                body=reading.write(done),
                status="completed",
                day=call.now.date(),
                name=name,
                about=prepared.document,
            )
        )
        return await stored.created(call, NAME, creation, creation.body)
