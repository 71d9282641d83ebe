"""The catalogue of everything that can go wrong, as a reader finds it: pages in French and English, JSON, Markdown.

GET /errors and /errors/{code}. The same catalogue is docs/errors.md. Nothing here depends on who asks.
"""

from collections.abc import Iterator, Mapping
from html import escape

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloison.errors import Catalogue, Misuse, Problem, Reason
from cloison.gateways.http.negotiation import JSON, language, preferred
from cloison.gateways.http.problems import Words
from cloison.gateways.http.reasons import NOT_ACCEPTABLE, NOT_FOUND

ERRORS = "/errors"
HTML = "text/html"
STYLE = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1a1a1a;"
    "background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem "
    ".6rem;border-bottom:1px solid #767676}code{font-size:.95em}a{color:#003c8f}dt{font-weight:600;margin-top:.8rem}"
    "dd{margin:0}a:focus{outline:3px solid #003c8f;outline-offset:2px}"
)
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
LABELS = {
    "fr": {
        "title": "Catalogue des erreurs",
        "lead": "Chaque refus et défaut que Cloison peut annoncer : ce qu'il veut dire, qui doit agir, et comment.",
        "code": "Code", "status": "Statut HTTP", "message": "Ce qui s'est passé", "action": "Que faire",
        "actor": "Qui agit", "retry": "Renvoyer", "number": "Numéro", "basis": "Texte", "back": "Toutes les erreurs",
        "other": "English", "part": "Partie",
    },
    "en": {
        "title": "Catalogue of errors",
        "lead": "Every refusal and defect that Cloison can tell: what it means, who must act, and how.",
        "code": "Code", "status": "HTTP status", "message": "What happened", "action": "What to do",
        "actor": "Who acts", "retry": "Send again", "number": "Number", "basis": "Text", "back": "All errors",
        "other": "Français", "part": "Part",
    },
}  # fmt: skip
ACTORS = {
    "fr": {
        "professional": "le professionnel", "insured": "l'assuré", "insurer": "l'assureur", "operator": "l'opérateur",
        "bank": "la banque", "nobody": "personne",
    },
    "en": {
        "professional": "the professional", "insured": "the insured person", "insurer": "the insurer",
        "operator": "the operator", "bank": "the bank", "nobody": "nobody",
    },
}  # fmt: skip
RETRIES = {
    "fr": {
        "never": "non, la réponse restera la même", "corrected": "oui, une fois corrigé",
        "same": "oui, tel quel, tout de suite", "later": "oui, tel quel, plus tard",
    },
    "en": {
        "never": "no, the answer will stay the same", "corrected": "yes, once corrected",
        "same": "yes, unchanged, at once", "later": "yes, unchanged, later",
    },
}  # fmt: skip


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reason of the catalogue."""

    code: str
    number: int
    part: str
    status: int
    message: Words
    action: Words
    actor: str
    retry: str
    doc_url: str
    basis: str = ""


class Listing(msgspec.Struct, frozen=True):
    """The catalogue."""

    errors: list[Entry]


def entries(parts: Mapping[str, Catalogue], site: str = "") -> list[Entry]:
    """Every reason of every part."""
    return [_entry(part, reason, site) for part, reasons in parts.items() for reason in reasons]


def routes(parts: Mapping[str, Catalogue], site: str) -> list[Route]:
    """The pages of a catalogue."""
    known = {entry.code: entry for entry in entries(parts, site)}
    whole = msgspec.json.encode(Listing(list(known.values())))

    async def listing(request: Request) -> Response:
        tongue = tongue_of(request)
        if wants_json(request):
            return Response(whole, media_type=JSON)
        return page(_list_page(known, tongue), tongue)

    async def one(request: Request) -> Response:
        entry = known.get(request.path_params["code"])
        if entry is None:
            raise Misuse(NOT_FOUND)
        tongue = tongue_of(request)
        if wants_json(request):
            return Response(msgspec.json.encode(entry), media_type=JSON)
        return page(_entry_page(entry, tongue), tongue)

    return [Route(ERRORS, listing), Route(f"{ERRORS}/{{code}}", one)]


def markdown(parts: Mapping[str, Catalogue]) -> str:
    """The catalogue as docs/errors.md."""
    return "\n".join(_markdown(parts)) + "\n"


def _markdown(parts: Mapping[str, Catalogue]) -> Iterator[str]:
    yield "# Errors / erreurs"
    yield ""
    yield "Every refusal, defect and fault that this version can tell, whatever the gate: FHIR, JSON, CSV or pages."
    yield "Written by `python -m cloison.ops.manual`; a running server has the same at `/errors`."
    for part, reasons in parts.items():
        yield ""
        yield f"## {part}"
        for reason in reasons:
            entry = _entry(part, reason, "")
            yield ""
            yield f"### `{entry.code}`"
            yield ""
            yield f"{entry.message.fr} {entry.action.fr}"
            yield ""
            yield f"*{entry.message.en} {entry.action.en}*"
            yield ""
            basis = f" · {entry.basis}" if entry.basis else ""
            yield f"HTTP {entry.status} · actor `{entry.actor}` · retry `{entry.retry}` · number {entry.number}{basis}"


def _entry(part: str, reason: Reason, site: str) -> Entry:
    problem = Problem.of(reason, site=site)
    return Entry(
        code=reason.code,
        number=reason.number,
        part=part,
        status=problem.status,
        message=Words(reason.message.fr, reason.message.en),
        action=Words(reason.action.fr, reason.action.en),
        actor=reason.actor.value,
        retry=reason.retry.value,
        doc_url=problem.doc_url,
        basis=reason.basis,
    )


def tongue_of(request: Request) -> str:
    """The language of a page: that of its address, or of the reader's preferences."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LABELS else language(request.headers.get("accept-language", ""))


