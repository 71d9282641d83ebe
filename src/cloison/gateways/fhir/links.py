"""How the resources of one document hold together: what local references name, and what contained resources may be."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, cast

import msgspec

from cloison.errors import Defect, Place
from cloison.gateways.fhir import r4
from cloison.gateways.fhir.checks import Broken
from cloison.gateways.fhir.reasons import INVARIANT, REFERENCE_BROKEN, REFERENCE_TARGET

Trail: TypeAlias = "tuple[str] | tuple[Trail, str | int]"
Named: TypeAlias = tuple[Trail, str, frozenset[str]]
"""Place, target and allowed types of a local reference."""
NOTHING = frozenset[str]()
NAMES = re.compile(r"[A-Z]\w+")


@dataclass(frozen=True, slots=True)
class Text:
    """What the text of a document tells before anybody walks it, as `reading.write` writes it."""

    local: int
    """How many references are local, at most: those of contained resources that stay text are not among them."""
    extended: bool
    """Whether there is an extension anywhere."""

    @classmethod
    def of(cls, written: bytes) -> "Text":
        return cls(written.count(b'"reference":"#'), b'"extension":' in written)


def defects(read: r4.Resource, written: bytes) -> list[Defect]:
    """What is wrong between the resources of a document, which is written like this."""
    return [
        Defect(broken.reason, Place("body", field=f"{path}.{broken.element}".rstrip(".")), _cause(broken))
        for path, broken in _of(read, type(read).__name__, Text.of(written))
    ]


def _cause(broken: Broken) -> str:
    told = r4.RULES.get(broken.rule)
    return f"{broken.rule}: {told}" if told else broken.rule


def _of(read: r4.Resource, path: str, text: Text) -> Iterator[tuple[str, Broken]]:
    if isinstance(read, r4.Bundle):
        yield from _bundle(read, path, text)
    elif isinstance(read, r4.Parameters):
        yield from _parameters(read.parameter or [], f"{path}.parameter", text)
    else:
        yield from _local(read, path, text)


def _bundle(bundle: r4.Bundle, path: str, text: Text) -> Iterator[tuple[str, Broken]]:
    seen: set[tuple[str, str | None]] = set()
    for number, entry in enumerate(bundle.entry or ()):
        held = entry.resource if isinstance(entry.resource, r4.Resource) else None
        if entry.full_url is not None and bundle.type != "history":
            key = (entry.full_url, held.meta.version_id if held and held.meta else None)
            if key in seen:
                yield path, Broken(INVARIANT, f"entry[{number}].fullUrl", "bdl-7")
            seen.add(key)
        if held is not None:
            yield from _of(held, f"{path}.entry[{number}].resource", text)


def _parameters(parameters: list[r4.ParametersParameter], path: str, text: Text) -> Iterator[tuple[str, Broken]]:
    for number, parameter in enumerate(parameters):
        if isinstance(parameter.resource, r4.Resource):
            yield from _of(parameter.resource, f"{path}[{number}].resource", text)
        yield from _parameters(parameter.part or [], f"{path}[{number}].part", text)


def _local(read: r4.Resource, path: str, text: Text) -> Iterator[tuple[str, Broken]]:
    """ref-1: a local reference names a contained resource; dom-2 to dom-5: those are parts of this one alone."""
    contained = (read.contained if isinstance(read, r4.DomainResource) else None) or []
    if not contained and not text.local:
        return
    kinds: dict[str | None, str] = {}
    for number, held in enumerate(contained):
        kind, name, meta, holds = _told(held)
        kinds[name] = kind
        for key, wrong in (
            ("dom-2", holds),
            ("dom-4", bool({"versionId", "lastUpdated"} & meta)),
            ("dom-5", "security" in meta),
        ):
            if wrong:
                yield path, Broken(INVARIANT, f"contained[{number}]", key)
    named = _named(read, path, text, contained)
    for trail, target, allowed in named:
        if target and target not in kinds:
            yield _told_place(trail), Broken(REFERENCE_BROKEN, "", "ref-1")
        elif target and allowed and kinds[target] not in allowed:
            yield _told_place(trail), Broken(REFERENCE_TARGET, "", ", ".join(sorted(allowed)))
    targets = {target for _, target, _ in named}
    if "" not in targets:  # one that names its container is named by its own reference
        for number, name in enumerate(kinds):
            if name not in targets:
                yield path, Broken(REFERENCE_BROKEN, f"contained[{number}]", "dom-3")


def _named(read: r4.Resource, path: str, text: Text, contained: Sequence[object]) -> list[Named]:
    """The local references of a resource. Extensions can hold one anywhere, and mostly hold none: they are walked only
    when the text has more of them than were found elsewhere, or a piece that stays text may have some that are spelled
    differently."""
    loose = any(type(held) is msgspec.Raw for held in contained)
    enough = sys.maxsize if loose else text.local
    for extended in (False, True):
        found: list[Named] = []
        Gather(extended, enough, found).of(read, (path,), NOTHING)
        if len(found) == enough or not text.extended:
            return found
    return found


def _told(held: object) -> tuple[str, str | None, set[str], bool]:
    """The type and id of a contained resource, what is in its meta, and whether it contains others."""
    if isinstance(held, r4.Resource):
        meta = _members(held.meta) if held.meta else set[str]()
        contains = isinstance(held, r4.DomainResource) and held.contained is not None
        return type(held).__name__, held.id, meta, contains
    loose: dict[str, Any] = msgspec.json.decode(cast("msgspec.Raw", held))  # of a type that is not ours
    return loose["resourceType"], loose.get("id"), set(loose.get("meta") or ()), "contained" in loose


def _members(value: msgspec.Struct) -> set[str]:
    """The names of the elements that are there."""
    names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
    return {written for said, written in names if getattr(value, said) is not None}


@dataclass(frozen=True, slots=True)
class Holders:
    """The elements of a class that may hold a reference, near or far, and the types each may point at."""

    values: Callable[[object], tuple[object, ...]]
    told: tuple[tuple[str, frozenset[str]], ...]


@cache
def _holders(kind: type[msgspec.Struct], extended: bool) -> Holders:
    targets = r4.TARGETS.get(kind.__name__, {})
    written = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    names = [name for name, types in elements(kind).items() if any(_reaches(each, extended, set()) for each in types)]
    told = tuple((f".{written[name]}", targets.get(written[name], NOTHING)) for name in names)
    if not names:
        return Holders(lambda _: (), told)
    get = attrgetter(*names)
    return Holders(get if len(names) > 1 else lambda value: (get(value),), told)


@cache
def elements(kind: type[msgspec.Struct]) -> dict[str, tuple[type, ...]]:
    """The classes that each element of a class may hold: those of `r4` that its annotation names, a list or not.

    Annotations are texts: resolving them all takes seconds, and their words are enough.
    """
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        texts |= getattr(base, "__annotations__", {})
    return {
        name: tuple(_CLASSES[word] for word in NAMES.findall(texts[name]) if word in _CLASSES)
        for name in kind.__struct_fields__
    }


_CLASSES: dict[str, type] = {
    name: value
    for name, value in vars(r4).items()
    if isinstance(value, type) and issubclass(value, (msgspec.Struct, msgspec.Raw))
}


def _reaches(kind: type, extended: bool, seen: set[type]) -> bool:
    """Whether a reference can be found below; extensions can hold one anywhere, and mostly are not there."""
    if kind is r4.Reference or not issubclass(kind, msgspec.Struct):
        return True
    if kind in seen or (kind is r4.Extension and not extended):
        return False
    seen.add(kind)
    return any(_reaches(each, extended, seen) for types in elements(kind).values() for each in types)


@dataclass(frozen=True, slots=True)
class Gather:
    """Collects place, target and types allowed of each local reference, until there are enough."""

    extended: bool
    enough: int
    named: list[Named]

    def of(self, value: object, trail: Trail, allowed: frozenset[str]) -> None:
        """Gather from a value and below. Classes are compared as they are: `isinstance` asks their metaclass."""
        kind = type(value)
        if kind is list:
            items = cast("list[object]", value)
            for number, item in enumerate(items):
                if item is not None:
                    self.of(item, (trail, number), allowed)
        elif kind is msgspec.Raw:
            loose = _loose(msgspec.json.decode(cast("msgspec.Raw", value)))
            self.named.extend((trail, target, NOTHING) for target in loose)
        elif kind is r4.Reference:
            reference = cast("r4.Reference", value)
            if reference.reference is not None and reference.reference[0] == "#":
                self.named.append(((trail, ".reference"), reference.reference[1:], allowed))
            if self.extended or reference.identifier is not None:
                self._below(reference, trail)
        else:
            self._below(cast("msgspec.Struct", value), trail)

    def _below(self, value: msgspec.Struct, trail: Trail) -> None:
        holders = _holders(type(value), self.extended)
        if not holders.told:
            return
        for inner, (written, targets) in zip(holders.values(value), holders.told, strict=True):
            if inner is not None and len(self.named) != self.enough:
                self.of(inner, (trail, written), targets)


def _told_place(trail: Trail) -> str:
    """The place that a trail leads to; written out only when there is something to say of it."""
    if len(trail) == 1:
        return trail[0]
    before, last = trail
    return f"{_told_place(before)}[{last}]" if isinstance(last, int) else f"{_told_place(before)}{last}"


def _loose(value: object) -> Iterator[str]:
    """Targets of the local references in a resource of a type that is not ours."""
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        target = members.get("reference")
        if isinstance(target, str) and target.startswith("#"):
            yield target[1:]
        for inner in members.values():
            yield from _loose(inner)
    elif isinstance(value, list):
        items = cast("list[object]", value)
        for inner in items:
            yield from _loose(inner)
