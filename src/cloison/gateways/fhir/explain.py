"""What is wrong with a FHIR document, element by element: every defect with its place, and nothing of its content.

A name that is in no definition may be a person's, written by mistake where a name of an element goes: it is told by its
rank and never said back. Values are never said back.
"""

import difflib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_args

import msgspec
from msgspec import inspect

from cloison.errors import Defect, Place, Reason
from cloison.gateways.fhir import r4, reasons
from cloison.gateways.fhir.checks import Broken

DEPTH_MAX = 64
DEFECTS_MAX = 50
CODES_MAX = 30
KINDS = {'"': "string", "{": "object", "[": "array", "t": "boolean", "f": "boolean", "n": "null"}
KNOWN_TYPES = frozenset(get_args(r4.ResourceTypesCode))
PRIMITIVES = (
    "Base64Binary", "Canonical", "Code", "Date", "DateTime", "Id", "Instant", "Oid", "Time", "Uri", "Uuid",
)  # fmt: skip
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Pairs = list[tuple[str, object]]


class Tag(msgspec.Struct):
    """The only element that says what a resource is."""

    resourceType: str | None = None  # noqa: N815 (its name in FHIR)


MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
TAG = msgspec.json.Decoder(Tag)


def tag_of(raw: bytes | msgspec.Raw) -> str | None:
    """The type of resource that a document says it is, when it is one that exists."""
    try:
        tag = TAG.decode(raw).resourceType
    except msgspec.ValidationError:
        return None
    return tag if tag in KNOWN_TYPES else None


def refusal(raw: bytes, expected: tuple[type[r4.Resource], ...], trouble: Exception) -> list[Defect]:
    """Why a document that could not be decoded could not: never empty."""
    if isinstance(trouble, RecursionError):
        return [_at(reasons.TOO_DEEP, "", f"at most {DEPTH_MAX} levels")]
    if not isinstance(trouble, msgspec.ValidationError):
        byte = re.search(r"\(byte \d+\)", str(trouble))
        return [_at(reasons.NOT_JSON, "", byte[0].strip("()") if byte else "")]
    return defects(raw, expected) or [_at(reasons.WRONG_TYPE, "", "")]


def defects(raw: bytes, expected: tuple[type[r4.Resource], ...]) -> list[Defect]:
    """All that is wrong with a document, up to a number that nobody reads beyond; empty when nothing is."""
    try:
        loose = _loose(raw)
        if _deep(loose):
            return [_at(reasons.TOO_DEEP, "", f"at most {DEPTH_MAX} levels")]
        names = [kind.__name__ for kind in expected] or list(r4.RESOURCES)
        walk = Walk()
        walk.resource(raw, "", names)
        found = [*_written(loose, _root(loose)), *walk.found]
    except RecursionError:
        return [_at(reasons.TOO_DEEP, "", f"at most {DEPTH_MAX} levels")]
    except (msgspec.DecodeError, ValueError):
        return [_at(reasons.NOT_JSON, "", "")]
    once: dict[tuple[str, int], Defect] = {}
    for defect in found:
        once.setdefault((defect.place.field, defect.reason.number), defect)
    return sorted(once.values(), key=lambda defect: defect.reason.number)[:DEFECTS_MAX]


def oddities(pieces: Iterable[tuple[str, msgspec.Raw]]) -> list[Defect]:
    """What is wrong with resources whose definitions we do not hold: a type that does not exist, and bad JSON."""
    found: list[Defect] = []
    for path, piece in pieces:
        if tag_of(piece) is None:
            found.append(_at(reasons.RESOURCE_TYPE, path, ""))
            continue
        try:
            loose = _loose(bytes(piece))
        except ValueError:
            return [_at(reasons.NOT_JSON, path, "")]
        if _deep(loose):
            return [_at(reasons.TOO_DEEP, path, f"at most {DEPTH_MAX} levels")]
        found += _written(loose, path)
    return found[:DEFECTS_MAX]


def _loose(raw: bytes) -> object:
    """A document with every member of its objects; the digits of its numbers are nobody's concern here."""
    return LOOSE.decode(raw.decode())


def _at(reason: Reason, path: str, cause: str) -> Defect:
    return Defect(reason, Place("body", field=path), cause)


# ------------------------------------------------------------------------------------------ what JSON itself must be


@dataclass(frozen=True, slots=True)
class Object:
    """The members of an object as they are written, those written twice included."""

    members: Pairs


def _digits(_: str) -> int:
    return 0


def _refuse(constant: str) -> float:
    raise ValueError("a number that JSON does not know")


def _deep(loose: object) -> bool:
    level: list[object] = [loose]
    for _ in range(DEPTH_MAX):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Object):
        return (inner for _, inner in value.members)
    if isinstance(value, list):
        return cast("list[object]", value)
    return ()


