"""Writes r4.py from HL7's StructureDefinitions and value sets: what the definitions say, and how Python says it.

    python -m cloison.gateways.fhir.generate FOLDER

FOLDER holds `r4-structuredefinitions` and `r4-terminology`, from the package hl7.fhir.r4.examples 4.0.1 (CC0).
"""

import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloison.gateways.fhir import checks

RESOURCES = (
    "Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse", "Claim", "ClaimResponse",
    "PaymentReconciliation", "PaymentNotice", "ExplanationOfBenefit", "AuditEvent", "Organization", "Practitioner",
    "PractitionerRole", "Patient", "Task", "Bundle", "OperationOutcome", "Parameters", "CapabilityStatement",
)  # fmt: skip
OUTPUT = Path(__file__).with_name("r4.py")
ORIGIN = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
REGEX = "http://hl7.org/fhir/StructureDefinition/regex"

Json = dict[str, Any]  # definitions are read as they come: HL7's own model of itself is what this module makes

YEAR = r"(?!0000)[0-9]{4}"
LEAP = r"(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DAY = (
    rf"(?:{YEAR}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    rf"|(?!0000){LEAP}-02-29)"
)
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?"
ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"

STRICTER = {
    # HL7's expressions take 31 February; the text says a date is a date of the calendar.
    "date": rf"(?:{DAY}|{YEAR}(?:-(?:0[1-9]|1[0-2]))?)",
    "dateTime": rf"(?:{DAY}(?:T{CLOCK}{ZONE})?|{YEAR}(?:-(?:0[1-9]|1[0-2]))?)",
    "instant": rf"{DAY}T{CLOCK}{ZONE}",
    "time": CLOCK,
    # HL7's expression takes exponential time on spaces between groups; the same language, read once.
    "base64Binary": r"\s*(?:[0-9a-zA-Z+/=]{4}\s*)+",
    # The same language again, without keeping its pieces.
    "code": r"\S+(?:\s\S+)*",
    # An empty URI is an empty element, which ele-1 refuses.
    "uri": r"\S+",
    "url": r"\S+",
    "canonical": r"\S+",
}
PLAIN = {
    "boolean": "bool",
    "decimal": "Decimal",
    "integer": "Annotated[int, Must(ge=-2147483648, le=2147483647)]",
    "positiveInt": "Annotated[int, Must(ge=1, le=2147483647)]",
    "unsignedInt": "Annotated[int, Must(ge=0, le=2147483647)]",
    "string": "Annotated[str, Must(min_length=1, max_length=1048576)]",
    "markdown": "Annotated[str, Must(min_length=1, max_length=1048576)]",
    "xhtml": "Annotated[str, Must(min_length=1, max_length=1048576)]",
}
"""Primitives that no expression describes best. White space alone and control characters are seen by the reader."""

FALSY = {"boolean", "decimal", "integer", "positiveInt", "unsignedInt"}


def snake(name: str) -> str:
    """`benefitPeriod` as Python says it."""
    said = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
    return f"{said}_" if keyword.iskeyword(said) else said


def title(name: str) -> str:
    return name[:1].upper() + name[1:]


@dataclass
class Member:
    """One field of a class: a FHIR element, or one type of a choice."""

    name: str
    annotation: str
    required: bool
    many: bool
    least: int = 0
    most: int | None = None
    extended: bool = False
    targets: tuple[str, ...] = ()
    falsy: bool = False
    decimal: bool = False

    @property
    def said(self) -> str:
        return snake(self.name)

    def lines(self) -> Iterator[str]:
        held = self.annotation
        if self.many:
            item = f"{held} | None" if self.extended else held
            bounds = f"min_length={max(self.least, 1)}" + (f", max_length={self.most}" if self.most else "")
            held = f"Annotated[list[{item}], Must({bounds})]"
        yield self._line(self.said, held, self.name, self.required)
        if self.extended:
            held = "Annotated[list[Element | None], Must(min_length=1)]" if self.many else "Element"
            yield self._line(f"{self.said.rstrip('_')}_ext", held, f"_{self.name}", required=False)

    @staticmethod
    def _line(said: str, held: str, written: str, required: bool) -> str:
        if required:
            return f"{said}: {held} = field(name={written!r})" if said != written else f"{said}: {held}"
        if held == "Held":  # raw text is in no union with nothing: the reader sees to an explicit null
            return f"{said}: HeldOrNone = None"
        default = f"field(default=None, name={written!r})" if said != written else "None"
        return f"{said}: {held} | None = {default}"

    @property
    def value(self) -> str:
        """An expression that is None when neither the element nor its extension is there."""
        if not self.extended:
            return f"self.{self.said}"
        extension = f"self.{self.said.rstrip('_')}_ext"
        if self.falsy:
            return f"self.{self.said} if self.{self.said} is not None else {extension}"
        return f"self.{self.said} or {extension}"


