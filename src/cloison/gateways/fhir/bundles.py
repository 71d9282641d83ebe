"""Bundles sent to the base: a batch is a list of interactions, each on its own; a transaction is all or nothing.

In a transaction every entry is read, resolved and checked before anything is done. What it creates is of one type: such
resources are created in one transaction of the database, and nothing else would be atomic in truth. Patients, coverages
and others that are only described are put inside the resources that name them: this server keeps no register of them.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl

import msgspec

from cloison.errors import Defect, Fault, Misuse, Place, Problem
from cloison.gateways.fhir import modifiers, r4, reading
from cloison.gateways.fhir.interaction import Answer, Call, Tree, instant, kind_of
from cloison.gateways.fhir.rest import Rest
from cloison.gateways.fhir.rest_reasons import BUNDLE_TYPE, ENTRY_WRONG, REFERENCE_UNRESOLVED, TRANSACTION_FAILED

OutcomeOf: TypeAlias = Callable[[Problem, str], bytes]
"""How a problem is written as an OperationOutcome, in a language."""
ENTRIES_MAX = 500
DESCRIBED = frozenset({"Patient", "Coverage", "Organization", "Practitioner", "PractitionerRole", "Location", "Device"})
"""Types that are described beside a request, and kept inside it."""
METHODS = ("GET", "POST", "PUT")
WITHIN = re.compile(r"urn:(?:uuid|oid):[0-9A-Za-z.-]+")
Outcome = Any  # Any: an OperationOutcome as a tree
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Bundle. `resource` is its tree, numbers with their text."""

    place: int
    method: str
    path: str
    url: str
    headers: Mapping[str, str]
    resource: bytes = field(repr=False)


class Bundles:
    """Carries out Bundles."""

    def __init__(self, rest: Rest, outcome: OutcomeOf) -> None:
        self._rest = rest
        self._outcome = outcome

    async def process(self, call: Call) -> Answer:
        """Carry out a batch or a transaction. Raises Misuse when it is neither, or a transaction cannot be done."""
        body = call.resource("Bundle")
        read = reading.parse_batch(body)
        if isinstance(read, list):
            raise reading.Unreadable(read)
        kind, whole = read.bundle.type, _decode_bundle(body)
        if kind not in ("batch", "transaction"):
            raise Misuse(BUNDLE_TYPE)
        entries = [_entry(at, given, call.base) for at, given in enumerate(whole.entry)]
        if len(entries) > ENTRIES_MAX:
            raise Misuse(BUNDLE_TYPE, cause=f"{ENTRIES_MAX} entries at most")
        if kind == "batch":
            modifiers.refuse_around(body)
            answers = [await self._alone(call, entry, read.refused.get(entry.place)) for entry in entries]
        else:
            reading.demand(body, r4.Bundle)
            modifiers.refuse(body)
            answers = await self._together(call, entries)
        found: dict[str, Tree] = {"resourceType": "Bundle", "type": f"{kind}-response"}
        if answers:
            found["entry"] = [_told(answer) for answer in answers]
        return Answer(200, msgspec.json.encode(found))

    async def _alone(self, call: Call, entry: Entry, unreadable: list[Defect] | None) -> Answer:
        """One entry of a batch: what is wrong with it is its own matter."""
        try:
            if unreadable:
                raise reading.Unreadable(unreadable)
            return await self._rest.do(_call(call, entry))
        except Fault as fault:
            return self._failed(call, fault)

    async def _together(self, call: Call, entries: Sequence[Entry]) -> list[Answer]:
        described = {entry.url: entry.resource for entry in entries if _described(entry)}
        created = [each for each in entries if each.method == "POST" and not _described(each) and "/" not in each.path]
        kinds = {entry.path for entry in created}
        if len(kinds) > 1 or any(entry.method == "PUT" for entry in entries):
            raise Misuse(TRANSACTION_FAILED, cause="a transaction creates resources of one type")
        answers = {entry.place: Answer(202, _encode(KEPT_INSIDE)) for entry in entries if _described(entry)}
        prepared: list[tuple[int, Any]] = []  # Any: what the creator of the type carries out
        for entry in created:
            with _at(entry):
                asked = _call(call, entry, resolved(entry.resource, described))
                creator = self._rest.creator(asked, entry.path)
                there = await self._rest.existing(asked, entry.path)
                if there is not None:
                    answers[entry.place] = there
                else:
                    prepared.append((entry.place, await creator.prepare(asked)))
        if prepared:
            done = await self._rest.creator(call, kinds.pop()).carry_out([each for _, each in prepared])
            answers |= {place: answer for (place, _), answer in zip(prepared, done, strict=True)}
        for entry in entries:
            if entry.place not in answers:
                with _at(entry):
                    answers[entry.place] = await self._rest.do(_call(call, entry))
        return [answers[entry.place] for entry in entries]

    def _failed(self, call: Call, fault: Fault) -> Answer:
        problem = Problem.of(fault, call.request_id)
        return Answer(problem.status, self._outcome(problem, call.language))


