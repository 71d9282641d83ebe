"""The interactions of FHIR REST, dispatched: from a call to what its type does with it.

What a type can do is data (`Interactions`): the CapabilityStatement is written from the same table, so it cannot
promise something else.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, get_args
from urllib.parse import parse_qsl

from cloison.errors import Misuse, Reason
from cloison.gateways.fhir import modifiers, r4
from cloison.gateways.fhir.cursors import Cursors
from cloison.gateways.fhir.interaction import Answer, Call, id_of, kind_of
from cloison.gateways.fhir.rest_reasons import (
    ID_MISMATCH,
    NOT_FOUND,
    TYPE_MISMATCH,
    UNKNOWN_OPERATION,
    UNKNOWN_TYPE,
    UNSUPPORTED,
)
from cloison.gateways.fhir.search import Kind, Page, Query, bundle, understood

Operation = Callable[[Call], Awaitable[Answer]]
TYPES = frozenset(get_args(r4.ResourceTypesCode))
"""What FHIR calls types. Another word in their place is not said back."""


class Creator(Protocol):
    """Creates resources of one type: everything that can be refused is refused before anything is done."""

    async def prepare(self, call: Call) -> Any:  # Any: whatever this type carries out
        """Read and check one resource. Raises Misuse; nothing is done yet."""
        ...

    async def carry_out(self, prepared: Sequence[Any]) -> list[Answer]:  # Any: what `prepare` gave
        """Create them, all or none."""
        ...


Read = Callable[[Call, str, str], Awaitable[Answer]]
History = Callable[[Call, str], Awaitable[Answer]]
Find = Callable[[Call, Query], Awaitable[Page]]
Update = Callable[[Call, str], Awaitable[Answer]]
Condition = Callable[[Call, Query], Awaitable[Answer | None]]


@dataclass(frozen=True, slots=True)
class Interactions:
    """What may be done with one type. `condition` finds what a conditional creation must not create again.

    `dated`: when a resource was last changed is known, so that If-Modified-Since counts beside If-None-Match.
    """

    parameters: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    read: Read | None = None
    history: History | None = None
    find: Find | None = None
    create: Creator | None = None
    condition: Condition | None = None
    update: Update | None = None
    operations: Mapping[str, Operation] = field(default_factory=dict[str, Operation])
    dated: bool = True

    def codes(self) -> list[str]:
        """The interactions as a CapabilityStatement names them."""
        found = {
            "read": self.read, "vread": self.history, "history-instance": self.history, "search-type": self.find,
            "create": self.create, "update": self.update,
        }  # fmt: skip
        return [code for code, done in found.items() if done is not None]


Permit = Callable[[Call, str, str], Reason | None]
"""Whether the maker of a call may do an interaction with a type."""


class Rest:
    """All types of the API."""

    def __init__(
        self, types: Mapping[str, Interactions], cursors: Cursors, permit: Permit, system: Mapping[str, Operation]
    ) -> None:
        """`system`: what is done at the base itself, by method and path (`GET metadata`, `POST `)."""
        self.types = types
        self._cursors = cursors
        self._permit = permit
        self._system = system

    async def do(self, call: Call) -> Answer:
        """Carry out one interaction. Raises a Fault that says why not."""
        whole = self._system.get(f"{call.method} {call.path}")
        if whole is not None:
            return await whole(call)
        kind, *rest = call.segments or [""]
        type_ = self.types.get(kind)
        if type_ is None:
            raise Misuse(UNKNOWN_TYPE, cause=kind if kind in TYPES else "")
        match call.method, rest:
            case "GET", []:
                return await self._search(call, kind, type_)
            case "POST", ["_search"]:
                form = tuple(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
                named = replace(call, parameters=(*call.parameters, *form), in_address=False)
                return await self._search(named, kind, type_)
            case "POST", []:
                return await self._create(call, kind, type_)
            case "POST" | "GET", [operation] if operation.startswith("$"):
                return await self._operate(call, kind, type_, operation)
            case "GET", [document]:
                return await self._read(call, kind, type_, document)
            case "GET", [document, "_history"]:
                self._require(call, kind, "history-instance", type_.history)
                assert type_.history is not None
                return await type_.history(call, document)
            case "GET", [document, "_history", version]:
                return await self._read(call, kind, type_, document, version)
            case "PUT", [document]:
                return await self._update(call, kind, type_, document)
            case _:
                raise Misuse(UNSUPPORTED if len(rest) < 2 else NOT_FOUND, cause=f"{call.method} {kind}")

    def creator(self, call: Call, kind: str) -> Creator:
        """What creates a type, for this caller. Raises Misuse when it is not created here, or not by this caller."""
        type_ = self.types.get(kind)
        if type_ is None:
            raise Misuse(UNKNOWN_TYPE, cause=kind if kind in TYPES else "")
        self._require(call, kind, "create", type_.create)
        assert type_.create is not None
        return type_.create

    async def existing(self, call: Call, kind: str) -> Answer | None:
        """What If-None-Exist finds; None when the creation may go on."""
        condition, type_ = call.header("if-none-exist"), self.types[kind]
        if not condition or type_.condition is None:
            return None
        asked = replace(call, parameters=tuple(parse_qsl(condition.rpartition("?")[2])), headers={}, in_address=False)
        return await type_.condition(call, understood(asked, kind, type_.parameters, self._cursors))

    async def _create(self, call: Call, kind: str, type_: Interactions) -> Answer:
        creator = self.creator(call, kind)
        modifiers.refuse(call.resource(kind))
        found = await self.existing(call, kind)
        if found is not None:
            return preferred(call, found)
        (answer,) = await creator.carry_out([await creator.prepare(call)])
        return preferred(call, answer)

    async def _read(self, call: Call, kind: str, type_: Interactions, document: str, version: str = "") -> Answer:
        self._require(call, kind, "vread" if version else "read", type_.history if version else type_.read)
        assert type_.read is not None
        return await type_.read(call, document, version)

    async def _search(self, call: Call, kind: str, type_: Interactions) -> Answer:
        self._require(call, kind, "search-type", type_.find)
        assert type_.find is not None
        query = understood(call, kind, type_.parameters, self._cursors)
        page = await type_.find(call, query)
        if page.updated is not None and call.knows(page.version, page.updated):
            return Answer(304, version=page.version, updated=page.updated)
        return Answer(200, bundle(call, query, page, self._cursors), page.version, page.updated)

    async def _update(self, call: Call, kind: str, type_: Interactions, document: str) -> Answer:
        self._require(call, kind, "update", type_.update)
        assert type_.update is not None
        body = call.resource(kind)
        modifiers.refuse(body)
        if id_of(body) != document:
            raise Misuse(ID_MISMATCH)
        return preferred(call, await type_.update(call, document))

    async def _operate(self, call: Call, kind: str, type_: Interactions, operation: str) -> Answer:
        done = type_.operations.get(operation)
        if done is None:
            raise Misuse(UNKNOWN_OPERATION, cause=kind)
        if call.method != "POST":
            raise Misuse(UNSUPPORTED, cause=f"{operation} by POST")
        self._require(call, kind, operation, done)
        modifiers.refuse(call.body)
        return await done(call)

    def _require(self, call: Call, kind: str, interaction: str, done: object) -> None:
        if done is None:
            raise Misuse(UNSUPPORTED, cause=f"{interaction} {kind}")
        refused = self._permit(call, kind, interaction)
        if refused is not None:
            raise Misuse(refused)


def preferred(call: Call, answer: Answer) -> Answer:
    """The answer to a creation or change with as much of a body as the caller prefers."""
    wanted = call.preferences.get("return", "representation")
    if wanted == "minimal":
        return replace(answer, body=b"")
    if wanted == "operationoutcome":
        return replace(answer, body=DONE)
    return answer


DONE = (
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational",'
    b'"details":{"text":"Fait. / Done."}}]}'
)


def require_kind(body: bytes, *kinds: str) -> str:
    """The type of a body, which must be one of these."""
    said = kind_of(body)
    if said not in kinds:
        raise Misuse(TYPE_MISMATCH, cause=" or ".join(kinds))
    return said
