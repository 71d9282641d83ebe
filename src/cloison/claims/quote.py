"""A quote: what a practice says it will do and charge, in the shape of an invoice, and what is answered.

    SIM  simulation      the figures, nothing promised, nothing held
    CLC  calculation     the same figures under a guarantee number, for care about to be given
    PEC  prise en charge the same for dental care, optics, hearing and hospital: longer, or answered by the insurer

A promise is about one family of care, so a quote with two families becomes two parts, each with its own answer.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch, ClaimInvoices, ClaimLines
from cloison.rights.engagement import LENGTH, formatted, parsed
from cloison.rules.acts import code_ids, domains
from cloison.rules.details import Details
from cloison.rules.trace import Explanation
from cloison.rules.vocabulary import Domain


class Kind(IntEnum):
    """What is asked."""

    SIMULATION = 1
    CALCULATION = 2
    PRISE_EN_CHARGE = 3


class State(IntEnum):
    """Where a quote is. A simulation stays a draft: nobody keeps it."""

    DRAFT = 0
    REQUESTED = 1
    PENDED = 2
    ACCEPTED = 3
    REFUSED = 4
    BILLED = 5
    CANCELLED = 6
    EXPIRED = 7


PRISE_EN_CHARGE = (Domain.DENT, Domain.OPTI, Domain.AUDI, Domain.HOSP)
"""The families of care for which an agreement is asked before."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a prise en charge is answered: the project's defaults, where the insurer's contract says nothing."""

    by_insurer: bool = False
    validity_days: int = 90
    tolerance_days: int = 60
    """How long after the last day of care its invoice may still use what is held (delai de tolerance)."""
    days_max: int = 180
    """How long a promise may last with all its extensions."""


ANSWER_DAYS = 15
"""How long an insurer that answers itself may take: the project's default, not an official figure."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """n quotes. `claims` says the care, as an invoice does; its amounts `asked` are -1 where the practice asks for what
    the guarantee gives. The person is named by the card (`adherent`) or by the NIR of the claim, with the birth date
    (YYYYMMDD, text) and the rank of the claim; the practice by its number there. `reference` is the practice's own."""

    claims: ClaimBatch
    account: NDArray[np.int64]
    proof: NDArray[np.int16]
    reference: tuple[str, ...]
    adherent: NDArray[np.bytes_] = field(repr=False)
    birth: NDArray[np.bytes_] = field(repr=False)

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True)
class Parts:
    """The families of care of n quotes: p parts, one invoice of `quotes.claims` each. `origin` is the quote, `place`
    the line in that quote of each line of a part."""

    quotes: Quotes
    origin: NDArray[np.intp]
    domain: NDArray[np.int16]
    place: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.origin)

    def only(self, kept: NDArray[np.bool_]) -> "Parts":
        """The same with only these parts."""
        rows = np.flatnonzero(kept)
        quotes = self.quotes
        return Parts(
            _of_rows(quotes, quotes.claims.only(kept), rows),
            self.origin[rows],
            self.domain[rows],
            self.place[kept[quotes.claims.lines.invoice]],
        )


def parts_of(quotes: Quotes) -> Parts:
    """Cut each quote by family of care, families in the order of their first line."""
    batch = quotes.claims
    lines, of = batch.lines, batch.lines.invoice
    domain = domains(code_ids(lines.code)).astype(np.int64)
    _, first, part = np.unique(of * len(Domain) * 2 + domain, return_index=True, return_inverse=True)
    in_order = np.argsort(np.argsort(first))
    part = in_order[part.reshape(-1)]
    order: NDArray[np.intp] = np.argsort(part, kind="stable")
    origin: NDArray[np.intp] = of[np.sort(first)]
    families = domain[np.sort(first)]
    counts = np.bincount(part, minlength=len(origin)).astype(np.int32)
    invoices = {name: getattr(batch.invoices, name)[origin] for name in ClaimInvoices.__slots__}
    invoices |= {"line_count": counts, "first_line": (np.cumsum(counts) - counts).astype(np.int64)}
    columns = {name: getattr(lines, name)[order] for name in ClaimLines.__slots__}
    columns["invoice"] = part[order].astype(np.int64)
    details = {
        each.name: value.take(order)
        for each in fields(batch)
        if isinstance(value := getattr(batch, each.name), Details)
    }
    cut = replace(batch, invoices=ClaimInvoices(**invoices), lines=ClaimLines(**columns), **details)
    place = order - batch.invoices.first_line[of[order]]
    return Parts(_of_rows(quotes, cut, origin), origin, families.astype(np.int16), place)


def _of_rows(quotes: Quotes, claims: ClaimBatch, rows: NDArray[np.intp]) -> Quotes:
    chosen: list[int] = rows.tolist()
    return Quotes(
        claims=claims,
        account=quotes.account[rows],
        proof=quotes.proof[rows],
        reference=tuple(quotes.reference[row] for row in chosen),
        adherent=quotes.adherent[rows],
        birth=quotes.birth[rows],
    )


@dataclass(frozen=True, slots=True)
class LineReply:
    """What one line of a quote costs and who pays it. `line` counts from 0 in the quote as it was sent."""

    line: int
    code: str
    charged_cents: int
    base_cents: int
    rate_bp: int
    amo_cents: int
    amc_cents: int
    own_cents: int
    reason: int
    account: Explanation | None
    """Each rule that set a cent, in the order it applied."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered about one family of care of a quote. Numbers are 0 where there is none, days None."""

    origin: int
    domain: int
    kind: Kind
    state: State
    reason: int = 0
    quote: int = 0
    engagement: int = 0
    charged_cents: int = 0
    base_cents: int = 0
    amo_cents: int = 0
    amc_cents: int = 0
    own_cents: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    """First day of care that is no longer promised."""
    until: date | None = None
    """Pended: the first day on which an answer is too late. Accepted: the first on which what is held is given back."""
    sent_before: bool = False
    """This reference was already asked: the answer is the one that stands."""
    lines: tuple[LineReply, ...] = ()


def quote_number(quote: int) -> str:
    """The number of a quote as papers carry it: like that of a promise, with another first letter."""
    return f"Q{promise_number(quote)[1:]}" if quote > 0 else ""


def promise_number(engagement: int) -> str:
    """The number of a promise as papers carry it."""
    return formatted(np.array([engagement], np.int64))[0].decode() if engagement > 0 else ""


def number_of(text: str) -> int:
    """The quote or promise behind a number; not positive where none of ours can be."""
    return int(parsed(np.array([f"E{text[1:LENGTH]}".encode("ascii", "replace")], f"S{LENGTH}"))[0])