def wants_json(request: Request) -> bool:
    """Whether the reader is a machine. Raises Misuse when it reads neither pages nor JSON."""
    kind = preferred(request.headers.get("accept", ""), (JSON, HTML))
    if kind is None:
        raise Misuse(NOT_ACCEPTABLE, cause=f"{JSON}, {HTML}")
    return kind == JSON


def page(content: str, tongue: str) -> Response:
    """A page as it is sent."""
    headers = {"content-security-policy": POLICY, "content-language": tongue, "vary": "accept, accept-language"}
    return Response(content, media_type=HTML, headers=headers)


def frame(title: str, content: str, tongue: str) -> str:
    """A whole page around some content: its language, its title, and the same page in the other language."""
    labels, other = LABELS[tongue], "en" if tongue == "fr" else "fr"
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)} – Cloison</title>'
        f'<style>{STYLE}</style></head><body><main><p><a href="?lang={other}" lang="{other}" hreflang="{other}">'
        f"{labels['other']}</a></p><h1>{escape(title)}</h1>{content}</main></body></html>"
    )


def _list_page(known: Mapping[str, Entry], tongue: str) -> str:
    labels = LABELS[tongue]
    rows = "".join(
        f'<tr><th scope="row"><a href="/errors/{escape(code)}?lang={tongue}"><code>{escape(code)}</code></a></th>'
        f"<td>{escape(getattr(entry.message, tongue))}</td><td>{ACTORS[tongue][entry.actor]}</td>"
        f"<td>{entry.status}</td></tr>"
        for code, entry in known.items()
    )
    heads = "".join(f'<th scope="col">{labels[name]}</th>' for name in ("code", "message", "actor", "status"))
    table = f"<table><caption>{len(known)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return frame(labels["title"], f"<p>{labels['lead']}</p>{table}", tongue)


def _entry_page(entry: Entry, tongue: str) -> str:
    labels = LABELS[tongue]
    facts = [
        ("message", getattr(entry.message, tongue)),
        ("action", getattr(entry.action, tongue)),
        ("actor", ACTORS[tongue][entry.actor]),
        ("retry", RETRIES[tongue][entry.retry]),
        ("status", str(entry.status)),
        ("part", entry.part),
        ("number", str(entry.number)),
        *([("basis", entry.basis)] if entry.basis else []),
    ]
    terms = "".join(f"<dt>{labels[name]}</dt><dd>{escape(words)}</dd>" for name, words in facts)
    back = f'<p><a href="/errors?lang={tongue}">{labels["back"]}</a></p>'
    return frame(entry.code, f"<dl>{terms}</dl>{back}", tongue)
