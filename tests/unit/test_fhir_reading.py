"""FHIR read and written: HL7's examples as they are, and what is sent by mistake or in malice."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.paper_fhir import DOCUMENTS

from cloison.gateways.fhir import Unreadable, demand, explain, parse, parse_batch, r4, write
from cloison.gateways.fhir import generate as generator

NOTICE = (
    '{"resourceType":"PaymentNotice","status":"active","created":"2026-01-01",'
    '"payment":{"reference":"PaymentReconciliation/1"},"recipient":{"display":"x"},'
    '"amount":{"value":10.10,"currency":"EUR"}%s}'
)
BUNDLE = '{"resourceType":"Bundle","type":"collection","entry":[{"resource":'


def found(text: str | bytes, *expected: type[r4.Resource]) -> list[tuple[str, str]]:
    """Code and place of each defect."""
    read = parse(text.encode() if isinstance(text, str) else text, *expected)
    return [(defect.reason.code, defect.place.field) for defect in read] if isinstance(read, list) else []


def kept(text: bytes) -> object:
    """A document with numbers as they are written."""
    return json.loads(text, parse_int=str, parse_float=str)


def examples(shared_data: Path) -> list[bytes]:
    paths = sorted((shared_data / "fhir" / "r4-examples").glob("*.json"))
    return [path.read_bytes() for path in paths if path.name.partition("-")[0] in r4.RESOURCES]


def test_official_examples_come_back_with_the_text_of_their_numbers(shared_data: Path):
    documents = examples(shared_data)
    assert len(documents) >= 23
    for raw in documents:
        read = parse(raw)
        assert isinstance(read, r4.Resource), read
        assert kept(write(read)) == kept(raw)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["resourceType"])
def test_our_own_documents_come_back(document: dict[str, object]):
    raw = json.dumps(document).encode()
    assert kept(write(demand(raw))) == kept(raw)


def test_the_resources_are_those_of_the_definitions(shared_data: Path):
    assert generator.OUTPUT.read_text(encoding="utf-8") == generator.generated(shared_data / "fhir")


def test_a_decimal_keeps_its_digits_and_is_never_a_float():
    read = demand((NOTICE % "").encode(), r4.PaymentNotice)
    assert read.amount.value == Decimal("10.10")
    assert b'"value":10.10' in write(read)


def test_an_element_written_twice_is_refused():
    assert found(NOTICE % ',"status":"active"') == [("fhir.duplicate_key", "PaymentNotice.status")]
    assert found(NOTICE % ',"provider":{"display":"a","display":"a"}') == [
        ("fhir.duplicate_key", "PaymentNotice.provider.display")
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        r',"st\u0061tus":"active"',
        r',"provider":{"display":"a\u005c","display":"\u0022"}',
        r',"provider":{"display":"\"","display":"a"}',
        r',"provider":{"display":"\\","display":"\\"}',
    ],
)
def test_an_element_written_twice_does_not_hide_behind_escapes(hidden: str):
    assert [code for code, _ in found(NOTICE % hidden)] == ["fhir.duplicate_key"]


@pytest.mark.parametrize("quoted", [r"a\u005c", r"\u0022", r"\\", r"\"", r"\"\\\"", r"\u005c\u0022", "é", r"\u00e9"])
def test_a_string_with_marks_in_it_is_accepted(quoted: str):
    assert found(NOTICE % f',"provider":{{"display":"{quoted}"}}') == []


def test_a_number_in_quotes_is_refused():
    assert found((NOTICE % "").replace("10.10", '"10.10"')) == [("fhir.wrong_type", "PaymentNotice.amount.value")]


@pytest.mark.parametrize("number", ["1e99", "1e999999999", "1" * 5000, "1." + "1" * 5000, "1e-300", "0." + "0" * 40])
def test_a_number_that_arithmetic_would_choke_on_is_refused(number: str):
    assert found((NOTICE % "").replace("10.10", number)) == [("fhir.number", "PaymentNotice.amount.value")]


@pytest.mark.parametrize(
    ("held", "code", "place"),
    [
        ('"url":"u"', "fhir.invariant", "extension[0]"),
        ('"url":"u","id":"i"', "fhir.invariant", "extension[0]"),
        ('"url":"u","valueDecimal":1e99', "fhir.number", "extension[0].valueDecimal"),
        ('"url":"u","valueCode":"a","valueString":"b"', "fhir.choice", "extension[0].value[x]"),
        ('"url":"u","valueCode":"a","extension":[{"url":"v","valueCode":"b"}]', "fhir.invariant", "extension[0]"),
        (
            '"url":"u","extension":[{"url":"v","valueDecimal":1e99}]',
            "fhir.number",
            "extension[0].extension[0].valueDecimal",
        ),
        ('"url":"u","valueCode":"a"', "", ""),
        ('"url":"u","_valueCode":{"extension":[{"url":"v","valueCode":"b"}]}', "", ""),
        ('"url":"u","valueCode":"a","_valueCode":{"extension":[{"url":"v","valueCode":"b"}]}', "", ""),
        ('"url":"u","id":"i","valueCode":"a"', "", ""),
        ('"url":"u","extension":[{"url":"v","valueDecimal":1.50}]', "", ""),
    ],
)
def test_an_extension_holds_one_value_or_extensions_of_its_own(held: str, code: str, place: str):
    expected = [(code, f"PaymentNotice.{place}")] if code else []
    assert found(NOTICE % f',"extension":[{{{held}}}]') == expected


@pytest.mark.parametrize(
    ("held", "code", "place"),
    [
        ("", "fhir.invariant", ""),
        (',"id":"i"', "fhir.invariant", ""),
        (',"valueDecimal":1e99', "fhir.number", ".valueDecimal"),
        (',"extension":[{"url":"v","valueCode":"b"}]', "fhir.invariant", ""),
        (',"modifierExtension":[{"url":"v","valueCode":"b"}]', "fhir.invariant", ""),
        (',"valueCode":"a","part":[{"name":"b","valueCode":"c"}]', "fhir.invariant", ""),
        (',"valueCode":"a","resource":{"resourceType":"Organization","name":"b"}', "fhir.invariant", ""),
        (',"valueCode":"a"', "", ""),
        (',"id":"i","valueCode":"a"', "", ""),
        (',"part":[{"name":"b","valueDecimal":1.50}]', "", ""),
        (',"resource":{"resourceType":"Organization","name":"b"}', "", ""),
    ],
)
def test_a_parameter_holds_one_value_a_resource_or_parts(held: str, code: str, place: str):
    expected = [(code, f"Parameters.parameter[0]{place}")] if code else []
    assert found(f'{{"resourceType":"Parameters","parameter":[{{"name":"n"{held}}}]}}') == expected


def test_an_integer_of_any_length_is_refused_quietly():
    task = '{"resourceType":"Task","status":"draft","intent":"order","restriction":{"repetitions":%s}}'
    for number in ("0", "-1", "2147483648", "9" * 10_000):
        assert found(task % number) == [("fhir.bad_format", "Task.restriction.repetitions")]
    assert found(task % "1.0") == [("fhir.wrong_type", "Task.restriction.repetitions")]


@pytest.mark.parametrize(
    ("extra", "code", "place"),
    [
        (',"provider":null', "fhir.empty", "PaymentNotice.provider"),
        (',"provider":{}', "fhir.empty", "PaymentNotice.provider"),
        (',"provider":{"id":"a"}', "fhir.empty", "PaymentNotice.provider"),
        (',"provider":{"display":""}', "fhir.empty", "PaymentNotice.provider.display"),
        (',"provider":{"display":" \\t "}', "fhir.empty", "PaymentNotice.provider.display"),
        (',"provider":{"display":"a\\u0001"}', "fhir.bad_format", "PaymentNotice.provider.display"),
        (',"provider":{"reference":"Claim/1"}', "fhir.reference_target", "PaymentNotice.provider"),
        (',"provider":{"reference":"nowhere"}', "fhir.reference_target", "PaymentNotice.provider"),
        (',"provider":{"reference":"#1"}', "fhir.reference_broken", "PaymentNotice.provider.reference"),
        (',"identifier":[]', "fhir.empty", "PaymentNotice.identifier"),
        (',"identifier":{"value":"a"}', "fhir.cardinality", "PaymentNotice.identifier"),
        (',"paymentDate":"2026-02-29"', "fhir.bad_format", "PaymentNotice.paymentDate"),
        (',"paymentDate":"2026-02-28\\n"', "fhir.bad_format", "PaymentNotice.paymentDate"),
        (',"contained":[{"resourceType":"Zzz"}]', "fhir.resource_type", "PaymentNotice.contained[0]"),
        (',"contained":[{"resourceType":"Device","id":"a"}]', "fhir.reference_broken", "PaymentNotice.contained[0]"),
        (',"text":{"status":"generated","div":"<div>x</div>"}', "fhir.narrative", "PaymentNotice.text.div"),
    ],
)
def test_a_fault_is_told_with_its_place(extra: str, code: str, place: str):
    assert found(NOTICE % extra) == [(code, place)]


@pytest.mark.parametrize(
    "active",
    [
        "<script>alert(1)</script>", '<p onclick=\\"a()\\">x</p>', '<a href=\\"javascript:a()\\">x</a>', "<iframe/>x",
        '<a href=\\" JaVaScRiPt:a()\\">x</a>', "<form>x</form>", "&unknown;", "<?php x ?>", "", "<!-- x -->",
        "<p>&nbsp;</p>", " \u00a0",
    ],
)  # fmt: skip
def test_a_narrative_holds_nothing_active(active: str):
    div = f'<div xmlns=\\"http://www.w3.org/1999/xhtml\\">{active}</div>'
    text = f',"text":{{"status":"generated","div":"{div}"}}'
    assert found(NOTICE % text) == [("fhir.narrative", "PaymentNotice.text.div")]


@pytest.mark.parametrize(
    "told",
    [
        "a", "<p>a</p>", '<p class=\\"b\\">a &amp; b &nbsp;</p>', '<p style=\\"x:y\\">a</p>', '<img src=\\"#a\\"/>',
        '<a href=\\"https://a/b\\">c</a>', "a<br/>b", "&#233;", "<!-- c -->a", '<p xml:lang=\\"fr\\">a</p>',
    ],
)  # fmt: skip
def test_a_narrative_in_simple_xhtml_is_accepted(told: str):
    div = f'<div xmlns=\\"http://www.w3.org/1999/xhtml\\">{told}</div>'
    assert found(NOTICE % f',"text":{{"status":"generated","div":"{div}"}}') == []


@pytest.mark.parametrize(
    "broken",
    [
        "<p>a",
        "a</p>",
        "</div><div>a",
        "a</div>b<div>c",
        '<p class=\\"b\\" class=\\"c\\">a</p>',
        "a & b",
        "a < b",
        "<b>a</i>",
    ],
)
def test_a_narrative_is_well_formed(broken: str):
    div = f'<div xmlns=\\"http://www.w3.org/1999/xhtml\\">{broken}</div>'
    text = f',"text":{{"status":"generated","div":"{div}"}}'
    assert found(NOTICE % text) == [("fhir.narrative", "PaymentNotice.text.div")]


def test_an_entity_that_grows_is_refused():
    bomb = '<!DOCTYPE a [<!ENTITY b \\"bb\\">]><div xmlns=\\"http://www.w3.org/1999/xhtml\\">&b;</div>'
    assert found(NOTICE % f',"text":{{"status":"generated","div":"{bomb}"}}')[0][0] == "fhir.narrative"


def test_all_defects_are_told_at_once_in_order_of_precedence():
    wrong = ',"identifier":[{"period":{"start":"2026-02-01","end":"2026-01-01"}},{"usee":1,"use":"zzz"}],"status":3'
    assert found((NOTICE % wrong).replace('"status":"active",', "")) == [
        ("fhir.unknown_element", "PaymentNotice.identifier[1]"),
        ("fhir.wrong_type", "PaymentNotice.status"),
        ("fhir.bad_code", "PaymentNotice.identifier[1].use"),
        ("fhir.invariant", "PaymentNotice.identifier[0].period"),
    ]


def test_nothing_that_was_sent_is_said_back():
    planted = "DUPONT"
    text = json.dumps(DOCUMENTS[4])
    for old, new in (('"male"', f'"{planted}"'), ('"family"', f'"{planted}"'), ('"1970-01-01"', f'"{planted}"')):
        read = parse(text.replace(old, new).encode())
        assert isinstance(read, list)
        assert planted not in repr(read)


def test_a_resource_shows_nothing_in_its_repr():
    assert repr(demand(json.dumps(DOCUMENTS[4]).encode())) == "<Patient>"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "fhir.not_json"),
        (b"nul", "fhir.not_json"),
        (b"\xff", "fhir.not_json"),
        (b"\xef\xbb\xbf{}", "fhir.not_json"),
        (b'{"resourceType":"Claim","use":"\xff"}', "fhir.not_json"),
        (b'{"resourceType":"Claim","use":"\\ud800"}', "fhir.not_json"),
        ((NOTICE % "").replace("10.10", "NaN").encode(), "fhir.not_json"),
        ((NOTICE % "").replace("10.10", "-Infinity").encode(), "fhir.not_json"),
        ((NOTICE % "").replace("10.10", "010").encode(), "fhir.not_json"),
        ((NOTICE % "").encode() + b"{}", "fhir.not_json"),
        (b"[" * 100_000, "fhir.too_deep"),
        (b'{"resourceType":"Claim","item":' + b"[" * 100_000, "fhir.too_deep"),
        (b'{"resourceType":"Parameters","parameter":[' + b'{"name":"a","part":[' * 5_000, "fhir.too_deep"),
        (BUNDLE.encode() * 2_000, "fhir.too_deep"),
        (BUNDLE.encode() * 20 + b'{"resourceType":"Organization","name":"a"}' + b"}]}" * 20, "fhir.too_deep"),
        (b" " * (5 << 20), "fhir.too_large"),
        (b"null", "fhir.resource_type"),
        (b"[]", "fhir.resource_type"),
        (b'"Claim"', "fhir.resource_type"),
        (b"{}", "fhir.resource_type"),
        (b'{"resourceType":1}', "fhir.resource_type"),
        (b'{"resourceType":"Device"}', "fhir.resource_type"),
        (b'{"resourceType":"Claim","resourceType":"Claim"}', "fhir.duplicate_key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_that_is_none_is_refused_and_never_crashes(raw: bytes, code: str):
    assert found(raw)[0][0] == code


def test_nesting_is_bounded_even_where_the_definitions_have_no_bound():
    nested = '{"url":"a","extension":[' * 80 + '{"url":"b","valueCode":"c"}' + "]}" * 80
    assert found(NOTICE % f',"extension":[{nested}]') == [("fhir.too_deep", "")]


def test_another_type_than_expected_is_refused():
    assert found(NOTICE % "", r4.Claim) == [("fhir.resource_type", "")]
    assert found(NOTICE % "", r4.Claim, r4.PaymentNotice) == []


def test_a_gap_in_a_list_is_filled_by_the_extension_beside_it():
    name = '{"resourceType":"Patient","name":[{"given":["a",null]%s}]}'
    filled = ',"_given":[null,{"extension":[{"url":"u","valueCode":"z"}]}]'
    assert found(name % filled) == []
    assert found(name % "") == [("fhir.empty", "Patient.name[0].given[1]")]


def test_a_contained_resource_of_another_type_is_kept_as_it_is():
    device = '{"resourceType":"Device","id":"d","manufacturer":"x","safety":[{"text":"1.50"}]}'
    text = NOTICE % f',"contained":[{device}],"request":{{"reference":"#d"}}'
    assert device.encode() in write(demand(text.encode()))


def test_a_local_reference_points_at_a_type_that_its_element_allows():
    text = NOTICE % ',"contained":[{"resourceType":"Patient","id":"p"}],"provider":{"reference":"#p"}'
    assert found(text) == [("fhir.reference_target", "PaymentNotice.provider.reference")]


def test_resources_in_a_bundle_are_read_as_what_they_are():
    read = demand((BUNDLE + (NOTICE % "") + "}]}").encode(), r4.Bundle)
    assert isinstance((read.entry or [])[0].resource, r4.PaymentNotice)
    assert found(BUNDLE + (NOTICE % ',"zzz":1') + "}]}") == [("fhir.unknown_element", "Bundle.entry[0].resource")]


def test_two_entries_of_a_bundle_have_two_addresses():
    entry = f'"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":{NOTICE % ""}'
    text = f'{{"resourceType":"Bundle","type":"collection","entry":[{{{entry}}},{{{entry}}}]}}'
    assert found(text) == [("fhir.invariant", "Bundle.entry[1].fullUrl")]


def test_an_entry_of_a_batch_that_cannot_be_read_costs_itself_alone():
    entries = [NOTICE % "", NOTICE % ',"status":"active"', NOTICE % ',"zzz":null', NOTICE % ""]
    asked = '"request":{"method":"POST","url":"PaymentNotice"}'
    text = ",".join(f'{{"resource":{entry},{asked}}}' for entry in entries)
    batch = parse_batch(f'{{"resourceType":"Bundle","type":"batch","entry":[{text}]}}'.encode())
    assert not isinstance(batch, list)
    assert sorted(batch.refused) == [1, 2]
    assert batch.refused[1][0].place.field == "Bundle.entry[1].resource.status"
    assert [type(entry.resource).__name__ for entry in batch.bundle.entry or ()] == [
        "PaymentNotice",
        "NoneType",
        "NoneType",
        "PaymentNotice",
    ]


def test_a_batch_that_is_wrong_itself_is_refused_whole():
    entry = '{"request":{"method":"GET","url":"a"}%s}'
    twice = entry % ',"request":{"method":"GET","url":"a"}'
    batch = parse_batch(f'{{"resourceType":"Bundle","type":"batch","entry":[{twice}]}}'.encode())
    assert isinstance(batch, list)
    assert batch[0].place.field == "Bundle.entry[0].request"


def test_what_cannot_be_read_is_a_misuse_with_all_its_defects():
    with pytest.raises(Unreadable) as caught:
        demand((NOTICE % ',"zzz":1,"provider":{}').encode(), r4.PaymentNotice)
    assert [defect.reason.code for defect in caught.value.defects] == ["fhir.unknown_element", "fhir.empty"]


def test_the_defects_told_are_bounded():
    zeros = ",".join(["0"] * 10_000)
    assert len(found(f'{{"resourceType":"Organization","name":"a","alias":[{zeros}]}}')) == explain.DEFECTS_MAX
