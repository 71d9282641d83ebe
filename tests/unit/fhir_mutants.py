"""Documents made invalid, one fault at a time, after HL7's definitions: our own classes have no part in it."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Any
NUMBERS = {"decimal", "integer", "positiveInt", "unsignedInt"}
DATES = {"date", "dateTime", "instant"}
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
WRONG_TEXT = {
    "id": "a b", "uri": "urn: a", "url": "http://a b", "canonical": "urn: a", "code": " a ", "oid": "1.2.3",
    "uuid": "11111111", "time": "25:00:00", "base64Binary": "QUJ", "date": "2026-13-01", "instant": "2026-03-02",
    "dateTime": "2026-03-02T25:00:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A document with one fault, and what the fault is."""

    fault: str
    place: str
    payload: bytes


@dataclass(frozen=True)
class Site:
    """One element that is there: its keys from the top, its definition and its type."""

    keys: tuple[str | int, ...]
    definition: Json
    kind: str
    stem: str

    @property
    def repeats(self) -> bool:
        return self.definition["max"] != "1"


class Definitions:
    """HL7's definitions, by path and by type."""

    def __init__(self, folder: Path) -> None:
        self.elements: dict[str, Json] = {}
        self.children: dict[str, list[Json]] = {}
        for path in (folder / "r4-structuredefinitions").glob("*.json"):
            for element in json.loads(path.read_text(encoding="utf-8"))["snapshot"]["element"]:
                self.elements[element["path"]] = element
                self.children.setdefault(element["path"].rpartition(".")[0], []).append(element)
        self.systems = {
            term["url"] for p in (folder / "r4-terminology").glob("V*.json") for term in [json.loads(p.read_text())]
        }

    def sites(self, document: Json) -> Iterator[Site]:
        yield from self._sites(document, document["resourceType"], ())

    def _sites(self, value: Json, path: str, keys: tuple[str | int, ...]) -> Iterator[Site]:
        for element in self.children.get(path, ()):
            stem = element["path"].rpartition(".")[2].removesuffix("[x]")
            for name, kind, below in self._options(element, stem):
                if name not in value or kind == "Resource":
                    continue
                yield Site((*keys, name), element, kind, stem)
                held = value[name]
                for number, item in enumerate(held) if isinstance(held, list) else [(None, held)]:
                    if isinstance(item, dict):
                        inner = (*keys, name) if number is None else (*keys, name, number)
                        yield from self._sites(item, below, inner)

    def _options(self, element: Json, stem: str) -> Iterator[tuple[str, str, str]]:
        if "contentReference" in element:
            path = element["contentReference"].partition("#")[2]
            yield stem, "BackboneElement", path
            return
        for kind in element["type"]:
            told = [e["valueUrl"] for e in kind.get("extension", ()) if e["url"] == FHIR_TYPE]
            code = told[0] if told else kind["code"]
            name = stem + code[0].upper() + code[1:] if element["path"].endswith("[x]") else stem
            yield name, code, element["path"] if element["path"] in self.children else code

    def is_primitive(self, kind: str) -> bool:
        return kind[0].islower()


def mutants(definitions: Definitions, document: Json) -> Iterator[Mutant]:
    """Every fault at every element of this document; an element that repeats is spoilt once."""
    seen: set[str] = set()
    for site in definitions.sites(document):
        place = ".".join([document["resourceType"], *(str(key) for key in site.keys if isinstance(key, str))])
        if place in seen:
            continue
        seen.add(place)
        for fault, spoil in _faults(definitions, site):
            spoilt = copy.deepcopy(document)
            holder = spoilt
            for key in site.keys[:-1]:
                holder = holder[key]
            if spoil(holder, site.keys[-1]):
                yield Mutant(fault, place, json.dumps(spoilt).encode())
    spoilt = {**document, "cloison": "x"}
    yield Mutant("unknown element", document["resourceType"], json.dumps(spoilt).encode())


def _faults(definitions: Definitions, site: Site) -> Iterator[tuple[str, Any]]:
    required = site.definition["min"] > 0
    if required:
        yield "missing", lambda holder, key: [holder.pop(key)]
    yield "empty", _put("" if definitions.is_primitive(site.kind) else {}, site)
    yield "null", _set(None)
    yield "list for value, value for list", lambda holder, key: _swap(holder, key, site)
    if site.repeats:
        yield "empty list", _set([])
    if not definitions.is_primitive(site.kind):
        yield "text for object", _put("x", site)
        yield "unknown element", lambda holder, key: _first(holder[key]).update({"cloison": "x"}) is None
    elif site.kind in NUMBERS:
        yield "text for number", _put("12", site)
    elif site.kind == "boolean":
        yield "text for boolean", _put("true", site)
    else:
        yield "number for text", _put(12, site)
        yield "object for text", _put({"a": "b"}, site)
    if site.kind in ("positiveInt", "unsignedInt"):
        yield "out of range", _put(-1, site)
    if site.kind in ("integer", "positiveInt", "unsignedInt"):
        yield "fraction for integer", _put(1.5, site)
    if site.kind in WRONG_TEXT:
        yield "bad form", _put(WRONG_TEXT[site.kind], site)
    if site.kind in DATES:
        yield "no date", _put("hier", site)
    yield from _meaning(definitions, site)


def _meaning(definitions: Definitions, site: Site) -> Iterator[tuple[str, Any]]:
    """Faults in what is said, rather than in how."""
    binding = site.definition.get("binding", {})
    if binding.get("strength") == "required" and site.kind == "code":
        url = binding["valueSet"].partition("|")[0]
        if url.endswith("currencies"):
            yield "bad currency", _put("EUX", site)
        elif url in definitions.systems and not url.endswith("mimetypes"):
            yield "bad code", _put("zzz", site)
    if site.definition["path"].endswith("[x]"):
        yield "two choices", lambda holder, key: _second_choice(holder, key, site)
    targets = [target for kind in site.definition.get("type", ()) for target in kind.get("targetProfile", ())]
    if site.kind == "Reference" and targets and not any(target.endswith("/Resource") for target in targets):
        yield "wrong target", lambda holder, key: _first(holder[key]).update({"reference": "Binary/1"}) is None
    if site.kind == "Period":
        yield "end before start", _put({"start": "2026-03-02", "end": "2026-03-01"}, site)


def _first(held: Json) -> Json:
    return held[0] if isinstance(held, list) else held


def _put(wrong: Json, site: Site) -> Any:
    """A wrong value where the value stands, in its list when it repeats."""

    def spoil(holder: Json, key: str) -> bool:
        holder[key] = [wrong, *holder[key][1:]] if site.repeats and isinstance(holder[key], list) else wrong
        return True

    return spoil


def _set(wrong: Json) -> Any:
    def spoil(holder: Json, key: str) -> bool:
        holder[key] = wrong
        return True

    return spoil


def _swap(holder: Json, key: str, site: Site) -> bool:
    holder[key] = holder[key][0] if isinstance(holder[key], list) else [holder[key]]
    return True


def _second_choice(holder: Json, key: str, site: Site) -> bool:
    samples = {"string": "x", "boolean": True, "date": "2026-01-01", "CodeableConcept": {"text": "x"},
               "Reference": {"display": "x"}, "Period": {"start": "2026"}, "integer": 1, "positiveInt": 1,
               "unsignedInt": 1, "Money": {"value": 1}}  # fmt: skip
    for kind in site.definition["type"]:
        name = site.stem + kind["code"][0].upper() + kind["code"][1:]
        if name != key and kind["code"] in samples:
            holder[name] = samples[kind["code"]]
            return True
    return False
