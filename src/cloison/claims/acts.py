"""From invoices, rights and registries to the columns that the rules read: a join, no decision."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch
from cloison.identity import Practices
from cloison.money import Cents
from cloison.rights.eligibility import Answers
from cloison.rights.guarantees import NO_GUARANTEE, ProductBook
from cloison.rules import Acts, Equipment, Formula, Sector, Trips
from cloison.rules.acts import code_ids, department_ids

NO_LIMIT = -1


def sectors(practices: Practices, row: NDArray[np.intp]) -> NDArray[np.int8]:
    """How each practice stands to the national agreement."""
    sector, optam = practices.sector[row], practices.optam[row]
    known = [sector == 0, sector == 1, optam]
    return np.select(
        known, [np.int8(Sector.NOT_CONCERNED), np.int8(Sector.ONE), np.int8(Sector.TWO_OPTAM)], np.int8(Sector.TWO)
    )


def acts_of(
    batch: ClaimBatch,
    answers: Answers,
    practice_row: NDArray[np.intp],
    practices: Practices,
    book: ProductBook,
) -> Acts:
    """The acts of a batch, one per line. `answers` is per line, `practice_row` per invoice.

    Annual ceilings are not among them: they limit what is owed, known only once the price is compared with what was
    asked (`ceilings`).
    """
    lines, invoices = batch.lines, batch.invoices
    of = lines.invoice
    row = practice_row[of]
    guarantees, at = book.guarantees, np.maximum(answers.guarantee, 0)
    covered = (answers.reason == 0) & (answers.guarantee != NO_GUARANTEE)
    responsable = np.zeros(len(lines), np.bool_)
    (known,) = np.nonzero(answers.product > 0)
    if len(known):
        responsable[known] = book.products.responsable[book.products.rows(answers.product[known])]
    specialty = np.where(lines.specialty > 0, lines.specialty, practices.specialty[row])
    return Acts.of(
        care_date=lines.care_date,
        code=code_ids(lines.code),
        quantity=lines.quantity,
        coefficient=lines.coefficient,
        charged=lines.charged,
        declared_base=lines.declared_base,
        declared_amo=lines.declared_amo,
        pathway=invoices.pathway[of],
        sector=sectors(practices, row),
        specialty=specialty.astype(np.int16),
        exoneration=invoices.exoneration[of],
        protection=invoices.protection[of],
        regime=invoices.regime[of],
        alsace_moselle=invoices.alsace_moselle[of],
        minor=invoices.minor[of],
        # An invoice is one person's: what counts once per visit or stay counts once in it. What the compulsory scheme
        # withholds over the year is its own account: we see only what is sent to us.
        person_key=of,
        provider_key=practices.practice[row].astype(np.int64),
        sequence=np.arange(len(lines)),
        consultations_day=0,
        participation_year=0,
        franchise_day=0,
        franchise_year=0,
        formula=np.where(covered, guarantees.formula[at] if len(guarantees.formula) else 0, Formula.NONE).astype(
            np.int8
        ),
        rate_bp=_guaranteed(covered, guarantees.rate_bp, at, 0).astype(np.int32),
        amount_cents=_guaranteed(covered, guarantees.amount_cents, at, 0),
        act_cap=_guaranteed(covered, guarantees.act_cap_cents, at, NO_LIMIT),
        ceiling_key=np.int64(NO_LIMIT),
        ceiling_left=0,
        responsable=responsable,
        paid_by_other=np.maximum(lines.paid_by_other, 0),
        trips=_located(batch.trips, practices.departement[row]),
        equipment=_apart(batch.equipment, of),
        items=batch.items,
    )


def _guaranteed(covered: NDArray[np.bool_], column: NDArray[np.integer], at: NDArray[np.intp], other: int) -> Cents:
    if not len(column):
        return np.full(len(covered), other, np.int64)
    return np.where(covered, np.maximum(column[at], other), other).astype(np.int64)


def _apart(equipment: Equipment, invoice: NDArray[np.int64]) -> Equipment:
    """A gate numbers the pairs of an invoice; no two invoices share one."""
    if not len(equipment):
        return equipment
    numbered = np.stack([invoice[equipment.act], equipment.pair], axis=1)
    pair = np.unique(numbered, axis=0, return_inverse=True)[1].reshape(-1)
    return replace(equipment, pair=pair.astype(np.int64))


def _located(trips: Trips, departement: NDArray[np.bytes_]) -> Trips:
    """A taxi's price follows the departement of its licence, which the registry knows."""
    return replace(trips, department=department_ids(departement[trips.act]))
