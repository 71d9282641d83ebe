"""Is this person covered for this care on this day? Pure: coverages, day, care -> an answer or a refusal.

The enquiry at the counter and the adjudication of an invoice both call `decide`: they cannot disagree. A question about
an act is answered by the row of the product that counts for this act, with its own waiting period. A question about a
whole domain is answered yes as soon as some care of it is covered: by the row in force that waits least.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloison.disclosure import Result, RevealedRights
from cloison.period import Days
from cloison.rights import refusals
from cloison.rights.guarantees import ProductBook

# How well a coverage answers a question: the least wins.
OPEN, WAITING, OTHER_DOMAIN, ENDED, FUTURE, NONE_LEFT = range(6)
REASON_OF_RANK = np.array(
    [
        0,
        refusals.WAITING_PERIOD.number,
        refusals.DOMAIN_NOT_COVERED.number,
        refusals.CLOSED.number,
        refusals.NOT_STARTED.number,
        refusals.NOT_FOUND.number,
    ],
    np.int16,
)


def _results_by_reason() -> NDArray[np.int16]:
    table = np.full(refusals.LAST + 1, Result.NOT_COVERED, np.int16)
    table[0] = Result.COVERED
    table[refusals.NOT_FOUND.number] = Result.NOT_FOUND
    table[[each.number for each in refusals.UNDETERMINED]] = Result.UNDETERMINED
    return table


RESULT_OF_REASON = _results_by_reason()
"""The class of an answer, by the number of its reason."""


@dataclass(frozen=True, slots=True)
class Care:
    """What is known of the acts that are asked about: n rows."""

    code: NDArray[np.int16]
    """Number in ACT_CODES; -1 where only the domain is known."""
    sector: NDArray[np.int8]
    network: NDArray[np.bool_]
    """The practice is in a network of the insurer that day (`Networks.include`)."""
    after_first: NDArray[np.bool_]
    """What the insurer that comes first paid is stated: one that comes second can pay after it."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked: n rows. `group` is the question of the reservation that revealed the person (several lines of one
    invoice share it); `tenant` 0 means that no insurer we know has this AMC number. Without `care` every question is
    about its whole domain, asked by a practice in or out of the `network` of the insurer that day."""

    group: NDArray[np.int32]
    tenant: NDArray[np.int32]
    domain: NDArray[np.int16]
    care_date: Days
    care: Care | None = None
    network: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Answers:
    """What is answered: n rows. Where `result` is not COVERED, `reason` says why; ``found` says that the person is
    known, `coverage` 0 that no coverage is.

    The validity is that of the coverage that answers, [valid_from, valid_to).
    """

    result: NDArray[np.int16]
    reason: NDArray[np.int16]
    person: NDArray[np.uint8]
    found: NDArray[np.bool_]
    coverage: NDArray[np.int64]
    product: NDArray[np.int32]
    guarantee: NDArray[np.intp]
    """The row of the shelf that answers, -1 where none does."""
    ordre: NDArray[np.int16]
    valid_from: Days
    valid_to: Days

    def __len__(self) -> int:
        return len(self.result)


def decide(questions: Questions, revealed: RevealedRights, book: ProductBook, loaded: NDArray[np.int32]) -> Answers:
    """Answer n questions from the m coverages revealed for them. `loaded`: the insurers that sent any right."""
    count = len(questions)
    question, row = _join(questions.group, revealed.question)
    rank, guarantee = _ranked(questions, revealed, book, question, row)
    tie = np.where(rank == ENDED, -revealed.valid_to[row].astype(np.int64), revealed.valid_from[row].astype(np.int64))
    order = np.lexsort((revealed.coverage[row], tie, revealed.ordre[row], rank, question))
    first = order[np.unique(question[order], return_index=True)[1]]

    chosen = np.full(count, -1, np.int64)
    chosen[question[first]] = first
    found = chosen >= 0
    at = np.maximum(chosen, 0)
    if not len(row):
        return _nobody(questions, loaded)
    picked = row[at]
    reason = np.where(found, REASON_OF_RANK[rank[at]], refusals.NOT_FOUND.number).astype(np.int16)
    second = found & (reason == 0) & (revealed.ordre[picked] > 1)
    if questions.care is not None:
        second &= ~questions.care.after_first
    reason = np.where(second, refusals.SECOND_INSURER.number, reason)
    reason = np.where(_ambiguous(question, revealed.person[row], first, count), refusals.AMBIGUOUS.number, reason)
    reason = _about_insurers(reason, questions.tenant, found, loaded)
    return Answers(
        result=_results(reason),
        reason=reason,
        person=np.where(found[:, None], revealed.person[picked], 0).astype(np.uint8),
        found=found,
        coverage=np.where(found, revealed.coverage[picked], 0),
        product=np.where(found, revealed.product[picked], 0).astype(np.int32),
        guarantee=np.where(found, guarantee[at], -1),
        ordre=np.where(found, revealed.ordre[picked], 0).astype(np.int16),
        valid_from=np.where(found, revealed.valid_from[picked], questions.care_date),
        valid_to=np.where(found, revealed.valid_to[picked], questions.care_date),
    )


def _ranked(
    questions: Questions,
    revealed: RevealedRights,
    book: ProductBook,
    question: NDArray[np.intp],
    row: NDArray[np.intp],
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    day = questions.care_date[question]
    starts = revealed.valid_from[row]
    guarantee = answering_rows(book, revealed.product[row], questions, question)
    waiting_days = book.shelf.rows.waiting_days[guarantee] if len(book.shelf.rows) else np.zeros(len(row))
    waited = day >= starts + np.maximum(waiting_days, 0).astype("timedelta64[D]")
    # Each line takes precedence over those before it.
    rank = np.where(waited, OPEN, WAITING)
    rank = np.where(guarantee < 0, OTHER_DOMAIN, rank)
    rank = np.where(day >= revealed.valid_to[row], ENDED, rank)
    rank = np.where(day < starts, FUTURE, rank)
    rank = np.where(revealed.coverage[row] == 0, NONE_LEFT, rank)
    return rank, guarantee


def answering_rows(
    book: ProductBook, product: NDArray[np.int32], questions: Questions, question: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The row of each product that answers each of these questions, NO_GUARANTEE where none is in force."""
    domain, day, care = questions.domain[question], questions.care_date[question], questions.care
    if care is None:
        network = None if questions.network is None else questions.network[question]
        return book.shelf.find_domain(product, domain, day, network)
    code = care.code[question]
    found = book.shelf.find(product, code, care.sector[question], care.network[question], day)
    (whole,) = np.nonzero((code < 0) & (domain > 0))
    if len(whole):
        network = care.network[question[whole]]
        found[whole] = book.shelf.find_domain(product[whole], domain[whole], day[whole], network)
    return found


def _join(group: NDArray[np.int32], revealed_group: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Every pair (question, revealed row) of the same group."""
    by_group = np.argsort(revealed_group, kind="stable")
    ordered = revealed_group[by_group]
    start = np.searchsorted(ordered, group, "left")
    size = np.searchsorted(ordered, group, "right") - start
    question = np.repeat(np.arange(len(group)), size)
    offset = np.arange(len(question)) - np.repeat(np.cumsum(size) - size, size)
    return question, by_group[np.repeat(start, size) + offset]


def _ambiguous(
    question: NDArray[np.intp], person: NDArray[np.uint8], first: NDArray[np.intp], count: int
) -> NDArray[np.bool_]:
    """True for a question whose rows belong to more than one person."""
    chosen_person = np.zeros((count, person.shape[1]), np.uint8)
    chosen_person[question[first]] = person[first]
    other = (person != chosen_person[question]).any(axis=1)
    return np.bincount(question[other], minlength=count) > 0


def _about_insurers(
    reason: NDArray[np.int16], tenant: NDArray[np.int32], found: NDArray[np.bool_], loaded: NDArray[np.int32]
) -> NDArray[np.int16]:
    if not found.all():
        silent = ~found & ~np.isin(tenant, loaded)
        reason = np.where(silent, refusals.INSURER_NOT_LOADED.number, reason)
    return np.where(tenant == 0, refusals.INSURER_UNKNOWN.number, reason).astype(np.int16)


def _results(reason: NDArray[np.int16]) -> NDArray[np.int16]:
    return RESULT_OF_REASON[reason]


def _nobody(questions: Questions, loaded: NDArray[np.int32]) -> Answers:
    count = len(questions)
    found = np.zeros(count, np.bool_)
    reason = np.full(count, refusals.NOT_FOUND.number, np.int16)
    reason = _about_insurers(reason, questions.tenant, found, loaded)
    return Answers(
        result=_results(reason),
        reason=reason,
        person=np.zeros((count, 16), np.uint8),
        found=found,
        coverage=np.zeros(count, np.int64),
        product=np.zeros(count, np.int32),
        guarantee=np.full(count, -1, np.intp),
        ordre=np.zeros(count, np.int16),
        valid_from=questions.care_date,
        valid_to=questions.care_date,
    )
