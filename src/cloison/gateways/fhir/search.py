"""Searches: which parameters a type takes, what they say, and the page of a Bundle that answers.

A parameter that is not known is passed over, unless the caller asked to be strict; the link `self` tells what was used.
A number of a person never stands in an address: addresses are kept by every machine they pass.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

import msgspec

from cloison.errors import Misuse
from cloison.gateways.fhir import systems
from cloison.gateways.fhir.cursors import Cursor, Cursors
from cloison.gateways.fhir.interaction import Call, Fields, Tree, instant
from cloison.gateways.fhir.rest_reasons import IDENTITY_IN_ADDRESS, PARAMETER_UNKNOWN, PARAMETER_WRONG

COUNT_DEFAULT, COUNT_MAX = 20, 200
NIR_SHAPE = re.compile(r"(?<![0-9])[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?(?![0-9])", re.IGNORECASE)
NIR_SYSTEMS = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11")
"""The object identifiers of the INS: whatever stands behind one names a person."""
DATE = re.compile(r"(eq|ge|le|gt|lt|sa|eb)?(\d{4})(?:-(\d{2})(?:-(\d{2})(T[0-9:.]+(?:Z|[+-]\d{2}:\d{2}))?)?)?")
ALWAYS = ("_id", "_lastUpdated")
OF_RESULTS = ("_count", "_total", "_sort", "_include", "_revinclude", "_elements", "_summary", "_format", "_pretty")
PAGE = "_page"
OUTCOME = "OperationOutcome"
PERSONAL = frozenset({"birthdate", "birth-rank", "subscriber-id"})
"""Parameters that say who somebody is, whatever their value: never in an address."""


class Kind(StrEnum):
    """The types of search parameters that are used here."""

    TOKEN = "token"  # noqa: S105  FHIR's word for a code
    DATE = "date"
    REFERENCE = "reference"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Token:
    """A code with its system; empty where it was not given."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Span:
    """Instants in [start, end); None is open."""

    start: datetime | None = None
    end: datetime | None = None

    def and_also(self, other: "Span") -> "Span":
        starts = [each for each in (self.start, other.start) if each is not None]
        ends = [each for each in (self.end, other.end) if each is not None]
        return Span(max(starts, default=None), min(ends, default=None))


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood."""

    kind: str
    tokens: Mapping[str, tuple[Token, ...]] = field(default_factory=dict[str, tuple[Token, ...]], repr=False)
    dates: Mapping[str, Span] = field(default_factory=dict[str, Span])
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    strings: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], repr=False)
    count: int = COUNT_DEFAULT
    total: bool = False
    count_only: bool = False
    include: tuple[str, ...] = ()
    revinclude: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    up_to: int | None = None
    before: int | None = None
    used: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """One resource of a page, as bytes that already have their id."""

    kind: str
    document: str
    body: bytes = field(repr=False)
    included: bool = False

    @property
    def mode(self) -> str:
        """Why it is in the page: an OperationOutcome there is about the search, and has no address."""
        return "outcome" if self.kind == OUTCOME else "include" if self.included else "match"


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found: one page. `next_before` continues it, None ends it; `up_to` is the place it started from.

    With a `version` the page is one resource as it stands: a caller that has this version already is told so.
    """

    matches: Sequence[Match]
    total: int | None = None
    up_to: int | None = None
    next_before: int | None = None
    version: int = 0
    updated: datetime | None = None


def understood(call: Call, kind: str, parameters: Mapping[str, Kind], cursors: Cursors) -> Query:
    """The search that a call asks for. Raises Misuse naming the parameter that cannot be read."""
    strict = call.preferences.get("handling") == "strict"
    if call.in_address:
        _refuse_identities(call.parameters)
    for name, value in call.parameters:
        if "\0" in value:  # no text of ours holds one, and PostgreSQL takes none
            raise Misuse(PARAMETER_WRONG, cause=name if name in parameters else "")
    given = [(name, value) for name, value in call.parameters if value]
    page = next((value for name, value in given if name == PAGE), None)
    if page is not None:
        cursor = cursors.read(page, kind, call)
        given, up_to, before = [*cursor.used], cursor.up_to, cursor.before
    else:
        up_to = before = None
    tokens: dict[str, tuple[Token, ...]] = {}
    dates: dict[str, Span] = {}
    references: dict[str, tuple[str, ...]] = {}
    strings: dict[str, tuple[str, ...]] = {}
    used: list[tuple[str, str]] = []
    for name, value in given:
        bare, _, modifier = name.partition(":")
        what = Kind.TOKEN if bare == "_id" else Kind.DATE if bare == "_lastUpdated" else parameters.get(bare)
        if what is None or (modifier and modifier not in ("identifier", *_TYPES)):
            if bare not in OF_RESULTS and strict:
                raise Misuse(PARAMETER_UNKNOWN, cause=name)
            if bare in OF_RESULTS and name not in ("_format", "_pretty"):
                used.append((name, value))
            continue
        used.append((name, value))
        if what is Kind.DATE:
            dates[bare] = dates.get(bare, Span()).and_also(_span(name, value))
        elif what is Kind.TOKEN or modifier == "identifier":
            tokens[bare] = tuple(_token(each) for each in value.split(","))
        elif what is Kind.STRING:
            strings[bare] = tuple(each.strip() for each in value.split(","))
        else:
            references[bare] = tuple(each.rpartition("/")[2] for each in value.split(","))
    return Query(
        kind, tokens, dates, references, strings, up_to=up_to, before=before, used=tuple(used),
        **_results(dict(given), strict),
    )  # fmt: skip


