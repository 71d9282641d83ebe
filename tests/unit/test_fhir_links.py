"""Local references are found wherever the definitions let one be, in extensions as well, and told with their place."""

import json
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from cloison.gateways.fhir import explain, links, parse

PATIENT = {"resourceType": "Patient", "id": "p"}
LOST = {"reference": "#lost"}


def held(shape: inspect.Type) -> set[type]:
    """The classes in a type."""
    if isinstance(shape, inspect.StructType):
        return {shape.cls}
    if isinstance(shape, inspect.RawType):
        return {msgspec.Raw}
    if isinstance(shape, inspect.ListType):
        return held(shape.item_type)
    return {kind for each in shape.types for kind in held(each)} if isinstance(shape, inspect.UnionType) else set()


def test_the_words_of_an_annotation_are_the_classes_that_the_parser_takes():
    for shape in inspect.multi_type_info(explain.CLASSES):
        assert isinstance(shape, inspect.StructType)
        found = {name: set(kinds) for name, kinds in links.elements(shape.cls).items()}
        assert found == {field.name: held(field.type) for field in shape.fields}, shape.cls.__name__


NOTICE: dict[str, Any] = {
    "resourceType": "PaymentNotice", "status": "active", "created": "2026-01-01",
    "payment": {"reference": "PaymentReconciliation/1"}, "recipient": {"display": "x"},
    "amount": {"value": 1, "currency": "EUR"},
}  # fmt: skip


def told(**changes: Any) -> list[tuple[str, str]]:
    read = parse(json.dumps(NOTICE | changes).encode())
    return [(each.reason.code, each.place.field) for each in read] if isinstance(read, list) else []


def extended(value: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"url": "urn:a", **value}]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"provider": LOST}, "provider.reference"),
        ({"provider": {"display": "a", "identifier": {"assigner": LOST}}}, "provider.identifier.assigner.reference"),
        ({"identifier": [{"value": "a"}, {"assigner": LOST}]}, "identifier[1].assigner.reference"),
        ({"extension": extended({"valueReference": LOST})}, "extension[0].valueReference.reference"),
        (
            {"extension": extended({"valueIdentifier": {"assigner": LOST}})},
            "extension[0].valueIdentifier.assigner.reference",
        ),
        (
            {"amount": {"value": 1, "currency": "EUR", "extension": extended({"valueReference": LOST})}},
            "amount.extension[0].valueReference.reference",
        ),
        (
            {"provider": {"display": "a", "extension": extended({"valueReference": LOST})}},
            "provider.extension[0].valueReference.reference",
        ),
        (
            {"_created": {"extension": extended({"valueReference": LOST})}},
            "_created.extension[0].valueReference.reference",
        ),
        (
            {"contained": [PATIENT | {"link": [{"other": LOST, "type": "seealso"}]}], "extension": extended(
                {"valueReference": {"reference": "#p"}})},
            "contained[0].link[0].other.reference",
        ),
    ],
)  # fmt: skip
def test_a_local_reference_that_leads_nowhere_is_told_wherever_it_is(changes: dict[str, Any], place: str):
    assert told(**changes) == [("fhir.reference_broken", f"PaymentNotice.{place}")]


@pytest.mark.parametrize("spelled", ['"reference" : "#p"', '"reference":"\\u0023p"', '"reference":"#p"'])
def test_a_resource_of_another_type_may_name_what_an_extension_holds_apart(spelled: str):
    """What stays text is spelled as it came: counting references there would miss one elsewhere."""
    device = f'{{"resourceType":"Device","id":"d","patient":{{{spelled}}}}}'
    contained = ', "contained":[' + device + ',{"resourceType":"Patient","id":"p"}]'
    elsewhere = {"request": {"reference": "#d"}, "extension": extended({"valueReference": LOST})}
    text = json.dumps(NOTICE | elsewhere)[:-1] + contained + "}"
    read = parse(text.encode())
    assert isinstance(read, list)
    assert [each.place.field for each in read] == ["PaymentNotice.extension[0].valueReference.reference"]


def test_what_only_an_extension_names_is_named():
    assert told(contained=[PATIENT], extension=extended({"valueReference": {"reference": "#p"}})) == []
    assert told(contained=[PATIENT]) == [("fhir.reference_broken", "PaymentNotice.contained[0]")]


def test_what_a_resource_contains_is_checked_where_no_reference_is_local():
    entry = {"resource": {"resourceType": "Organization", "name": "a", "contained": [PATIENT]}}
    read = parse(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [entry]}).encode())
    assert isinstance(read, list)
    assert [each.place.field for each in read] == ["Bundle.entry[0].resource.contained[0]"]
