"""How FHIR JSON is read and written, and when a document that decodes deserves a second look.

Decoding checks names, types, counts, codes and rules in one pass. What it cannot see (an element written twice, an
explicit null, an empty object, a number in quotes) changes the document when it is written again, so the reader writes
it again and compares marks: only a document whose marks differ is walked by `explain`, which knows the place of
everything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar, overload

import msgspec
from msgspec.structs import force_setattr

from cloison.errors import Defect, Misuse, Place
from cloison.gateways.fhir import explain, links, r4, reasons

Resource = r4.Resource
R = TypeVar("R", bound=r4.Resource)

SIZE_MAX = 4 << 20
NESTED_MAX = 8
"""Resources inside resources: a document of claims in a bundle in parameters is three."""

ENCODER = msgspec.json.Encoder(decimal_format="number")
ANY = msgspec.json.Decoder[r4.Resource](r4.AnyResource)
_decoders: dict[tuple[type[r4.Resource], ...], msgspec.json.Decoder[r4.Resource]] = {(): ANY}

EMPTY = re.compile(rb'\{(?:\}|"id":)')
SPACED = re.compile(rb'" ')  # an expression without branches is found twice as fast as `in` finds it
BLANK = re.compile(rb'[:\[,]" ')
ESCAPED = re.compile(rb'\\(?:[bfu]|(?<=[:\[,]"\\)[ntr])')
"""Control characters, and strings that begin with white space that is escaped."""
QUOTED = re.compile(rb'\\["]')
HOLLOW = msgspec.Raw(b"0")
REPEATED_MAX = 16
"""Elements that may hold themselves: no more of them than this is no deeper than this."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A bundle whose entries stand for themselves: those that cannot be read are left out, with their defects."""

    bundle: r4.Bundle
    refused: dict[int, list[Defect]] = field(default_factory=dict[int, list[Defect]])


class Unreadable(Misuse):
    """A document that is no FHIR resource as asked: the first defect, and all of them."""

    def __init__(self, defects: list[Defect]) -> None:
        first = defects[0]
        super().__init__(first.reason, first.cause, first.place)
        self.defects = defects


def demand(raw: bytes, *expected: type[R]) -> R:
    """The resource. Raises Unreadable when the document is none of these types."""
    read = parse(raw, *expected)
    if isinstance(read, list):
        raise Unreadable(read)
    return read


@overload
def parse(raw: bytes) -> r4.Resource | list[Defect]: ...
@overload
def parse(raw: bytes, *expected: type[R]) -> R | list[Defect]: ...
def parse(raw: bytes, *expected: type[R]) -> R | r4.Resource | list[Defect]:
    """A resource of one of these types (of any of ours when none is named), or all that is wrong with the document."""
    if len(raw) > SIZE_MAX:
        return [Defect(reasons.TOO_LARGE, Place("body"), f"at most {SIZE_MAX} bytes")]
    types: tuple[type[r4.Resource], ...] = expected
    try:
        read = _decoder(types).decode(raw)
        foreign: list[tuple[str, msgspec.Raw]] = []
        unfold(read, type(read).__name__, foreign)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        return explain.refusal(raw, types, trouble)
    written = ENCODER.encode(read)
    found = explain.defects(raw, types) if doubtful(raw, written) else explain.oddities(foreign)
    if found:
        return found
    if isinstance(read, r4.Bundle) or b'"contained":' in written or b'"reference":"#' in written:
        return links.defects(read, written) or read
    return read


def parse_batch(raw: bytes) -> Batch | list[Defect]:
    """A bundle of independent entries: a resource that cannot be read costs its own entry and no other."""
    if len(raw) > SIZE_MAX:
        return [Defect(reasons.TOO_LARGE, Place("body"), f"at most {SIZE_MAX} bytes")]
    try:
        bundle = _decoder((r4.Bundle,)).decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        return explain.refusal(raw, (r4.Bundle,), trouble)
    assert isinstance(bundle, r4.Bundle)
    batch = Batch(bundle)
    inside = 0
    for number, entry in enumerate(bundle.entry or ()):
        if isinstance(entry.resource, msgspec.Raw):
            text = bytes(entry.resource)
            inside += quotes(text)
            read = parse(text)
            if isinstance(read, list):
                batch.refused[number] = [_moved(defect, f"Bundle.entry[{number}].resource") for defect in read]
            force_setattr(entry, "resource", None if isinstance(read, list) else read)
    if quotes(raw) - inside != quotes(ENCODER.encode(_hollow(batch))):
        own = [defect for defect in explain.defects(raw, (r4.Bundle,)) if ".resource" not in _field(defect)]
        if own:
            return own
    return batch


