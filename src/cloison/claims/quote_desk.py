"""The desk of quotes of one channel: what it needs, what it lets in, and what the log allows it to read.

What cannot be a quote is refused before anything is read: a practice for which the account does not act, a reference
that could be a name, care of the past. The rest is one question of the log per family of care, reserved durably first.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from cloison.claims import quote_refusals as refusals
from cloison.claims import store_quotes as store
from cloison.claims.quote import PRISE_EN_CHARGE, Kind, Parts, Quotes, Reply, State, Terms, parts_of
from cloison.claims.quote_figures import Estimate
from cloison.claims.refusals import PRACTICE_UNKNOWN
from cloison.claims.settle import Office
from cloison.disclosure import Door, Needs, Proof, Purpose, Reader, RevealedRights
from cloison.disclosure.purpose import WIDEST
from cloison.disclosure.reader import ROLES
from cloison.errors import Reason
from cloison.rights import engagement
from cloison.rights.enquiry import Enquiries, needs
from cloison.storage.roles import Role
from cloison.storage.transaction import Transaction

REFERENCE = re.compile(r"(?!.*[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6})[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
"""A practice's own reference, kept in clear: in columns that have slipped it would be anything, a NIR for one."""
FAR = np.timedelta64(366, "D")
CALCULATION_TERMS = Terms(validity_days=int(engagement.VALIDITY.astype(int)))


@dataclass(frozen=True, slots=True)
class QuoteDesk:
    """What answering the quotes of one channel needs. `office` was read with the channel's role; `terms` say how a
    prise en charge of a product and domain is answered, where that is not the default."""

    office: Office
    door: Door
    terms: dict[tuple[int, int], Terms]

    @property
    def role(self) -> Role:
        return ROLES[self.door.channel]

    def agreed(self, kind: Kind, product: int, domain: int) -> Terms:
        """How long a promise of this kind lasts, and who gives it."""
        if kind is not Kind.PRISE_EN_CHARGE:
            return CALCULATION_TERMS
        return self.terms.get((product, domain), Terms())


@dataclass(frozen=True, slots=True)
class Asked:
    """Parts that may be answered, and the replies to those that may not."""

    kind: Kind
    today: date
    parts: Parts
    practice_row: NDArray[np.intp]
    refused: list[Reply]


async def admitted(desk: QuoteDesk, kind: Kind, quotes: Quotes, today: date) -> Asked:
    parts = parts_of(quotes)
    office, claims = desk.office, parts.quotes.claims
    row = office.practices.rows(claims.invoices.practice_number)
    practice = office.practices.practice[row] if len(office.practices.practice) else row
    acting = await store.acting(office.database, desk.role, parts.quotes.account.tolist(), practice.tolist())
    care_from, care_to, now = claims.care_from(), claims.care_to(), np.datetime64(today, "D")
    promised = kind is not Kind.SIMULATION
    sound = np.array([REFERENCE.fullmatch(each) is not None for each in parts.quotes.reference], np.bool_)
    why = np.select(
        [
            claims.invoices.reason > 0,
            row < 0,
            ~acting,
            (parts.quotes.proof < Proof.CODE) & (kind is not Kind.PRISE_EN_CHARGE),
            ~sound & promised,
            _repeated(parts, practice) & promised,
            ~np.isin(parts.domain, (0, *PRISE_EN_CHARGE)) & (kind is Kind.PRISE_EN_CHARGE),
            (care_from < now) & promised,
            care_to > now + FAR,
            care_from.astype("datetime64[Y]") != care_to.astype("datetime64[Y]"),
        ],
        [
            claims.invoices.reason,
            PRACTICE_UNKNOWN.number,
            refusals.OTHER_PRACTICE.number,
            refusals.PROOF_TOO_WEAK.number,
            refusals.REFERENCE_WRONG.number,
            refusals.REFERENCE_TWICE.number,
            refusals.NO_PRISE_EN_CHARGE.number,
            refusals.CARE_PAST.number,
            refusals.CARE_TOO_FAR.number,
            refusals.TWO_YEARS.number,
        ],
        0,
    )
    charged = claims.total(claims.lines.charged)
    refused = [
        Reply(
            origin=int(parts.origin[at]),
            domain=int(parts.domain[at]),
            kind=kind,
            state=State.REFUSED,
            reason=int(why[at]),
            charged_cents=int(charged[at]),
        )
        for at in np.flatnonzero(why).tolist()
    ]
    return Asked(kind, today, parts.only(why == 0), row[why == 0], refused)