@dataclass
class Shape:
    """One class: a resource, a data type or a part of one."""

    name: str
    base: str
    told: str
    tag: str = ""
    members: list[Member] = field(default_factory=list[Member])
    choices: dict[str, tuple[bool, list[Member]]] = field(default_factory=dict[str, tuple[bool, list[Member]]])


class Definitions:
    """HL7's definitions, and the classes that the closed set of resources needs."""

    def __init__(self, folder: Path) -> None:
        self.types = {
            loaded["type"]: loaded
            for path in sorted((folder / "r4-structuredefinitions").glob("*.json"))
            for loaded in [json.loads(path.read_text(encoding="utf-8"))]
        }
        terms = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((folder / "r4-terminology").glob("*.json"))]
        self.terms: dict[str, Json] = {f"{term['resourceType']} {term['url']}": term for term in terms}
        self.shapes: dict[str, Shape] = {}
        self.codes: dict[str, tuple[str, ...]] = {}
        self.rules: dict[str, str] = {}
        for name in ("Element", "BackboneElement", "Resource", "DomainResource", *RESOURCES):
            self.require(name)

    def require(self, name: str) -> None:
        """Make the class of a type, and those that it needs, once."""
        if name in self.shapes or self.types[name]["kind"] == "primitive-type":
            return
        definition = self.types[name]
        base = definition.get("baseDefinition", "").removeprefix(ORIGIN) or "Struct"
        elements = definition["snapshot"]["element"]
        abstract = name in ("Resource", "DomainResource")
        is_resource = definition["kind"] == "resource" and not abstract
        self._shape(name, base, definition, elements, name if is_resource else "")

    def _shape(self, path: str, base: str, definition: Json, elements: list[Json], tag: str = "") -> None:
        name = "".join(title(part) for part in path.split("."))
        head = next(element for element in elements if element["path"] == path)
        shape = self.shapes[name] = Shape(name, base, head["short"].strip(), tag)
        if base not in ("Struct", *self.shapes):
            self.require(base)
        inherited = {said for ancestor in self._ancestors(base) for said in self._names(ancestor)}
        for element in elements:
            parent, _, last = element["path"].rpartition(".")
            for rule in element.get("constraint", ()):
                self.rules[rule["key"]] = rule["human"]
            if parent == path and element["max"] != "0" and last not in inherited:
                self._element(shape, element, definition, elements)

    def _ancestors(self, base: str) -> Iterator[str]:
        while base != "Struct":
            yield base
            base = self.shapes[base].base

    def _names(self, name: str) -> set[str]:
        shape = self.shapes[name]
        return {member.name for member in shape.members} | set(shape.choices)

    def _element(self, shape: Shape, element: Json, definition: Json, elements: list[Json]) -> None:
        last = element["path"].rpartition(".")[2]
        kinds = self._kinds(element, definition, elements)
        if not last.endswith("[x]"):
            (kind, targets), *more = kinds
            assert not more
            shape.members.append(self._member(last, kind, targets, element, definition))
            return
        stem = last.removesuffix("[x]")
        options = [self._member(stem + title(kind), kind, targets, element, definition) for kind, targets in kinds]
        for option in options:
            option.required = False
        shape.members += options
        shape.choices[last] = (element["min"] > 0, options)

    def _kinds(self, element: Json, definition: Json, elements: list[Json]) -> list[tuple[str, tuple[str, ...]]]:
        """The types of an element, each with the types of resource that it may point at."""
        if "contentReference" in element:
            path = element["contentReference"].partition("#")[2]
            return [("".join(title(part) for part in path.split(".")), ())]
        found: list[tuple[str, tuple[str, ...]]] = []
        for kind in element["type"]:
            code, extensions = kind["code"], {e["url"]: e for e in kind.get("extension", ())}
            if FHIR_TYPE in extensions:
                code = extensions[FHIR_TYPE]["valueUrl"]
            if (
                code in ("BackboneElement", "Element")
                and element["path"].count(".")
                and self._has_parts(element["path"], elements)
            ):
                self._shape(element["path"], code, definition, elements)
                code = "".join(title(part) for part in element["path"].split("."))
            elif code != "Resource":
                self.require(code)
            targets = tuple(sorted(target.removeprefix(ORIGIN) for target in kind.get("targetProfile", ())))
            allowed = targets if code == "Reference" and "Resource" not in targets else ()
            found.append((code, allowed))
        return found

    @staticmethod
    def _has_parts(path: str, elements: list[Json]) -> bool:
        return any(element["path"].startswith(f"{path}.") for element in elements)

    def _member(self, name: str, kind: str, targets: tuple[str, ...], element: Json, definition: Json) -> Member:
        primitive = kind in self.types and self.types[kind]["kind"] == "primitive-type"
        # Identifiers of elements, `Extension.url` and narrative are written without extensions of their own.
        bare = element["path"].rpartition(".")[2] in ("id", "div") or element["path"].endswith("Extension.url")
        annotation = title(kind) if primitive else "Held" if kind == "Resource" else kind
        if primitive:
            if kind == "decimal" or kind == "boolean":
                annotation = PLAIN[kind]
            bound = element.get("binding", {})
            if kind == "code" and bound.get("strength") == "required":
                annotation = self._literal(bound["valueSet"].partition("|")[0]) or annotation
            if name == "id" and definition["kind"] == "resource" and element["path"].count(".") == 1:
                annotation = "Id"
        return Member(
            name,
            annotation,
            required=element["min"] > 0,
            many=element["max"] != "1",
            least=element["min"],
            most=int(element["max"]) if element["max"] not in ("1", "*") else None,
            extended=primitive and not bare,
            targets=targets,
            falsy=kind in FALSY,
            decimal=kind == "decimal",
        )

    def _literal(self, url: str) -> str:
        """The name of a closed list of codes; empty where the list is kept elsewhere (media types, currencies)."""
        values = self.terms.get(f"ValueSet {url}")
        if values is None:
            return ""
        codes: list[str] = []
        for part in values["compose"]["include"]:
            if "concept" in part:
                codes += [concept["code"] for concept in part["concept"]]
                continue
            system = self.terms.get(f"CodeSystem {part['system']}")
            if system is None:
                return ""
            codes += _flat(system["concept"])
        name = "".join(title(part) for part in re.split(r"[^A-Za-z0-9]", url.rpartition("/")[2])) + "Code"
        self.codes[name] = tuple(dict.fromkeys(codes))
        return name

    def pattern(self, kind: str) -> str:
        """The expression of a primitive type."""
        if kind in STRICTER:
            return STRICTER[kind]
        value = next(e for e in self.types[kind]["snapshot"]["element"] if e["path"] == f"{kind}.value")
        return next(e["valueString"] for e in value["type"][0]["extension"] if e["url"] == REGEX)