def write(resource: r4.Resource) -> bytes:
    """The JSON of a resource; decimals keep their digits."""
    return ENCODER.encode(resource)


def unfold(read: r4.Resource, path: str, foreign: list[tuple[str, msgspec.Raw]], depth: int = 0) -> None:
    """Decode the resources inside this one, in place; those of types that are not ours stay text, and are listed."""
    if depth > NESTED_MAX:
        raise RecursionError
    if isinstance(read, r4.Bundle):
        for number, entry in enumerate(read.entry or ()):
            _open(entry, "resource", f"{path}.entry[{number}]", foreign, depth)
            if entry.response is not None:
                _open(entry.response, "outcome", f"{path}.entry[{number}].response", foreign, depth)
    elif isinstance(read, r4.Parameters):
        for parameter in _parts(read.parameter or []):
            _open(parameter, "resource", f"{path}.parameter", foreign, depth)
    elif isinstance(read, r4.DomainResource) and read.contained is not None:
        for number, held in enumerate(read.contained):
            assert isinstance(held, msgspec.Raw)
            place = f"{path}.contained[{number}]"
            try:
                read.contained[number] = inner = ANY.decode(held)
            except msgspec.ValidationError:
                if explain.tag_of(held) in r4.RESOURCES:
                    raise
                read.contained[number] = kept = held.copy()
                foreign.append((place, kept))
            else:
                unfold(inner, place, foreign, depth + 1)


def _open(holder: msgspec.Struct, name: str, path: str, foreign: list[tuple[str, msgspec.Raw]], depth: int) -> None:
    held = getattr(holder, name)
    if held is not None:
        inner = ANY.decode(held)
        force_setattr(holder, name, inner)
        unfold(inner, f"{path}.{name}", foreign, depth + 1)


def _parts(parameters: list[r4.ParametersParameter]) -> Iterator[r4.ParametersParameter]:
    for parameter in parameters:
        yield parameter
        yield from _parts(parameter.part or [])


def doubtful(raw: bytes, written: bytes) -> bool:
    """Whether something may be lost, empty or nested deep between what came and what would be written."""
    if b"\\" in raw:
        if quotes(raw) != quotes(written) or ESCAPED.search(written):
            return True
    elif raw.count(b'"') != written.count(b'"'):
        return True
    return (
        EMPTY.search(written) is not None
        or b"null" in written  # perhaps a gap in a list, which only the extension beside it can fill
        or (SPACED.search(written) is not None and BLANK.search(written) is not None)
        or written.count(b'"extension":') > REPEATED_MAX
        or written.count(b'"part":') > REPEATED_MAX
    )


def quotes(text: bytes) -> int:
    """Marks around strings. A name or a string that decoding drops is never made up for: see test_fhir_reading."""
    return text.count(b'"') - len(QUOTED.findall(text))


def _decoder(expected: tuple[type[r4.Resource], ...]) -> msgspec.json.Decoder[r4.Resource]:
    found = _decoders.get(expected)
    if found is None:
        union = expected[0]
        for other in expected[1:]:
            union |= other
        found = _decoders[expected] = msgspec.json.Decoder(union)
    return found


def _hollow(batch: Batch) -> r4.Bundle:
    """The bundle with nothing in its resources; it still says where one came."""
    entries = [
        msgspec.structs.replace(entry, resource=HOLLOW if entry.resource is not None or at in batch.refused else None)
        for at, entry in enumerate(batch.bundle.entry or ())
    ]
    return msgspec.structs.replace(batch.bundle, entry=entries or None)


def _field(defect: Defect) -> str:
    return defect.place.field


def _moved(defect: Defect, path: str) -> Defect:
    """The same defect, seen from the bundle: `Claim.status` is `Bundle.entry[3].resource.status`."""
    inner = defect.place.field.partition(".")[2]
    return Defect(defect.reason, Place(defect.place.source, field=f"{path}.{inner}".rstrip(".")), defect.cause)
