"""Invalid documents: at least as many are refused as by the best of two validators that nobody here wrote."""

import json
from collections import Counter
from pathlib import Path

import pytest
from tests.node.peers import Medplum, Schema
from tests.unit.fhir_mutants import Definitions, Mutant, mutants
from tests.unit.paper_fhir import DOCUMENTS

from cloison.gateways.fhir import parse, r4

THINNED = 5


@pytest.fixture(scope="module")
def spoilt(shared_data: Path) -> list[Mutant]:
    """One mutant for each fault at each place, from our documents and from HL7's examples of our types."""
    folder = shared_data / "fhir"
    paths = sorted((folder / "r4-examples").glob("*.json"))
    examples = [json.loads(path.read_text()) for path in paths if path.name.partition("-")[0] in r4.RESOURCES]
    definitions = Definitions(folder)
    found: dict[tuple[str, str], Mutant] = {}
    for document in (*DOCUMENTS, *examples):
        for mutant in mutants(definitions, document):
            found.setdefault((mutant.fault, mutant.place), mutant)
    assert len(found) > 7_000
    return list(found.values())


def compared(spoilt: list[Mutant], peers: tuple[Medplum, Schema]) -> dict[str, int]:
    refused: Counter[str] = Counter()
    for mutant in spoilt:
        refused["ours"] += isinstance(parse(mutant.payload), list)
        for peer in peers:
            refused[type(peer).__name__] += peer.refuses(mutant.payload) is not None
    return refused


def test_we_refuse_as_many_as_the_best_of_two_validators(spoilt: list[Mutant], peers: tuple[Medplum, Schema]):
    sample = spoilt[::THINNED]
    refused = compared(sample, peers)
    assert refused["ours"] >= max(refused["Medplum"], refused["Schema"]) > len(sample) // 2


@pytest.mark.slow
def test_we_refuse_every_one_of_them(spoilt: list[Mutant]):
    kept = [(mutant.fault, mutant.place) for mutant in spoilt if not isinstance(parse(mutant.payload), list)]
    assert kept == []


def test_the_defect_stands_at_the_place_of_the_fault_or_above(spoilt: list[Mutant]):
    """Places are told without indexes here; a rule of the whole, such as a choice, is told of the whole."""
    astray: list[tuple[str, str, str]] = []
    for mutant in spoilt[::THINNED]:
        found = parse(mutant.payload)
        assert isinstance(found, list)
        told = ["".join(part.partition("[")[0] for part in d.place.field.replace(".", " .").split(" ")) for d in found]
        if not any(mutant.place.startswith(place) or place.startswith(mutant.place) for place in told):
            astray.append((mutant.fault, mutant.place, told[0]))
    assert [each for each in astray if each[0] != "two choices"] == []