def _flat(concepts: list[Json]) -> list[str]:
    return [code for concept in concepts for code in (concept["code"], *_flat(concept.get("concept", [])))]


HEAD = '''"""The resources of FHIR R4 that Cloison speaks, and their data types. Written by generate.py: do not edit.

From HL7's definitions, release 4.0.1 (CC0). Codes of required lists are literals, decimals keep their digits, and what
HL7 says beyond types and counts is asked of `checks` when a value is built.
"""

# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta as Must
from msgspec import Raw, Struct, field
from msgspec.structs import astuple

from cloison.gateways.fhir import checks
from cloison.gateways.fhir.checks import aim, aim_each, bounded, choose

'''
HELD = '''
if TYPE_CHECKING:
    Held = Resource | Raw
    """A resource inside another one; raw text when its type is not one of ours."""
    HeldOrNone = Held | None
else:
    Held = HeldOrNone = Raw  # the reader decodes it in a second step, by its type
'''
STRUCT = "Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False"
SILENT = """
    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # resources hold persons: none of it reaches a log
"""


FEW = 4
WIDE = {
    "Extension": "self.id is self.value_decimal is None",
    "ParametersParameter": "self.id is self.extension is self.modifier_extension is self.value_decimal is None",
}
"""Classes with the fifty types of `value[x]`, of which one is there, and what must be missing for that to be seen by
counting: one thing, beside the name or address that each has, is a value, a part, a resource or extensions. A number is
asked more."""


