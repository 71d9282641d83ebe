"""One interaction of the FHIR API: what is asked and what is answered, from an HTTP request or an entry of a Bundle.

Both go the same way: a Bundle is only a list of these. Bytes of resources stay bytes: what is stored is what crossed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, TypeAlias

import msgspec

from cloison.errors import Misuse, Place
from cloison.gateways.fhir.rest_reasons import BODY_MISSING, TYPE_MISMATCH
from cloison.identity import Actor

CONTENT_TYPE = "application/fhir+json; charset=utf-8"
ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')
Fields = dict[str, msgspec.Raw]
Tree: TypeAlias = Any  # Any: JSON
_fields = msgspec.json.Decoder(Fields)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Call:
    """One interaction asked for. `path` is below the base, without slashes at its ends; header names in lower case."""

    method: str
    path: str
    actor: Actor
    base: str
    now: datetime
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    request_id: str = ""
    language: str = "fr"
    in_address: bool = True
    """Whether the parameters stand in an address, where no number of a person may be."""

    @property
    def segments(self) -> list[str]:
        return [each for each in self.path.split("/") if each]

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def preferences(self) -> dict[str, str]:
        """The Prefer header (RFC 7240): names with their values."""
        parts = (part.partition("=") for each in self.header("prefer").split(",") for part in each.split(";"))
        return {name.strip().lower(): value.strip().strip('"').lower() for name, _, value in parts if name.strip()}

    def resource(self, kind: str) -> bytes:
        """The body, of this type. Raises Misuse when there is none, or it says that it is another."""
        if not self.body:
            raise Misuse(BODY_MISSING, cause=kind)
        said = kind_of(self.body)
        if said and said != kind:
            raise Misuse(TYPE_MISMATCH, cause=f"{kind} is asked for", place=Place("body", 0, "resourceType"))
        return self.body

    def expects(self) -> int | None:
        """The version that If-Match names; None without the header. A tag of another form fits nothing: -1."""
        tag = self.header("if-match").strip()
        if not tag:
            return None
        found = ETAG.fullmatch(tag)
        return int(found[1]) if found else -1

    def knows(self, version: int, updated: datetime | None) -> bool:
        """Whether the caller says that it has this version already."""
        tags = self.header("if-none-match")
        if tags:
            return "*" in tags or any(int(each) == version for each in ETAG.findall(tags))
        since = self.header("if-modified-since")
        if not since or updated is None:
            return False
        try:
            return updated.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False

    def as_entry(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> "Call":
        """The same caller and moment, for an entry of a Bundle."""
        return replace(self, method=method, path=path, body=body, headers=headers, parameters=(), in_address=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes = field(default=b"", repr=False)
    version: int = 0
    updated: datetime | None = None
    location: str = ""
    more: tuple[tuple[str, str], ...] = ()

    def headers(self) -> list[tuple[str, str]]:
        """Its headers, those of the content excepted."""
        found = list(self.more)
        if self.version:
            found.append(("etag", f'W/"{self.version}"'))
        if self.updated is not None:
            found.append(("last-modified", format_datetime(self.updated.astimezone(UTC), usegmt=True)))
        if self.location:
            found.append(("location", self.location))
        return found


def kind_of(body: bytes) -> str:
    """The resourceType that a body states; empty when it states none or cannot be read: the parser says why."""
    return _named(body).kind


def id_of(body: bytes) -> str:
    """The id that a body states; empty as above."""
    return _named(body).id


class _Named(msgspec.Struct, rename={"kind": "resourceType"}):
    kind: str = ""
    id: str = ""


_decode_named = msgspec.json.Decoder(_Named).decode


def _named(body: bytes) -> _Named:
    try:
        return _decode_named(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Named()


def named(body: bytes, document: str, version: int, updated: datetime | None) -> bytes:
    """A resource with the id and version that this server gives it, and when it was last changed, where that is known.
    Nothing else of its text changes."""
    fields = _fields.decode(body)
    meta: dict[str, Tree] = dict(_fields.decode(fields["meta"])) if "meta" in fields else {}
    meta |= {"versionId": str(version)} | ({"lastUpdated": instant(updated)} if updated else {})
    first: dict[str, Tree] = {"resourceType": fields["resourceType"], "id": document, "meta": meta}
    return _encode(first | {name: value for name, value in fields.items() if name not in first})


def nameless(body: bytes) -> bytes:
    """A resource without the id, version and date that its sender gave it: those are for the server to give."""
    fields: dict[str, Tree] = dict(_fields.decode(body))
    fields.pop("id", None)
    if "meta" in fields:
        meta = {
            name: value
            for name, value in _fields.decode(fields["meta"]).items()
            if name not in ("versionId", "lastUpdated")
        }
        fields["meta"] = meta
        if not meta:
            del fields["meta"]
    return _encode(fields)


def instant(moment: datetime) -> str:
    """A moment as FHIR writes an instant, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