def _repeated(parts: Parts, practice: NDArray[np.integer]) -> NDArray[np.bool_]:
    """True for a part whose practice, reference and family stand on an earlier quote of the same batch."""
    seen = set[tuple[int, str, int]]()
    result = np.zeros(len(parts), np.bool_)
    for row, key in enumerate(zip(practice.tolist(), parts.quotes.reference, parts.domain.tolist(), strict=True)):
        result[row] = key in seen
        seen.add(key)
    return result


@dataclass(frozen=True, slots=True)
class Read:
    """What the log allowed to read about parts of quotes."""

    reader: Reader
    revealed: RevealedRights
    tenant: NDArray[np.int32]


async def read(desk: QuoteDesk, asked: Asked) -> Read | Reason:
    """Reserve one question per part, durably, then read the rights. Raises Unavailable when nothing may be read."""
    office, quotes = desk.office, asked.parts.quotes
    invoices, count = quotes.claims.invoices, len(asked.parts)
    tenant = office.reference.insurers.tenants(invoices.amc)
    questions = Enquiries(
        account=quotes.account,
        practice=office.practices.practice[asked.practice_row] if count else np.empty(0, np.int32),
        proof=quotes.proof,
        care_date=quotes.claims.care_from(),
        domain=asked.parts.domain,
        amc=invoices.amc,
        adherent=quotes.adherent,
        nir=invoices.nir,
        birth=quotes.birth,
        rank=invoices.birth_rank,
        engage=np.zeros(count, np.bool_),
        wanted_cents=np.zeros(count, np.int64),
    )
    reader = await desk.door.reserve(as_quotes(questions, tenant, office))
    if isinstance(reader, Reason):
        return reader
    return Read(reader, await reader.rights(), tenant)


def as_quotes(questions: Enquiries, tenant: NDArray[np.int32], office: Office) -> Needs:
    """The questions as the log keeps them, for the purpose of a quote."""
    count = len(questions)
    return replace(
        needs(questions, tenant, office.index),
        purpose=np.full(count, Purpose.QUOTE, np.int16),
        fields=np.full(count, int(WIDEST[Purpose.QUOTE]), np.int32),
    )


async def busy(work: Transaction, reader: Reader, found: Estimate, *, lock: bool) -> NDArray[np.int64]:
    """How much of each ceiling of these parts is used or held."""
    limits = found.limits
    if not len(limits):
        return np.empty(0, np.int64)
    keys = list(zip(limits.question.tolist(), limits.account.tolist(), strict=True))
    known = await store.busy(
        work,
        reader.reservation,
        [question for question, _ in keys],
        limits.coverage.tolist(),
        [account for _, account in keys],
        lock=lock,
    )
    return np.array([known.get(key, 0) for key in keys], np.int64)


async def used(work: Transaction, reader: Reader, found: Estimate) -> NDArray[np.int64]:
    """How much of each shared cap of these parts is used."""
    caps = found.caps
    if not len(caps):
        return np.empty(0, np.int64)
    return await store.caps_busy(
        work,
        reader.reservation,
        found.batch.lines.invoice[caps.line].tolist(),
        found.covered.coverage[caps.line].tolist(),
        caps.account.tolist(),
        caps.kind.tolist(),
        caps.what.tolist(),
    )
