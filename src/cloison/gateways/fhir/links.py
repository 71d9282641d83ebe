"""How the resources of one document hold together: what local references name, and what contained resources may be."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import msgspec
from msgspec import inspect

from cloison.errors import Defect, Place
from cloison.gateways.fhir import r4
from cloison.gateways.fhir.checks import Broken
from cloison.gateways.fhir.reasons import INVARIANT, REFERENCE_BROKEN, REFERENCE_TARGET


def defects(read: r4.Resource) -> list[Defect]:
    return [
        Defect(broken.reason, Place("body", field=f"{path}.{broken.element}".rstrip(".")), _cause(broken))
        for path, broken in _of(read, type(read).__name__)
    ]


def _cause(broken: Broken) -> str:
    told = r4.RULES.get(broken.rule)
    return f"{broken.rule}: {told}" if told else broken.rule


def _of(read: r4.Resource, path: str) -> Iterator[tuple[str, Broken]]:
    if isinstance(read, r4.Bundle):
        yield from _bundle(read, path)
    elif isinstance(read, r4.Parameters):
        yield from _parameters(read.parameter or [], f"{path}.parameter")
    else:
        yield from _local(read, path)


def _bundle(bundle: r4.Bundle, path: str) -> Iterator[tuple[str, Broken]]:
    seen: set[tuple[str, str | None]] = set()
    for number, entry in enumerate(bundle.entry or ()):
        held = entry.resource if isinstance(entry.resource, r4.Resource) else None
        if entry.full_url is not None and bundle.type != "history":
            key = (entry.full_url, held.meta.version_id if held and held.meta else None)
            if key in seen:
                yield path, Broken(INVARIANT, f"entry[{number}].fullUrl", "bdl-7")
            seen.add(key)
        if held is not None:
            yield from _of(held, f"{path}.entry[{number}].resource")


def _parameters(parameters: list[r4.ParametersParameter], path: str) -> Iterator[tuple[str, Broken]]:
    for number, parameter in enumerate(parameters):
        if isinstance(parameter.resource, r4.Resource):
            yield from _of(parameter.resource, f"{path}[{number}].resource")
        yield from _parameters(parameter.part or [], f"{path}[{number}].part")


def _local(read: r4.Resource, path: str) -> Iterator[tuple[str, Broken]]:
    """ref-1: a local reference names a contained resource; dom-2 to dom-5: those are parts of this one alone."""
    contained = (read.contained if isinstance(read, r4.DomainResource) else None) or []
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
    named: set[str] = set()
    for place, target, allowed in _references(read, path):
        named.add(target)
        if target and target not in kinds:
            yield place, Broken(REFERENCE_BROKEN, "", "ref-1")
        elif target and allowed and kinds[target] not in allowed:
            yield place, Broken(REFERENCE_TARGET, "", ", ".join(sorted(allowed)))
    if "" not in named:  # one that names its container is named by its own reference
        for number, name in enumerate(kinds):
            if name not in named:
                yield path, Broken(REFERENCE_BROKEN, f"contained[{number}]", "dom-3")


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


@cache
def _holders(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """The elements of a class that may hold a reference, near or far, with the types it may point at."""
    targets = r4.TARGETS.get(kind.__name__, {})
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    return tuple(
        (field.name, field.encode_name, targets.get(field.encode_name, frozenset()))
        for field in shape.fields
        if _holds(field.type)
    )


def _holds(shape: inspect.Type) -> bool:
    if isinstance(shape, inspect.UnionType):
        return any(_holds(option) for option in shape.types)
    if isinstance(shape, inspect.ListType):
        return _holds(shape.item_type)
    return isinstance(shape, inspect.StructType | inspect.RawType)


def _references(
    value: object, path: str, allowed: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Place, target and types allowed of each local reference."""
    if isinstance(value, msgspec.Struct):
        if isinstance(value, r4.Reference) and value.reference and value.reference[0] == "#":
            yield f"{path}.reference", value.reference[1:], allowed
        for said, written, targets in _holders(type(value)):
            inner = getattr(value, said)
            if inner is not None:
                yield from _references(inner, f"{path}.{written}", targets)
    elif isinstance(value, list):
        items = cast("list[object]", value)
        for number, item in enumerate(items):
            yield from _references(item, f"{path}[{number}]", allowed)
    elif isinstance(value, msgspec.Raw):
        for target in _loose(msgspec.json.decode(value)):
            yield path, target, frozenset()


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