KEPT_INSIDE: Tree = {
    "resourceType": "OperationOutcome",
    "issue": [
        {
            "severity": "information",
            "code": "informational",
            "details": {
                "text": "Conservé dans les ressources qui le citent. / Kept inside the resources that name it."
            },
        }
    ],
}


@contextmanager
def _at(entry: Entry) -> Generator[None]:
    """Says which entry of a transaction failed."""
    try:
        yield
    except Misuse as failure:
        inner = failure.place.field.partition(".")[2] if failure.place else ""
        field_ = f"Bundle.entry[{entry.place}].resource" + (f".{inner}" if inner else "")
        raise Misuse(failure.reason, cause=failure.cause, place=Place("body", 0, field_)) from failure


class _Request(msgspec.Struct, rename="camel"):
    method: str = ""
    url: str = ""
    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""
    if_none_exist: str = ""

    def headers(self) -> dict[str, str]:
        """What it asks for as the headers of a request of its own."""
        given = {
            "if-match": self.if_match, "if-none-match": self.if_none_match, "if-none-exist": self.if_none_exist,
            "if-modified-since": self.if_modified_since,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value}


class _Entry(msgspec.Struct, rename="camel"):
    full_url: str = ""
    request: _Request = msgspec.field(default_factory=_Request)
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Bundle(msgspec.Struct):
    type: str = ""
    entry: list[_Entry] = []


_decode_bundle = msgspec.json.Decoder(_Bundle).decode


def _entry(at: int, given: _Entry, base: str) -> Entry:
    """One entry. Raises Misuse when it does not say what to do."""
    asked, resource = given.request, bytes(given.resource)
    if asked.method not in METHODS or not asked.url or (asked.method != "GET" and not resource):
        raise Misuse(ENTRY_WRONG, place=Place("body", 0, f"Bundle.entry[{at}].request"))
    path = asked.url.removeprefix(base).strip("/")
    return Entry(at, asked.method, path, given.full_url, asked.headers(), resource)


def _described(entry: Entry) -> bool:
    return entry.method == "POST" and entry.path in DESCRIBED


def _call(call: Call, entry: Entry, body: bytes | None = None) -> Call:
    path, _, query = entry.path.partition("?")
    asked = call.as_entry(entry.method, path.strip("/"), entry.resource if body is None else body, entry.headers)
    return replace(asked, parameters=tuple(parse_qsl(query, keep_blank_values=True)))


def resolved(resource: bytes, described: Mapping[str, bytes]) -> bytes:
    """A resource with what it names of the same Bundle inside it, and what that names in turn.

    Raises Misuse when a reference leads to nothing in the Bundle.
    """
    names: dict[str, str] = {}
    contained: list[Tree] = []

    def inside(url: str) -> str:
        if url not in names:
            found = described.get(url)
            if found is None:
                raise Misuse(REFERENCE_UNRESOLVED, cause="a reference to no entry")
            names[url] = f"e{len(names) + 1}"
            contained.append({**walked(_decode(found)), "id": names[url]})
        return f"#{names[url]}"

    def names_entry(reference: str) -> bool:
        return reference in described or WITHIN.fullmatch(reference) is not None

    def walked(tree: Tree) -> Tree:
        if isinstance(tree, list):
            return [walked(each) for each in cast("list[Tree]", tree)]
        if not isinstance(tree, dict):
            return tree
        return {
            name: inside(value) if name == "reference" and names_entry(str(value)) else walked(value)
            for name, value in cast("dict[str, Tree]", tree).items()
        }

    whole = walked(_decode(resource))
    if contained:
        whole["contained"] = [*whole.get("contained", ()), *contained]
    return _encode(whole)


def _told(answer: Answer) -> Tree:
    """An answer as an entry of the response."""
    headers = dict(answer.headers())
    response: Tree = {"status": str(answer.status)}
    for name, header in (("location", "location"), ("etag", "etag")):
        if header in headers:
            response[name] = headers[header]
    if answer.updated is not None:
        response["lastModified"] = instant(answer.updated)
    if not answer.body:
        return {"response": response}
    if kind_of(answer.body) == "OperationOutcome":
        return {"response": response | {"outcome": msgspec.Raw(answer.body)}}
    return {"resource": msgspec.Raw(answer.body), "response": response}