def _root(loose: object) -> str:
    tag = dict(loose.members).get("resourceType") if isinstance(loose, Object) else None
    return tag if isinstance(tag, str) and tag in KNOWN_TYPES else ""


def _written(value: object, path: str) -> Iterator[Defect]:
    """Names written twice, and what is there but empty."""
    if isinstance(value, Object):
        seen: set[str] = set()
        for name, inner in value.members:
            place = said(path, name)
            if name in seen:
                yield _at(reasons.DUPLICATE_KEY, place, "")
            seen.add(name)
            yield from _written(inner, place)
        if seen <= {"id"}:
            yield _at(reasons.EMPTY, path, f"ele-1: {r4.RULES['ele-1']}")
        yield from _gaps(dict(value.members), path)
    elif isinstance(value, list):
        items = cast("list[object]", value)
        if not items:
            yield _at(reasons.EMPTY, path, "")
        for number, inner in enumerate(items):
            if inner is not None:
                yield from _written(inner, f"{path}[{number}]")
    elif value is None or (isinstance(value, str) and not value.strip()):
        yield _at(reasons.EMPTY, path, "")
    elif isinstance(value, str) and CONTROL.search(value):
        yield _at(reasons.BAD_FORMAT, path, "control characters")


def _gaps(members: dict[str, object], path: str) -> Iterator[Defect]:
    """A null in a list stands where only the extension, or only the value, is known: the other list fills it."""
    for name, inner in members.items():
        if not isinstance(inner, list):
            continue
        items = cast("list[object]", inner)
        beside = members.get(name[1:] if name.startswith("_") else f"_{name}")
        other = cast("list[object]", beside) if isinstance(beside, list) else []
        gaps = [n for n, item in enumerate(items) if item is None and (n >= len(other) or other[n] is None)]
        for number in gaps:
            yield _at(reasons.EMPTY, f"{said(path, name)}[{number}]", "")


LOOSE = json.JSONDecoder(object_pairs_hook=Object, parse_int=_digits, parse_float=_digits, parse_constant=_refuse)

# ----------------------------------------------------------------------------------------- what the definitions ask


CLASSES = [kind for kind in vars(r4).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]


def warm() -> None:
    """Prepare what the first document that is wrong would wait for: a tenth of a second of tables."""
    _vocabulary()
    _shapes()
    _patterns()


@cache
def _vocabulary() -> frozenset[str]:
    """Every name of an element, as it is written."""
    return frozenset(name for kind in CLASSES for name in kind.__struct_encode_fields__) | {"resourceType"}


def said(path: str, name: str) -> str:
    """The place of an element; of its parent, when the name is in no definition."""
    return f"{path}.{name}".lstrip(".") if name in _vocabulary() else path


@cache
def _shapes() -> dict[type, dict[str, inspect.Field]]:
    """The fields of each class by their written names. Asked of all classes at once: each would ask of those below it
    again."""
    shapes = inspect.multi_type_info(CLASSES)
    return {
        shape.cls: {field.encode_name: field for field in shape.fields}
        for shape in shapes
        if isinstance(shape, inspect.StructType)
    }


