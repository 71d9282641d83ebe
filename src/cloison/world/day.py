"""The questions of a day: most invoices were preceded by one, some questions lead to no invoice, some are mistaken."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from cloison.world.chance import happens
from cloison.world.contracts import Contracts, Rights
from cloison.world.insurers import CARE_DOMAINS, Market
from cloison.world.invoices import Flaw, Invoices, open_rights
from cloison.world.movements import Movements
from cloison.world.people import People
from cloison.world.professionals import DOMAIN_OF_KIND, Kind, Practices
from cloison.world.text import Ints, Texts, beside, compact_days, csv_lines, digits, iso_days, plain, ranks, table

COLUMNS = (
    "question;canal;numero_ps;compte;preuve;date_soins;domaine;amc;adherent;nir;date_naissance;rang_naissance;engagement"
)  # fmt: skip
QUESTIONS_PER_BLOCK_MAX = 100_000
_ASKED_BEFORE = 0.86
_WITHOUT_INVOICE = 0.14
_MISTAKEN = 0.02
_LAPSED = 0.01


class Slip(IntEnum):
    """What is wrong with a question, on purpose."""

    NONE = 0
    BIRTH_DATE = 1
    AMC = 2
    ADHERENT_OR_NIR = 3
    LAPSED_RIGHT = 4


_CHANNELS = table(["portal", "api", "card", "machine"])
_PROOFS = table(["P1", "P1", "P3", "P2"])
_PORTAL, _API, _CARD, _MACHINE = range(4)
_CHANNEL_CHANCES = np.array([
    # portal, api, card, machine: cumulated, by kind
    [0.10, 0.35, 0.98, 1.0], [0.15, 0.45, 0.98, 1.0], [0.03, 0.10, 0.45, 1.0], [0.05, 0.15, 0.35, 1.0],
    [0.30, 0.55, 0.98, 1.0], [0.35, 0.55, 0.98, 1.0], [0.40, 0.60, 0.98, 1.0], [0.55, 0.80, 0.95, 1.0],
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Questions:
    """One row per question. `invoice` is the invoice that follows, or -1."""

    number: Ints
    invoice: Ints
    slip: Ints
    right: Ints
    lines: bytes

    def of_invoices(self, count: int) -> Ints:
        """The question that precedes each invoice, 0 where there is none."""
        result = np.zeros(count, np.int64)
        followed = self.invoice >= 0
        result[self.invoice[followed]] = self.number[followed]
        return result


def make_questions(
    rng: np.random.Generator, block: int, invoices: Invoices, practices: Practices, people: People,
    contracts: Contracts, rights: Rights, movements: Movements, market: Market, day: np.datetime64,
) -> Questions:  # fmt: skip
    """Ask about the patients of the day. Invoices about the wrong person or insurer were not preceded by a question."""
    silent = np.isin(invoices.flaw, (Flaw.WRONG_BIRTH_DATE, Flaw.WRONG_AMC, Flaw.CLOSED_RIGHT, Flaw.NIR_KEY))
    usual = happens(rng, _ASKED_BEFORE, invoices.right.size)
    before = np.flatnonzero((usual & ~silent) | invoices.ended_since)
    opened, closed = open_rights(contracts, rights, movements, day)
    extra = int(before.size * _WITHOUT_INVOICE / _ASKED_BEFORE)
    alone = opened[rng.integers(0, opened.size, extra)]
    slip = np.where(happens(rng, _MISTAKEN / _WITHOUT_INVOICE, extra), rng.integers(1, 4, extra), Slip.NONE)
    if closed.size:
        lapsed = happens(rng, _LAPSED / _WITHOUT_INVOICE, extra)
        alone = np.where(lapsed, closed[rng.integers(0, closed.size, extra)], alone)
        slip = np.where(lapsed, Slip.LAPSED_RIGHT, slip)

    right = np.concatenate((invoices.right[before], alone))
    slip = np.concatenate((np.zeros(before.size, np.int64), slip))
    invoice = np.concatenate((before, np.full(extra, -1)))
    weights = practices.invoices.cumsum()
    elsewhere = ranks(weights, rng.random(extra) * weights[-1], "right")
    practice = np.concatenate((invoices.visits.practice[before], np.minimum(elsewhere, practices.kind.size - 1)))
    care_day = np.concatenate((invoices.visits.day[before], np.full(extra, day - 1)))

    order = rng.permutation(right.size)
    right, slip, invoice, practice = right[order], slip[order], invoice[order], practice[order]
    care_day = care_day[order]
    number = block * QUESTIONS_PER_BLOCK_MAX + 1 + np.arange(right.size)
    assert right.size < QUESTIONS_PER_BLOCK_MAX, "a block asks more questions than it has numbers"
    kind = practices.kind[practice]
    channel = (rng.random(right.size)[:, None] > _CHANNEL_CHANCES[kind]).sum(axis=1)
    by_card = (channel == _CARD) | ((channel == _MACHINE) & happens(rng, 0.5, right.size))
    who = _who_is_asked(people, contracts, rights, market, right, slip, by_card)
    clerk = np.where(kind == Kind.PHARMACIE, rng.integers(1, 5, right.size), rng.integers(1, 3, right.size))
    account = beside(practices.number[practice], table(["-"])[np.zeros(right.size, np.int64)], digits(clerk, 1))
    promise = np.where((invoice >= 0) | (slip != Slip.NONE) | happens(rng, 0.3, right.size), b"O", b"N")
    lines = csv_lines([
        plain(number), _CHANNELS[channel], practices.number[practice], account, _PROOFS[channel], iso_days(care_day),
        table(CARE_DOMAINS)[DOMAIN_OF_KIND[kind]], *who, promise,
    ])  # fmt: skip
    return Questions(number, invoice, slip, right, lines)


def _who_is_asked(
    people: People, contracts: Contracts, rights: Rights, market: Market, right: Ints, slip: Ints, by_card: Ints
) -> tuple[Texts, ...]:
    """amc;adherent;nir;date_naissance;rang_naissance, slips included."""
    contract, person = rights.contract[right], rights.person[right]
    insurer = contracts.insurer[contract]
    amc = market.amc[np.where(slip == Slip.AMC, (insurer + 1) % market.amc.size, insurer)]
    mistyped = slip == Slip.ADHERENT_OR_NIR
    # A mistyped number is that of somebody else of the block: right in form, wrong in fact.
    adherent = contracts.adherent[np.where(mistyped, (contract + 1) % contracts.adherent.size, contract)]
    nir = people.nir[rights.opener[right]]
    nir = np.where(mistyped, np.roll(nir, 1), nir)
    birth_day = people.families.birth_day[person]
    first_of_month = birth_day.astype("datetime64[M]").astype("datetime64[D]")
    other = np.where(first_of_month == birth_day, birth_day + 1, first_of_month)
    birth = np.where(slip == Slip.BIRTH_DATE, compact_days(other), people.birth_text[person])
    nothing = np.bytes_(b"")
    return (
        amc,
        np.where(by_card, nothing, adherent),
        np.where(by_card, nir, nothing),
        birth,
        digits(people.families.birth_rank[person], 1),
    )
