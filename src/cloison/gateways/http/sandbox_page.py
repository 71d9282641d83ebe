"""GET /sandbox: how each person of a sandbox behaves, as a page in French or English, or as JSON. In sandboxes only."""

from collections.abc import Sequence
from html import escape

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.gateways.http.catalogue_pages import frame, page, tongue_of, wants_json
from cloison.gateways.http.negotiation import JSON

SANDBOX = "/sandbox"
LABELS = {
    "fr": {
        "title": "Bac à sable",
        "lead": "Des assureurs et des personnes inventés, dont chacun se comporte d'une façon connue. Interrogez avec "
        "la preuve « card », le rang de naissance 1, et la date du jour.",
        "start": "Prise en main, erreurs, et description des routes :",
        "name": "Cas", "amc": "AMC", "adherent": "Adhérent", "birth": "Naissance", "nir": "NIR inventé",
        "domain": "Domaine", "answer": "Réponse", "code": "Motif",
    },
    "en": {
        "title": "Sandbox",
        "lead": "Invented insurers and persons, each of whom behaves in one known way. Ask with proof “card”, "
        "birth rank 1, and the day of today.",
        "start": "Quick start, errors, and the description of the routes:",
        "name": "Case", "amc": "AMC", "adherent": "Member", "birth": "Birth", "nir": "Invented NIR", "domain": "Care",
        "answer": "Answer", "code": "Reason",
    },
}  # fmt: skip
COLUMNS = ("amc", "adherent", "birth", "nir", "domain", "answer")


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way to behave: whom to ask about, and what is answered."""

    name: str
    amc: str
    adherent: str
    birth: str
    nir: str
    domain: str
    answer: str
    fr: str
    en: str
    code: str = ""


class Cases(msgspec.Struct, frozen=True):
    """Everything that a sandbox knows beforehand."""

    cases: list[Case]


def routes(cases: Sequence[Case]) -> list[Route]:
    """The page of a sandbox. Public: everything on it is invented."""
    whole = msgspec.json.encode(Cases(list(cases)))

    async def shown(request: Request) -> Response:
        if wants_json(request):
            return Response(whole, media_type=JSON)
        tongue = tongue_of(request)
        return page(_page(cases, tongue), tongue)

    return [Route(SANDBOX, shown)]


def markdown(cases: Sequence[Case]) -> str:
    """The table of docs/sandbox.md."""
    lines = ["| Case | AMC | Member | Birth | NIR | Care | Answer | Reason | |", "|" + "---|" * 9]
    lines += [
        f"| `{each.name}` | {each.amc} | {each.adherent} | {each.birth} | {each.nir} | {each.domain} | {each.answer} | "
        f"{f'`{each.code}`' if each.code else ''} | {each.en} |"
        for each in cases
    ]
    return "\n".join(lines) + "\n"


def _page(cases: Sequence[Case], tongue: str) -> str:
    labels = LABELS[tongue]
    heads = "".join(f'<th scope="col">{labels[name]}</th>' for name in ("name", *COLUMNS, "code"))
    rows = "".join(_row(each, tongue) for each in cases)
    table = f"<table><caption>{len(cases)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    links = " · ".join(f'<a href="{path}">{path}</a>' for path in ("/errors", "/openapi.json", "/fhir/metadata"))
    return frame(labels["title"], f"<p>{labels['lead']}</p><p>{labels['start']} {links}</p>{table}", tongue)


def _row(case: Case, tongue: str) -> str:
    words = case.fr if tongue == "fr" else case.en
    cells = "".join(f"<td><code>{escape(getattr(case, name))}</code></td>" for name in COLUMNS)
    known = bool(case.code)
    reason = (
        f'<a href="/errors/{escape(case.code)}?lang={tongue}"><code>{escape(case.code)}</code></a>' if known else ""
    )
    return f'<tr><th scope="row">{escape(words)}</th>{cells}<td>{reason}</td></tr>'