class Writer:
    """The text of r4.py."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.targets: dict[tuple[str, ...], str] = {}

    def text(self) -> str:
        classes = "\n\n".join(self._class(shape) for shape in self._ordered())
        return (
            HEAD
            + "\n".join(self._primitives())
            + "\n\n"
            + "\n".join(f"{name} = Literal{list(codes)!r}" for name, codes in sorted(self.definitions.codes.items()))
            + "\n\n"
            + "\n".join(f"{name} = frozenset({list(types)!r})" for types, name in self.targets.items())
            + "\n\n"
            + classes
            + "\n\n"
            + self._tables()
        )

    def _ordered(self) -> list[Shape]:
        """Ancestors before descendants, in the order they were met."""
        shapes, done = self.definitions.shapes, dict[str, Shape]()

        def place(shape: Shape) -> None:
            if shape.base != "Struct" and shape.base not in done:
                place(shapes[shape.base])
            done.setdefault(shape.name, shape)

        for shape in shapes.values():
            place(shape)
        return list(done.values())

    def _primitives(self) -> Iterator[str]:
        for kind, definition in self.definitions.types.items():
            if definition["kind"] != "primitive-type" or kind in ("boolean", "decimal"):
                continue
            plain = PLAIN.get(kind)
            expression = f"^(?:{self.definitions.pattern(kind)})\\Z" if plain is None else ""
            yield f"{title(kind)} = {plain or f'Annotated[str, Must(pattern={expression!r})]'}"

    def _class(self, shape: Shape) -> str:
        base = STRUCT if shape.base == "Struct" else f"{shape.base}, frozen=True, kw_only=True"
        if shape.tag:
            base += f', tag_field="resourceType", tag="{shape.tag}"'
        lines = [f"class {shape.name}({base}):", f"    {_docstring(shape.told)}", ""]
        lines += [f"    {line}" for member in shape.members for line in member.lines()]
        if shape.base == "Struct":
            lines.append(SILENT)
        asked = list(self._asked(shape))
        if asked:
            lines += ["", "    def __post_init__(self) -> None:", *(f"        {line}" for line in asked)]
        return "\n".join(lines) + "\n" + (HELD if shape.name == "Resource" else "")

    def _asked(self, shape: Shape) -> Iterator[str]:
        """What is asked of a value when it is built."""
        if self._inherits_questions(shape.base):
            yield "super().__post_init__()"
        if shape.name in WIDE:
            # Nearly every one of these holds a single thing, which breaks no rule of theirs: told by one look.
            yield f"if {WIDE[shape.name]} and astuple(self).count(None) == {self._width(shape.name) - 2}:"
            yield "    return"
        for name, (required, options) in shape.choices.items():
            given = f"({', '.join(option.value for option in options)})"
            if len(options) > FEW:
                yield f"choose({name!r}, {required}, {given})"
            elif required or len(options) > 1:  # a call is spared where a look is shorter
                yield f"if {given}.count(None) {'!=' if required else '<'} {len(options) - 1}:"
                yield f"    choose({name!r}, {required}, {given})"
        for member in shape.members:
            if member.targets:
                among = self.targets.setdefault(member.targets, f"TARGETS_{len(self.targets) + 1}")
                ask = "aim_each" if member.many else "aim"
                yield from self._if_there(member, f"{ask}(self.{member.said}, {among}, {member.name!r})")
            if member.decimal:
                yield from self._if_there(member, f"bounded(self.{member.said}, {member.name!r})")
        if shape.name in checks.RULES:
            yield f"checks.{checks.RULES[shape.name].__name__}(self)"

    @staticmethod
    def _if_there(member: Member, question: str) -> tuple[str, ...]:
        return (question,) if member.required else (f"if self.{member.said} is not None:", f"    {question}")

    def _width(self, name: str) -> int:
        """How many fields a class has, those of its ancestors included."""
        shapes = self.definitions.shapes
        lines: set[str] = set()
        while name != "Struct":
            lines |= {line.partition(":")[0] for member in shapes[name].members for line in member.lines()}
            name = shapes[name].base
        return len(lines)

    def _inherits_questions(self, base: str) -> bool:
        shapes = self.definitions.shapes
        return base != "Struct" and any(True for _ in self._asked(shapes[base]))

    def _tables(self) -> str:
        rules = {key: " ".join(told.split()) for key, told in sorted(self.definitions.rules.items())}
        aimed = {
            shape.name: "{"
            + ", ".join(f"{m.name!r}: {self.targets[m.targets]}" for m in shape.members if m.targets)
            + "}"
            for shape in self.definitions.shapes.values()
            if any(member.targets for member in shape.members)
        }
        return "\n".join(
            [
                f"AnyResource = {' | '.join(RESOURCES)}",
                f"RESOURCES: dict[str, type[Resource]] = {{{', '.join(f'{name!r}: {name}' for name in RESOURCES)}}}",
                "TARGETS: dict[str, dict[str, frozenset[str]]] = {"
                + ", ".join(f"{name!r}: {fields}" for name, fields in aimed.items())
                + "}",
                '"""What the references of each class may point at, by element."""',
                f"RULES: dict[str, str] = {rules!r}",
                '"""HL7\'s own words for its rules."""',
            ]
        )


def _docstring(told: str) -> str:
    words = " ".join(told.split()).replace('"', "'").replace("\\", "/")
    return f'"""{words.rstrip(".")}."""'


def formatted(text: str) -> str:
    """The same, as the formatter of the repository writes it."""
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "format", "--quiet", "--stdin-filename", str(OUTPUT), "-"]
    return subprocess.run(command, input=text, capture_output=True, check=True, text=True).stdout  # noqa: S603


def generated(folder: Path) -> str:
    """The text of r4.py, from the definitions in this folder."""
    writer = Writer(Definitions(folder))
    writer.text()  # the first pass numbers the sets of targets that the second one declares on top
    return formatted(writer.text())


if __name__ == "__main__":
    OUTPUT.write_text(generated(Path(sys.argv[1])), encoding="utf-8")
