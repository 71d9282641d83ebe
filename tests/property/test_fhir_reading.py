"""Whatever bytes come, the reader answers with a resource or with defects, and says nothing of them back."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.paper_fhir import DOCUMENTS

from cloison.gateways.fhir import outcome, parse, parse_batch, write
from cloison.gateways.fhir.r4 import Resource

TEXTS = [json.dumps(document).encode() for document in DOCUMENTS]
PLANTED = "PLANTEDNAME"
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.just(PLANTED), st.floats(allow_nan=False), st.text())
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.just(PLANTED) | st.text(), inner))


@st.composite
def cut_about(draw: st.DrawFn) -> bytes:
    """A document of ours with bytes cut, repeated or put in."""
    raw = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + 40)))
        raw = raw[:start] + draw(st.binary(max_size=6) | st.just(raw[start:end] * 2)) + raw[end:]
    return raw


@st.composite
def grown(draw: st.DrawFn) -> bytes:
    """A document of ours with any JSON in the place of a member of any depth."""
    document = json.loads(draw(st.sampled_from(TEXTS)))
    held = document
    while True:
        key = draw(st.sampled_from(sorted(held) if isinstance(held, dict) else list(range(len(held)))))
        if not isinstance(held[key], dict | list) or not held[key] or draw(st.booleans()):
            break
        held = held[key]
    held[key] = draw(JSON)
    return json.dumps(document).encode()


@settings(max_examples=300, deadline=None)
@given(raw=cut_about() | grown())
def test_any_document_is_read_or_told_wrong_and_never_crashes(raw: bytes):
    for read in (parse(raw), parse_batch(raw)):
        assert read != []
        if isinstance(read, list):
            assert PLANTED not in repr(read)
    read = parse(raw)
    if isinstance(read, Resource):
        again = parse(write(read))
        assert isinstance(again, Resource)
        assert write(again) == write(read)


@settings(max_examples=100, deadline=None)
@given(raw=grown())
def test_what_is_told_of_a_document_is_itself_a_document(raw: bytes):
    read = parse(raw)
    if isinstance(read, list):
        written = outcome.outcomes([outcome.Problem.of(defect) for defect in read], "fr")
        assert isinstance(parse(written), Resource)
        assert PLANTED.encode() not in written
