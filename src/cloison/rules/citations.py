"""Which articles were read, and which are cited from general knowledge: the latter say so wherever they are shown.

The articles below are those whose words are in the project's reference of the domain. An article that is not among
them may well be the right one: nobody has read it for this project yet, so its number is a doubt and not a fact. Who
has read one adds it here, with what was read.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

READ: dict[str, str] = {
    "R160-5": "limits of the participation, by kind of care",
    "R160-8": "acts without participation",
    "L160-14": "insured without participation",
    "R161-47": "delays of the claims",
    "R871-2": "floors and ceilings of a contrat responsable",
    "R871-2 1": "ticket moderateur",
    "R871-2 2": "overruns of doctors",
    "R871-2 3": "glasses, hearing aids, dental prostheses",
}
"""Articles of the Code de la securite sociale that were read, and what they say."""

_ARTICLE = re.compile(r"\b(?:[LRD])\d{3,4}(?:-\d+)*(?: (?:I{1,3}|\d{1,2})\b)?")
_TEXT = re.compile(
    r"\b(?:[Aa]rr[êe]t[ée]|[Dd][ée]cret(?: \d{4}-\d+)?|[Dd][ée]cision UNCAM|LFSS|loi)"
    r" (?:du |de |pour )?[\w ]*?\d{4}(?:-\d+)?"
)
_READ_TEXTS = ("29 juillet 2025", "16 mai 2025", "2019-21", "UNCAM de 2023")
"""Decrees and orders that two published accounts, or their own words, confirm."""


def unread(text: str) -> Iterator[str]:
    """The articles, decrees and orders that a text names and that nobody has read for this project."""
    for found in _ARTICLE.findall(text):
        whole = found.partition(" ")[0]
        paragraphs = any(read.startswith(f"{whole} ") for read in READ)
        if found not in READ and not (whole in READ and not paragraphs):
            yield found
    yield from (found for found in _TEXT.findall(text) if not any(read in found for read in _READ_TEXTS))


def cited(texts: Iterable[str], language: Literal["fr", "en"]) -> str:
    """Texts as they are shown: those that were read, then those that are to verify."""
    texts = tuple(texts)
    sure = [text for text in texts if not any(unread(text))]
    doubtful = [text for text in texts if any(unread(text))]
    words = {"fr": "référence à vérifier :", "en": "reference to verify:"}[language]
    said = [*([", ".join(sure)] if sure else []), *([f"{words} {', '.join(doubtful)}"] if doubtful else [])]
    return {"fr": " ; ", "en": "; "}[language].join(said)