_TYPES = ("Patient", "Claim", "Coverage", "Organization", "CoverageEligibilityRequest", "ClaimResponse")


def _results(given: Mapping[str, str], strict: bool) -> dict[str, Tree]:
    text = given.get("_count", str(COUNT_DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Misuse(PARAMETER_WRONG, cause="_count")
    sort = given.get("_sort", "")
    if strict and sort not in ("", "-_lastUpdated"):
        raise Misuse(PARAMETER_WRONG, cause="_sort: -_lastUpdated, newest first, is the only order")
    summary = given.get("_summary", "")
    if summary not in ("", "false", "true", "count", "data", "text"):
        raise Misuse(PARAMETER_WRONG, cause="_summary")
    return {
        "count": min(int(text), COUNT_MAX),
        "total": given.get("_total") in ("accurate", "estimate") or summary == "count",
        "count_only": summary == "count" or int(text) == 0,
        "include": tuple(filter(None, given.get("_include", "").split(","))),
        "revinclude": tuple(filter(None, given.get("_revinclude", "").split(","))),
        "elements": tuple(filter(None, given.get("_elements", "").split(","))),
    }


def bundle(call: Call, query: Query, page: Page, cursors: Cursors) -> bytes:
    """The searchset Bundle of one page."""
    base = f"{call.base}/{query.kind}"
    links = [{"relation": "self", "url": _address(base, query.used)}]
    if page.up_to is not None:
        start = Cursor(query.kind, query.used, page.up_to, None)
        first = _address(base, [(PAGE, cursors.write(start, call))])
        links.append({"relation": "first", "url": first})
        if query.before is not None:
            links.append({"relation": "previous", "url": first})
        if page.next_before is not None:
            cursor = Cursor(query.kind, query.used, page.up_to, page.next_before)
            links.append({"relation": "next", "url": _address(base, [(PAGE, cursors.write(cursor, call))])})
    found: dict[str, Tree] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "meta": {"lastUpdated": instant(call.now)},
    }
    if page.total is not None:
        found["total"] = page.total
    found["link"] = links
    entries = [
        ({} if match.kind == OUTCOME else {"fullUrl": f"{call.base}/{match.kind}/{match.document}"})
        | {"resource": msgspec.Raw(_subset(match.body, query.elements)), "search": {"mode": match.mode}}
        for match in page.matches
    ]
    if entries and not query.count_only:
        found["entry"] = entries
    return msgspec.json.encode(found)


def _subset(body: bytes, elements: Sequence[str]) -> bytes:
    """Only some elements of a resource, marked as such."""
    if not elements:
        return body
    fields = msgspec.json.decode(body, type=Fields)
    meta: dict[str, Tree] = dict(msgspec.json.decode(fields["meta"], type=Fields)) if "meta" in fields else {}
    meta["tag"] = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}]
    kept = {"resourceType", "id", "status", *elements}
    chosen: dict[str, Tree] = {name: value for name, value in fields.items() if name in kept}
    return msgspec.json.encode(chosen | {"meta": meta})


def _refuse_identities(parameters: Sequence[tuple[str, str]]) -> None:
    for name, value in parameters:
        named = name in PERSONAL or any(system in value for system in (*NIR_SYSTEMS, systems.ADHERENT))
        if named or NIR_SHAPE.search(value) or NIR_SHAPE.search(name):
            raise Misuse(IDENTITY_IN_ADDRESS, cause="" if NIR_SHAPE.search(name) else name.partition(":")[0])


def _token(text: str) -> Token:
    system, bar, code = text.partition("|")
    return Token(system, code) if bar else Token("", text)


def _span(name: str, text: str) -> Span:
    found = DATE.fullmatch(text)
    if not found:
        raise Misuse(PARAMETER_WRONG, cause=name)
    prefix = found[1] or "eq"
    try:
        start, end = _bounds(found)
    except ValueError:
        raise Misuse(PARAMETER_WRONG, cause=name) from None
    spans = {
        "eq": Span(start, end), "ge": Span(start=start), "gt": Span(start=end), "sa": Span(start=end),
        "le": Span(end=end), "lt": Span(end=start), "eb": Span(end=start),
    }  # fmt: skip
    return spans[prefix]


def _bounds(found: re.Match[str]) -> tuple[datetime, datetime]:
    """What a date of FHIR covers: a year, a month, a day or a second."""
    year, month, day, clock = int(found[2]), found[3], found[4], found[5]
    if clock:
        moment = datetime.fromisoformat(f"{year:04d}-{month}-{day}{clock.replace('Z', '+00:00')}")
        return moment, moment + timedelta(milliseconds=1 if moment.microsecond else 1000)
    start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        return start, start + timedelta(days=1)
    after = date(year + (not month or month == "12"), (int(month) % 12 + 1) if month else 1, 1)
    return start, datetime(after.year, after.month, after.day, tzinfo=UTC)


def _address(base: str, used: Sequence[tuple[str, str]]) -> str:
    """An address that repeats a search; a search that names a person is repeated without its words."""
    try:
        _refuse_identities(used)
    except Misuse:
        return base
    return f"{base}?{urlencode(used)}" if used else base
