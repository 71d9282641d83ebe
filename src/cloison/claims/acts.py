"""From invoices, rights and registries to the columns that the rules read: a join, no decision."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cloison.claims.claim import ClaimBatch
from cloison.identity import Practices
from cloison.rights.eligibility import Answers, Care
from cloison.rights.guarantees import NO_GUARANTEE, ProductBook
from cloison.rules import Acts, Equipment, Sector, Trips
from cloison.rules.acts import code_ids, department_ids
from cloison.rules.guaranteed import guaranteed


def sectors(practices: Practices, row: NDArray[np.intp]) -> NDArray[np.int8]:
    """How each practice stands to the national agreement."""
    sector, optam = practices.sector[row], practices.optam[row]
    known = [sector == 0, sector == 1, optam]
    return np.select(
        known, [np.int8(Sector.NOT_CONCERNED), np.int8(Sector.ONE), np.int8(Sector.TWO_OPTAM)], np.int8(Sector.TWO)
    )


def care_of(
    batch: ClaimBatch,
    tenant: NDArray[np.int32],
    practice_row: NDArray[np.intp],
    practices: Practices,
    book: ProductBook,
) -> Care:
    """What the lines say of their care, for the rows of products. `tenant` and `practice_row` are per invoice."""
    lines = batch.lines
    row = practice_row[lines.invoice]
    return Care(
        code=code_ids(lines.code),
        sector=sectors(practices, row),
        network=book.networks.include(tenant[lines.invoice], practices.number[row], lines.care_date),
        after_first=lines.paid_by_other >= 0,
    )


def acts_of(
    batch: ClaimBatch,
    answers: Answers,
    practice_row: NDArray[np.intp],
    practices: Practices,
    book: ProductBook,
) -> Acts:
    """The acts of a batch, one per line. `answers` is per line, `practice_row` per invoice.

    Annual ceilings and shared caps are not among them: they limit what is owed, known only once the price is compared
    with what was asked (`ceilings`, `caps`).
    """
    lines, invoices = batch.lines, batch.invoices
    of = lines.invoice
    row = practice_row[of]
    covered = (answers.reason == 0) & (answers.guarantee != NO_GUARANTEE)
    rows, answering = book.shelf.rows, np.where(covered, answers.guarantee, NO_GUARANTEE)
    equipment = _apart(batch.equipment, of)
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
        **guaranteed(rows, answering),
        ceiling_key=-1,
        ceiling_left=0,
        responsable=responsable,
        paid_by_other=np.maximum(lines.paid_by_other, 0),
        trips=_located(batch.trips, practices.departement[row]),
        equipment=equipment,
        items=batch.items,
    )


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
