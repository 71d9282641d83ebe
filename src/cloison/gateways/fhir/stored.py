"""Resources that are kept as they crossed the wire: created once, read, listed, and never changed but by a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID

import msgspec

from cloison.errors import Misuse
from cloison.exchanges import Draft, Exchanges, Filed, Search
from cloison.exchanges.exchange import Kept
from cloison.gateways.fhir import r4
from cloison.gateways.fhir.interaction import Answer, Call, Tree, instant, named
from cloison.gateways.fhir.rest import History, Read
from cloison.gateways.fhir.rest_reasons import (
    IDENTIFIER_REUSED,
    NOT_FOUND,
    PARAMETER_WRONG,
    PRECONDITION_REQUIRED,
    SEVERAL_MATCH,
    VERSION_CONFLICT,
)
from cloison.gateways.fhir.search import Match, Page, Query, Token

NOWHERE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Creation:
    """What became of a creation: the document, and whether it was there before."""

    filed: Filed | None
    document: UUID
    version: int
    updated: datetime
    body: bytes = field(repr=False)
    new: bool = True


class Stored:
    """The documents of all stored types, for the practice of each caller."""

    def __init__(self, exchanges: Exchanges, links: Mapping[str, tuple[str, ...]]) -> None:
        """`links`: for each type, the search parameters that hold the reference kept as `about`."""
        self._exchanges = exchanges
        self._links = links

    # -------------------------------------------------------------- creation

    async def create(self, draft: Draft) -> Creation:
        """Keep a new document. The same name with the same content gives what is there; with another, raises Misuse."""
        written = await self._exchanges.record([draft])
        if draft.document in written:
            return Creation(None, draft.document, draft.version, written[draft.document], draft.body)
        found = await self._exchanges.find(draft.practice, Search(draft.kind, name=draft.name, count=1))
        assert found, "a document that was not written is there under its name"
        self._require_same(draft, found[0])
        return Creation(found[0], found[0].document, found[0].version, found[0].recorded_at, b"", new=False)

    async def create_all(self, drafts: Sequence[Draft]) -> list[Creation]:
        """Keep new documents together. Raises Misuse when the name of one was used for another content."""
        if len(drafts) == 1:
            return [await self.create(drafts[0])]
        for draft in drafts:
            if draft.name is not None:
                for filed in await self._exchanges.find(draft.practice, Search(draft.kind, name=draft.name, count=1)):
                    self._require_same(draft, filed)
        written = await self._exchanges.record(drafts)
        return [
            Creation(None, each.document, each.version, written[each.document], each.body)
            if each.document in written
            else await self.create(each)
            for each in drafts
        ]

    async def keep(self, draft: Draft) -> datetime | None:
        """Keep a document unless one of this name, or this version of it, is there. Returns since when if it is new."""
        return (await self._exchanges.record([draft])).get(draft.document)

    async def named(self, practice: int, kind: str, name: bytes) -> Filed | None:
        """The document of a name."""
        found = await self._exchanges.find(practice, Search(kind, name=name, count=1))
        return found[0] if found else None

    def _require_same(self, draft: Draft, filed: Filed) -> None:
        if not self._exchanges.same(draft, filed):
            raise Misuse(IDENTIFIER_REUSED, cause=f"{draft.kind}/{filed.document}")

    async def condition(self, call: Call, kind: str, condition: Query) -> Filed | None:
        """What If-None-Exist finds: nothing, one document, or Misuse when several fit."""
        found = await self._exchanges.find(call.actor.practice, self.search(condition, count=2))
        if len(found) > 1:
            raise Misuse(SEVERAL_MATCH, cause=kind)
        return found[0] if found else None

    async def created(self, call: Call, kind: str, creation: Creation, body: bytes) -> Answer:
        """The answer to a creation: the new document, or the one that was there."""
        if not creation.new:
            return await self.read(call, kind, str(creation.document))
        address = f"{call.base}/{kind}/{creation.document}/_history/{creation.version}"
        told = named(body, str(creation.document), creation.version, creation.updated)
        return Answer(201, told, creation.version, creation.updated, address)

    # -------------------------------------------------------------- reading

    def reader(self, kind: str) -> Read:
        """What reads documents of one type."""

        async def read(call: Call, document: str, version: str = "") -> Answer:
            return await self.read(call, kind, document, version)

        return read

    def teller(self, kind: str) -> History:
        """What tells every version of documents of one type."""

        async def history(call: Call, document: str) -> Answer:
            return await self.history(call, kind, document)

        return history

    async def read(self, call: Call, kind: str, text: str, version: str = "") -> Answer:
        """One resource, or one version of it; 304 when the caller has it already."""
        document = document_of(text)
        filed = await self._exchanges.versions(call.actor.practice, document)
        wanted = [each for each in filed if each.kind == kind and (not version or str(each.version) == version)]
        if not wanted:
            raise Misuse(NOT_FOUND)
        newest = wanted[0]
        if call.knows(newest.version, newest.recorded_at):
            return Answer(304, version=newest.version, updated=newest.recorded_at)
        kept = next(
            each for each in await self._exchanges.recall(call.actor, [document]) if each.version == newest.version
        )
        return Answer(200, body_of(kept), version=kept.version, updated=kept.recorded_at)

    async def history(self, call: Call, kind: str, text: str) -> Answer:
        """Every version of a resource, newest first."""
        document = document_of(text)
        if not any(each.kind == kind for each in await self._exchanges.versions(call.actor.practice, document)):
            raise Misuse(NOT_FOUND)
        kept = (await self._exchanges.recall(call.actor, [document]))[::-1]
        address = f"{call.base}/{kind}/{document}"
        entries = [
            {
                "fullUrl": address,
                "resource": msgspec.Raw(body_of(each)),
                "request": {"method": "POST", "url": kind}
                if each.version == 1
                else {"method": "PUT", "url": f"{kind}/{document}"},
                "response": {
                    "status": "201" if each.version == 1 else "200",
                    "etag": f'W/"{each.version}"',
                    "lastModified": instant(each.recorded_at),
                },
            }
            for each in kept
        ]
        found: dict[str, Tree] = {
            "resourceType": "Bundle",
            "type": "history",
            "total": len(entries),
            "link": [{"relation": "self", "url": f"{address}/_history"}],
            "entry": entries,
        }
        return Answer(200, msgspec.json.encode(found))

    async def newest(self, call: Call, kind: str, text: str) -> tuple[Filed, bytes]:
        """What is known of a document now, and what it says; with the version that If-Match must name."""
        document = document_of(text)
        versions = [each for each in await self._exchanges.versions(call.actor.practice, document) if each.kind == kind]
        if not versions:
            raise Misuse(NOT_FOUND)
        kept = await self._exchanges.recall(call.actor, [document])
        body = next(each.body for each in kept if each.version == versions[0].version)
        return versions[0], body

    def require_match(self, call: Call, filed: Filed) -> None:
        """Raises Misuse when a change does not say which version it starts from, or starts from an old one."""
        expected = call.expects()
        if expected is None:
            raise Misuse(PRECONDITION_REQUIRED)
        if expected != filed.version:
            raise Misuse(VERSION_CONFLICT, cause=f"version {filed.version} is the newest")

    async def first(self, call: Call, kind: str, document: UUID) -> bytes:
        """What a document said when it was created. Raises Misuse when this practice has none such."""
        kept = [each for each in await self._exchanges.recall(call.actor, [document]) if each.kind == kind]
        if not kept:
            raise Misuse(NOT_FOUND)
        return kept[0].body

    async def answers(self, call: Call, kind: str, about: UUID) -> list[Filed]:
        """The documents of a type that answer another, newest first."""
        return await self._exchanges.find(call.actor.practice, Search(kind, about=(about,)))

    async def bodies(self, call: Call, documents: Sequence[UUID]) -> dict[UUID, bytes]:
        """What documents say in their newest version, with their ids."""
        kept = await self._exchanges.recall(call.actor, documents)
        return {each.document: body_of(each) for each in kept}  # versions come in order: the last one stays

    # -------------------------------------------------------------- searching

    async def find(self, call: Call, query: Query) -> Page:
        """One page of a search, with what it includes."""
        practice = call.actor.practice
        search = self.search(query)
        total = await self._exchanges.count(practice, search) if query.total else None
        if query.count_only:
            return Page((), total if total is not None else await self._exchanges.count(practice, search))
        found = await self._exchanges.find(practice, self.search(query, count=query.count + 1))
        page = found[: query.count]
        others = await self._included(call, query, page)
        bodies = await self.bodies(call, [each.document for each in (*page, *others)])
        up_to = query.up_to if query.up_to is not None else (page[0].place if page else None)
        return Page(
            [
                *(Match(query.kind, str(each.document), bodies[each.document]) for each in page),
                *(Match(each.kind, str(each.document), bodies[each.document], included=True) for each in others),
            ],
            total,
            up_to,
            page[-1].place if len(found) > query.count else None,
        )

    async def _included(self, call: Call, query: Query, page: Sequence[Filed]) -> list[Filed]:
        """What `_include` and `_revinclude` add: the other end of the references that this server keeps."""
        practice, known = call.actor.practice, {each.document for each in page}
        others: list[Filed] = []
        for each in query.include:
            source, _, parameter = each.partition(":")
            wanted = {filed.about for filed in page if filed.about is not None}
            if source == query.kind and parameter.partition(":")[0] in self._links.get(source, ()) and wanted:
                for document in wanted - known:
                    others.extend((await self._exchanges.versions(practice, document))[:1])
        for each in query.revinclude:
            source, _, parameter = each.partition(":")
            if parameter.partition(":")[0] in self._links.get(source, ()) and known:
                others.extend(await self._exchanges.find(practice, Search(source, about=tuple(known), count=200)))
        unique = {each.document: each for each in others if each.document not in known}
        return list(unique.values())

    def search(self, query: Query, count: int | None = None) -> Search:
        """The conditions of a query on what is known of documents."""
        tokens = query.tokens
        created, updated = query.dates.get("created"), query.dates.get("_lastUpdated")
        names = tokens.get("identifier", ())
        if len(names) > 1:
            raise Misuse(PARAMETER_WRONG, cause="identifier: one at a time")
        about = [
            document_of(each) for name in self._links.get(query.kind, ()) for each in query.references.get(name, ())
        ]
        patients = [each for name in ("patient", "beneficiary") for each in tokens.get(name, ())]
        return Search(
            query.kind,
            documents=tuple(document_of(each.code) for each in tokens.get("_id", ())),
            about=tuple(about),
            name=name_of(names[0]) if names else None,
            patient=document_of(patients[0].code) if patients else None,
            status=tuple(each.code for each in tokens.get("status", ())),
            outcome=tuple(each.code for each in tokens.get("outcome", ())),
            use=tuple(each.code for each in tokens.get("use", ())),
            day_from=created.start.date() if created and created.start else None,
            day_to=_after(created.end) if created and created.end else None,
            recorded_from=updated.start if updated else None,
            recorded_to=updated.end if updated else None,
            up_to=query.up_to,
            before=query.before,
            count=count if count is not None else query.count,
        )


def name_by(identifiers: Sequence[r4.Identifier] | None) -> bytes | None:
    """What its sender calls a document: the first of its identifiers; None when it has none."""
    if not identifiers:
        return None
    return name_of(Token(identifiers[0].system or "", identifiers[0].value or ""))


def name_of(token: Token) -> bytes:
    """An identifier as its documents are named: system and value, neither of which may hold the other's end."""
    return f"{len(token.system)}|{token.system}|{token.code}".encode()


def body_of(kept: Kept) -> bytes:
    """What a document says, with its id and version."""
    return named(kept.body, str(kept.document), kept.version, kept.recorded_at)


def document_of(text: str) -> UUID:
    """A document's number; one that cannot be ours is nowhere."""
    try:
        return UUID(text)
    except ValueError:
        return NOWHERE


def _after(end: datetime) -> Any:  # Any: a date, or None that was excluded before
    """The first day that is wholly after an end."""
    return end.date() if end.time() == time.min else end.date().fromordinal(end.date().toordinal() + 1)