@cache
def _decoder(kind: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:  # one decoder per class, whatever it is
    return msgspec.json.Decoder(kind)


@cache
def _patterns() -> dict[str, str]:
    """The name of the primitive type that each expression describes."""
    shapes = inspect.multi_type_info([getattr(r4, name) for name in PRIMITIVES])
    named = zip(PRIMITIVES, shapes, strict=True)
    return {str(getattr(shape, "pattern", "")): name[0].lower() + name[1:] for name, shape in named}


class Walk:
    """A descent through a document beside its definitions, each part decoded alone."""

    def __init__(self) -> None:
        self.found: list[Defect] = []

    def add(self, reason: Reason, path: str, cause: str = "") -> None:
        self.found.append(_at(reason, path, cause))

    def resource(self, raw: bytes | msgspec.Raw, path: str, names: Collection[str], foreign: bool = False) -> None:
        """A resource of one of these types; inside another one, of any type that exists."""
        tag = tag_of(raw)
        if tag is not None and tag in names:
            return self.part(r4.RESOURCES[tag], raw, path or tag)
        if tag is None or not foreign:
            self.add(reasons.RESOURCE_TYPE, path, f"expected: {', '.join(names)}")
        return None

    def part(self, kind: type[msgspec.Struct], raw: bytes | msgspec.Raw, path: str) -> None:
        """An object of a class: its members, those that miss, then the rules of the whole."""
        if not self.is_a("object", raw, path):
            return
        before = len(self.found)
        fields, members = _shapes()[kind], MEMBERS.decode(raw)
        for rank, (name, value) in enumerate(members.items(), start=1):
            if name in fields:
                self.element(fields[name], value, f"{path}.{name}")
            elif name != "resourceType" or not issubclass(kind, r4.Resource):
                self.unknown(name, rank, fields, path)
        for name, field in fields.items():
            if field.required and name not in members:
                self.add(reasons.ELEMENT_MISSING, f"{path}.{name}")
        if len(self.found) == before:
            self.rules(kind, raw, path)

    def rules(self, kind: type[msgspec.Struct], raw: bytes | msgspec.Raw, path: str) -> None:
        try:
            _decoder(kind).decode(raw)
        except msgspec.ValidationError as trouble:
            broken = trouble.__cause__
            if isinstance(broken, Broken):
                told = r4.RULES.get(broken.rule)
                cause = f"{broken.rule}: {told}" if told else broken.rule
                self.add(broken.reason, f"{path}.{broken.element}".rstrip("."), cause)

    def unknown(self, name: str, rank: int, fields: Iterable[str], path: str) -> None:
        near = difflib.get_close_matches(name, fields, 1, 0.75)
        cause = f"element {rank} of the object" + (f", perhaps meant as {near[0]}" if near else "")
        self.add(reasons.UNKNOWN_ELEMENT, said(path, name), cause)

    def element(self, field: inspect.Field, raw: msgspec.Raw, path: str) -> None:
        shape = _present(field.type)
        if not isinstance(shape, inspect.ListType):
            return self.value(shape, raw, path)
        if not self.is_a("array", raw, path):
            return None
        items = ITEMS.decode(raw)
        if shape.max_length is not None and len(items) > shape.max_length:
            self.add(reasons.CARDINALITY, path, f"at most {shape.max_length}")
        if len(items) < (shape.min_length or 0) and items:
            self.add(reasons.CARDINALITY, path, f"at least {shape.min_length}")
        for number, item in enumerate(items):
            self.value(_present(shape.item_type), item, f"{path}[{number}]")
        return None

    def value(self, shape: inspect.Type, raw: msgspec.Raw, path: str) -> None:
        """One value; an explicit null is told by `_written`, which knows where one is allowed."""
        if _kind_of(raw) == "null":
            return
        if isinstance(shape, inspect.StructType):
            self.part(shape.cls, raw, path)
        elif isinstance(shape, inspect.RawType):
            self.resource(raw, path, list(r4.RESOURCES), foreign=".contained[" in path)
        elif isinstance(shape, inspect.BoolType):
            self.is_a("boolean", raw, path)
        elif isinstance(shape, inspect.DecimalType):
            self.is_a("number", raw, path)
        elif isinstance(shape, inspect.IntType):
            if self.is_a("number", raw, path):
                self.integer(shape, raw, path)
        elif self.is_a("string", raw, path):
            self.text(shape, msgspec.json.decode(raw), path)

    def integer(self, shape: inspect.IntType, raw: msgspec.Raw, path: str) -> None:
        digits = bytes(raw).strip()
        if not re.fullmatch(rb"-?[0-9]+", digits):
            self.add(reasons.WRONG_TYPE, path, "expected: a whole number")
        elif len(digits) > 12 or not (shape.ge or 0) <= int(digits) <= (shape.le or 0):
            self.add(reasons.BAD_FORMAT, path, f"from {shape.ge} to {shape.le}")

    def text(self, shape: inspect.Type, text: str, path: str) -> None:
        if isinstance(shape, inspect.LiteralType):
            if text not in shape.values:
                codes = [str(value) for value in shape.values]
                self.add(reasons.BAD_CODE, path, ", ".join(codes[:CODES_MAX]) + (" ..." if codes[CODES_MAX:] else ""))
        elif isinstance(shape, inspect.StrType):
            if text and shape.pattern is not None and not re.search(shape.pattern, text):
                self.add(reasons.BAD_FORMAT, path, f"expected: {_patterns().get(shape.pattern, 'another form')}")
            elif shape.max_length is not None and len(text) > shape.max_length:
                self.add(reasons.BAD_FORMAT, path, f"at most {shape.max_length} characters")

    def is_a(self, kind: str, raw: bytes | msgspec.Raw, path: str) -> bool:
        found = _kind_of(raw)
        if found == kind:
            return True
        if found != "null":  # told by `_written`
            reason = reasons.CARDINALITY if "array" in (found, kind) else reasons.WRONG_TYPE
            self.add(reason, path, f"expected: {kind}, found: {found}")
        return False


def _kind_of(raw: bytes | msgspec.Raw) -> str:
    """What a piece of JSON is, by its first mark."""
    first = bytes(memoryview(raw)[:64]).lstrip()[:1] or bytes(raw).lstrip()[:1]
    return KINDS.get(first.decode(), "number")


def _present(shape: inspect.Type) -> inspect.Type:
    """The type of an optional element when it is there."""
    if isinstance(shape, inspect.UnionType):
        return next(option for option in shape.types if not isinstance(option, inspect.NoneType))
    return shape
