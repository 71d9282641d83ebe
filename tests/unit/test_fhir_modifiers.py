"""`modifierExtension` is never understood, however its name is spelled, and never seen where there is none."""

import json

import pytest
from tests.unit.paper_fhir import DOCUMENTS

from cloison.errors import Misuse
from cloison.gateways.fhir import modifiers

HELD = '[{"url":"urn:other","valueBoolean":true}]'


@pytest.mark.parametrize(
    "name",
    ["modifierExtension", r"modifierExtensio\u006e", r"\u006DodifierExtension", r"modifier\u0045xtension"],
)
@pytest.mark.parametrize("between", [":", " : ", "\n\t:"])
@pytest.mark.parametrize(
    "around",
    [
        '{{"resourceType":"Claim",{}}}',
        '{{"resourceType":"Claim","item":[{{"detail":[{{{}}}]}}]}}',
        '{{"resourceType":"Claim","contained":[{{"resourceType":"Device","id":"d",{}}}]}}',
        '{{"resourceType":"Parameters","parameter":[{{"name":"resource","resource":{{{}}}}}]}}',
    ],
)
def test_one_is_found_wherever_it_stands_and_however_it_is_spelled(name: str, between: str, around: str):
    with pytest.raises(Misuse) as refused:
        modifiers.refuse(around.format(f'"{name}"{between}{HELD}').encode())
    assert refused.value.reason.code == "fhir.modifier_unknown"


@pytest.mark.parametrize(
    "told",
    [
        '"modifierExtension"',
        r'"\"modifierExtension\":"',
        r'"\u0022modifierExtension\u0022:"',
        r'"\\u006dodifierExtension"',
        '"a modifierExtension: b"',
    ],
)
def test_a_string_that_speaks_of_one_is_none(told: str):
    modifiers.refuse(f'{{"resourceType":"Organization","name":{told}}}'.encode())


def test_none_is_found_in_documents_without():
    for document in DOCUMENTS:
        modifiers.refuse(json.dumps(document).encode())


@pytest.mark.parametrize("place", ["Bundle", "entry", "request", "link"])
def test_a_batch_is_refused_for_its_own_and_not_for_those_of_an_entry(place: str):
    own = {"modifierExtension": json.loads(HELD)}
    request = {"method": "POST", "url": "Claim"}
    entry = {"resource": {"resourceType": "Claim"} | own, "request": request}
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    modifiers.refuse_around(json.dumps(bundle).encode())
    {"Bundle": bundle, "entry": entry, "request": request, "link": entry.setdefault("link", {})}[place] |= own
    with pytest.raises(Misuse):
        modifiers.refuse_around(json.dumps(bundle).encode())
