"""What a quote costs and who would pay: the functions that decide invoices, on the same columns. Pure.

Nothing here decides otherwise than `settle`: the rights by `decide`, the price by `rules.price`, what is owed by
`entitled`, shared caps by `Caps.granted`, annual ceilings by `Ceilings.granted`, the decision by `adjudicate`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cloison.claims.accounts import ACCOUNTS
from cloison.claims.acts import acts_of
from cloison.claims.adjudicate import Decisions, adjudicate, entitled
from cloison.claims.caps import Caps
from cloison.claims.ceilings import NO_CEILING, Ceilings
from cloison.claims.claim import ClaimBatch, summed
from cloison.claims.quote import LineReply, Parts
from cloison.claims.settle import Office, asked_of, covered_lines
from cloison.disclosure import Proof, Result, RevealedRights
from cloison.money import Cents
from cloison.rights import refusals as rights_refusals
from cloison.rights.eligibility import Answers
from cloison.rights.guarantees import ProductBook
from cloison.rules import Priced, price

PRECISE = np.array(
    [
        each.number
        for each in (
            rights_refusals.NOT_FOUND,
            rights_refusals.NOT_STARTED,
            rights_refusals.CLOSED,
            rights_refusals.DOMAIN_NOT_COVERED,
            rights_refusals.WAITING_PERIOD,
        )
    ]
)
"""Refusals that only whoever read a card may tell apart."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The annual ceilings that parts of quotes would use: k rows, a part (`question`) and an account each."""

    key: NDArray[np.int64]
    """Per line: its row here, NO_CEILING where none."""
    most: Cents
    question: NDArray[np.int64]
    account: NDArray[np.int16]
    coverage: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.question)

    @classmethod
    def of(cls, batch: ClaimBatch, covered: Answers, due: Cents, book: ProductBook) -> "Limits":
        """The ceilings of the lines for which something is due."""
        rows = book.shelf.rows
        most = np.full(len(batch.lines), NO_CEILING, np.int64)
        (at,) = np.nonzero((due > 0) & (covered.guarantee >= 0))
        if len(at):
            most[at] = rows.annual_ceiling_cents[covered.guarantee[at]]
        (at,) = np.nonzero(most >= 0)
        account = rows.account(covered.guarantee[at]).astype(np.int64) if len(at) else np.empty(0, np.int64)
        pairs = np.stack([batch.lines.invoice[at], account])
        found, first, inverse = np.unique(pairs, axis=1, return_index=True, return_inverse=True)
        inverse = inverse.reshape(-1)
        key = np.full(len(batch.lines), NO_CEILING, np.int64)
        key[at] = inverse
        return cls(key, most, found[0], found[1].astype(np.int16), covered.coverage[at[first]])

    def granted(self, invoice: NDArray[np.int64], due: Cents, busy: Cents) -> Cents:
        """What the ceilings leave of what is due when this much of them is used or held."""
        nobody, nothing = np.empty((len(self), 16), np.uint8), np.empty(0, np.int64)
        product, year = np.zeros(len(self), np.int32), np.zeros(len(self), np.int16)
        ceilings = Ceilings(
            invoice,
            self.key,
            self.most,
            nobody,
            product,
            self.account,
            year,
            busy,
            np.empty(0, np.intp),
            nothing,
            nothing,
        )
        return ceilings.granted(due)

    def used(self, paid: Cents) -> Cents:
        """How much of each ceiling these lines use."""
        (at,) = np.nonzero(self.key >= 0)
        return summed(paid[at], self.key[at], len(self))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parts of quotes priced on the rights known now, before annual ceilings. `due` is per line."""

    parts: Parts
    batch: ClaimBatch
    covered: Answers
    bill: Priced
    due: Cents
    limits: Limits
    caps: Caps

    def decided(self, busy: Cents, used: Cents) -> Decisions:
        """The decision on each part and line, with this much of each of `limits` used or held by others, and this much
        of each of `caps` used."""
        never = np.zeros(len(self.batch.lines), np.bool_)
        left = self.caps.with_busy(used).granted(self.due)
        granted = self.limits.granted(self.batch.lines.invoice, left, busy)
        accounts = np.zeros(len(self.batch.lines), np.int16)
        (at,) = np.nonzero(self.limits.key >= 0)
        accounts[at] = self.limits.account[self.limits.key[at]]
        return adjudicate(self.batch, self.covered, self.bill, never, self.due, granted, accounts)

    def opening(self) -> NDArray[np.intp]:
        """Per part, the line whose right decides it: the first that is covered, else the first."""
        lines, count = self.batch.lines, len(self.batch)
        result = self.batch.invoices.first_line.copy()
        (at,) = np.nonzero(self.covered.reason == 0)
        result[lines.invoice[at[::-1]]] = at[::-1]
        assert len(result) == count
        return result

    def opened(self) -> NDArray[np.bool_]:
        """Per part, whether the right is open for any of its lines."""
        return self.covered.result[self.opening()] == Result.COVERED


def estimate(
    office: Office,
    parts: Parts,
    tenant: NDArray[np.int32],
    practice_row: NDArray[np.intp],
    revealed: RevealedRights,
    fresh: NDArray[np.bool_],
) -> Estimate:
    """Price parts on the rights revealed for them. For those not `fresh`, answered otherwise, nothing is due."""
    batch = parts.quotes.claims
    covered = covered_lines(office, asked_of(office, batch, tenant, practice_row), revealed)
    bill = price(acts_of(batch, covered, practice_row, office.practices, office.reference.book), office.tariff)
    # Who asks for what the guarantee gives is not paid less than asked.
    all_of_it = np.where(bill.amc_share > 0, bill.amc_share, batch.lines.charged)
    lines = replace(batch.lines, asked=np.where(batch.lines.asked < 0, all_of_it, batch.lines.asked))
    batch = replace(batch, lines=lines)
    due = entitled(batch, bill, (covered.reason == 0) & ~bill.refused & fresh[lines.invoice])
    book, practice = office.reference.book, office.practices.practice[practice_row]
    caps = Caps.of(batch, covered, practice, due, book, apart=True)
    return Estimate(parts, batch, covered, bill, due, Limits.of(batch, covered, due, book), caps)


def line_replies(found: Estimate, decisions: Decisions, row: int, *, explained: bool) -> tuple[LineReply, ...]:
    """The lines of one part, in their order in the quote."""
    lines = found.batch.lines
    precise = found.parts.quotes.proof[row] >= Proof.CARD
    first = int(found.batch.invoices.first_line[row])
    return tuple(
        LineReply(
            line=int(found.parts.place[at]),
            code=lines.code[at].decode(),
            charged_cents=int(lines.charged[at]),
            base_cents=int(decisions.line_base[at]),
            rate_bp=int(decisions.line_rate_bp[at]),
            amo_cents=int(decisions.line_amo[at]),
            amc_cents=int(decisions.line_amc[at]),
            own_cents=int(decisions.line_own[at]),
            reason=shown(int(decisions.line_reason[at]), precise=bool(precise)),
            account=ACCOUNTS.of(found.bill, at) if explained else None,
        )
        for at in range(first, first + int(found.batch.invoices.line_count[row]))
    )


def shown(reason: int, *, precise: bool) -> int:
    """The reason that the proof allows to tell."""
    return rights_refusals.NO_RIGHT_SHOWN.number if reason in PRECISE and not precise else reason
