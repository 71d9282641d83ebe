"""References: which were read, and how the others are shown."""

import pytest

from cloison.rules.citations import cited, unread


@pytest.mark.parametrize(
    "text",
    [
        "CSS R160-5",
        "CSS R160-5 4 (participation de 35 à 45 %)",
        "CSS R871-2 3 ; décret 2019-21 du 11 janvier 2019",
        "CSS R871-2",
        "Convention nationale des taxis, arrêté du 29 juillet 2025",
        "service-public.fr F1069, 10 mars 2020",
        "Tableau de garanties du produit",
    ],
)
def test_what_was_read_is_cited_as_it_stands(text: str):
    assert list(unread(text)) == []
    assert cited([text], "fr") == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CSS L160-13 III, D160-9", ["L160-13 III", "D160-9"]),
        ("CSS R871-2 4", ["R871-2 4"]),
        ("CSS L160-14, R160-16", ["R160-16"]),
        ("Arrêté du 9 mars 1966 ; service-public.fr F17042", ["Arrêté du 9 mars 1966"]),
        ("deux publications ; décret 2024-113 du 16 février 2024", ["décret 2024-113 du 16 février 2024"]),
        ("LFSS 2021, art. 51", ["LFSS 2021"]),
        ("décision UNCAM du 21 mars 2024", ["décision UNCAM du 21 mars 2024"]),
    ],
)
def test_what_nobody_has_read_is_named(text: str, found: list[str]):
    assert list(unread(text)) == found


def test_what_was_read_comes_first_and_the_rest_is_to_verify():
    texts = ("CSS L160-13 I", "CSS R160-5", "CASF L251-2")
    assert cited(texts, "fr") == "CSS R160-5 ; référence à vérifier : CSS L160-13 I, CASF L251-2"
    assert cited(texts, "en") == "CSS R160-5; reference to verify: CSS L160-13 I, CASF L251-2"
    assert cited(texts[:1], "en") == "reference to verify: CSS L160-13 I"
