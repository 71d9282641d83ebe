"""Who is covered on which day: the cases drawn as tables, and the columns checked against one question at a time.

Each letter of `persons` is somebody; a coverage is person:product:first day..first day outside, days of 2026 written
month/day. Product 1 covers medicine from the first day and dental care after thirty; product 2 covers medicine only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloison.disclosure import Result, RevealedRights
from cloison.rights import refusals
from cloison.rights.eligibility import Questions, decide
from cloison.rights.guarantees import Networks, ProductBook, Products
from cloison.rules import Domain
from cloison.rules.produits import ANY_DOCTOR, WHOLE_DOMAIN
from cloison.rules.shelf import Rows, Shelf

TENANT, OTHER, UNLOADED, UNKNOWN = 1, 2, 3, 0
LOADED = np.array([TENANT, OTHER], np.int32)
LAST = date.max
NAMES = {reason.number: reason.code.removeprefix("rights.") for reason in refusals.CATALOGUE}


def day(text: str) -> date:
    """ "3/14" is 14 March 2026; "-" has no end."""
    if text == "-":
        return LAST
    month, number = text.split("/")
    return date(2026, int(month), int(number))


@dataclass(frozen=True)
class Row:
    """A coverage revealed for a question. Coverage 0: the person is known and has none left."""

    question: int
    person: int
    coverage: int
    product: int
    start: date
    end: date
    ordre: int = 1


GUARANTEES = [  # product, domain, first day, first day outside, formula, waiting days: sorted as the book is
    (1, "MED", date(2020, 1, 1), LAST, 1, -1),
    (1, "DENT", date(2020, 1, 1), LAST, 1, 30),
    (2, "MED", date(2020, 1, 1), date(2026, 6, 1), 1, -1),
    (2, "MED", date(2026, 6, 1), LAST, 1, 10),
    (2, "DENT", date(2020, 1, 1), LAST, 0, -1),
]


NO_NETWORK = Networks(
    np.empty(0, np.int32), np.empty(0, "S9"), np.empty(0, "datetime64[D]"), np.empty(0, "datetime64[D]")
)


def book(rows: Sequence[tuple[int, str, date, date, int, int]] = tuple(GUARANTEES)) -> ProductBook:
    rows = sorted(rows, key=lambda row: (row[0], Domain[row[1]], row[2]))
    count = len(rows)
    none = np.full(count, -1, np.int64)
    return ProductBook(
        Products(
            product=np.array([1, 2], np.int32),
            tenant=np.array([TENANT, TENANT], np.int32),
            responsable=np.array([True, True]),
            convention=np.array([b"", b""]),
            csr=np.array([b"", b""]),
            code=np.array([b"1", b"2"]),
        ),
        Shelf(
            Rows(
                product=np.array([row[0] for row in rows], np.int32),
                domain=np.array([Domain[row[1]] for row in rows], np.int16),
                family=np.full(count, WHOLE_DOMAIN, np.int16),
                optam=np.full(count, ANY_DOCTOR, np.int16),
                network=np.zeros(count, np.bool_),
                valid_from=np.array([row[2] for row in rows], "datetime64[D]"),
                valid_to=np.array([row[3] for row in rows], "datetime64[D]"),
                formula=np.array([row[4] for row in rows], np.int16),
                rate_bp=np.full(count, 10_000, np.int32),
                amount_cents=none,
                act_cap_cents=none,
                day_cap_cents=none,
                pair_cap_cents=none,
                tooth_cap_cents=none,
                annual_ceiling_cents=none,
                waiting_days=np.array([row[5] for row in rows], np.int32),
            )
        ),
        NO_NETWORK,
    )


def revealed(rows: Sequence[Row]) -> RevealedRights:
    persons = np.zeros((len(rows), 16), np.uint8)
    persons[:, 0] = [row.person for row in rows]
    return RevealedRights(
        question=np.array([row.question for row in rows], np.int32),
        person=persons,
        coverage=np.array([row.coverage for row in rows], np.int64),
        product=np.array([row.product for row in rows], np.int32),
        quality=np.ones(len(rows), np.int16),
        ordre=np.array([row.ordre for row in rows], np.int16),
        valid_from=np.array([row.start for row in rows], "datetime64[D]"),
        valid_to=np.array([row.end for row in rows], "datetime64[D]"),
    )


def questions(asked: Sequence[tuple[int, str, date]]) -> Questions:
    return Questions(
        group=np.arange(len(asked), dtype=np.int32),
        tenant=np.array([tenant for tenant, _, _ in asked], np.int32),
        domain=np.array([Domain[domain] for _, domain, _ in asked], np.int16),
        care_date=np.array([when for _, _, when in asked], "datetime64[D]"),
    )


def coverages(drawn: str) -> list[Row]:
    rows: list[Row] = []
    for number, text in enumerate(drawn.split(), 1):
        person, product, *rest = text.split(":")
        if not rest:
            rows.append(Row(0, ord(person), 0, 0, date(1900, 1, 1), date(1900, 1, 1)))
            continue
        start, end = rest[0].split("..")
        rows.append(
            Row(0, ord(person), number, int(product), day(start), day(end), int(rest[1]) if len(rest) > 1 else 1)
        )
    return rows


CASES = """
    coverages                           | insurer | care   | on    || answer       | reason               | coverage
    ------------------------------------+---------+--------+-------++--------------+----------------------+---------
    A:1:1/1..-                          | 1       | MED    | 3/14  || covered      |                      | 1
    A:1:3/14..3/15                      | 1       | MED    | 3/14  || covered      |                      | 1
    A:1:1/1..3/14                       | 1       | MED    | 3/14  || not_covered  | closed               | 1
    A:1:3/15..-                         | 1       | MED    | 3/14  || not_covered  | not_started          | 1
    A:1:1/1..-                          | 1       | DENT   | 1/30  || not_covered  | waiting_period       | 1
    A:1:1/1..-                          | 1       | DENT   | 1/31  || covered      |                      | 1
    A:1:1/1..-                          | 1       | OPTI   | 3/14  || not_covered  | domain_not_covered   | 1
    A:2:1/1..-                          | 1       | DENT   | 3/14  || not_covered  | domain_not_covered   | 1
    A:2:5/25..-                         | 1       | MED    | 5/31  || covered      |                      | 1
    A:2:5/25..-                         | 1       | MED    | 6/3   || not_covered  | waiting_period       | 1
    A:9:1/1..-                          | 1       | MED    | 3/14  || not_covered  | domain_not_covered   | 1
    A:1:1/1..-:2                        | 1       | MED    | 3/14  || undetermined | second_insurer       | 1
    A:1:1/1..-:2 A:2:1/1..-             | 1       | MED    | 3/14  || covered      |                      | 2
    A:1:1/1..3/1:2 A:2:1/1..-:2         | 1       | MED    | 3/14  || undetermined | second_insurer       | 2
    A:1:1/1..-:2                        | 1       | OPTI   | 3/14  || not_covered  | domain_not_covered   | 1
    A:2:1/1..2/1 A:1:2/1..-             | 1       | MED    | 1/31  || covered      |                      | 1
    A:2:1/1..2/1 A:1:2/1..-             | 1       | MED    | 2/1   || covered      |                      | 2
    A:1:1/1..2/1 A:1:1/1..3/1           | 1       | MED    | 3/14  || not_covered  | closed               | 2
    A:1:5/1..- A:1:4/1..-               | 1       | MED    | 3/14  || not_covered  | not_started          | 2
    A:1:1/1..2/1 A:1:4/1..-             | 1       | MED    | 3/14  || not_covered  | closed               | 1
    A:1:1/1..2/1 A:2:1/1..-             | 1       | DENT   | 3/14  || not_covered  | domain_not_covered   | 2
    A:1:3/1..- A:2:1/1..2/1             | 1       | DENT   | 3/14  || not_covered  | waiting_period       | 1
    A:1:1/1..- A:1:2/1..-               | 1       | MED    | 3/14  || covered      |                      | 1
    A:1:1/1..- B:1:1/1..-               | 1       | MED    | 3/14  || undetermined | ambiguous            |
    A:1:1/1..- B:1:1/1..2/1             | 1       | MED    | 3/14  || undetermined | ambiguous            |
    A:1:1/1..- B:0                      | 1       | MED    | 3/14  || undetermined | ambiguous            |
    A:0                                 | 1       | MED    | 3/14  || not_found    | not_found            | 0
                                        | 1       | MED    | 3/14  || not_found    | not_found            | 0
                                        | 3       | MED    | 3/14  || undetermined | insurer_not_loaded   | 0
                                        | 0       | MED    | 3/14  || undetermined | insurer_unknown      | 0
"""


def cases() -> list[list[str]]:
    _, _, *body = CASES.strip().splitlines()
    return [[cell.strip() for cell in line.replace("||", "|").split("|")] for line in body]


@pytest.mark.parametrize("case", cases(), ids=lambda case: " ".join(case[:4]))
def test_an_answer_is_the_one_drawn(case: list[str]):
    drawn, insurer, domain, when, answer, reason, coverage = case
    answers = decide(questions([(int(insurer), domain, day(when))]), revealed(coverages(drawn)), book(), LOADED)
    assert Result(int(answers.result[0])).name.lower() == answer
    assert NAMES.get(int(answers.reason[0]), "") == reason
    if coverage:
        assert answers.coverage[0] == int(coverage)
    assert bool(answers.found[0]) == bool(drawn)


def test_the_validity_of_an_answer_is_that_of_the_coverage_that_answers():
    answers = decide(
        questions([(TENANT, "MED", day("3/14"))]), revealed(coverages("A:2:1/1..2/1 A:1:2/1..9/1")), book(), LOADED
    )
    assert (answers.valid_from[0], answers.valid_to[0]) == (np.datetime64("2026-02-01"), np.datetime64("2026-09-01"))


def test_several_lines_share_what_was_revealed_once_and_each_has_its_own_answer():
    asked = Questions(
        group=np.array([5, 5, 7, 5], np.int32),
        tenant=np.full(4, TENANT, np.int32),
        domain=np.array([Domain[name] for name in ("MED", "OPTI", "MED", "DENT")], np.int16),
        care_date=np.array([day("3/14")] * 3 + [day("1/10")], "datetime64[D]"),
    )
    rows = [Row(5, 65, 1, 1, day("1/1"), LAST)]
    answers = decide(asked, revealed(rows), book(), LOADED)
    names = [NAMES.get(number, "") for number in answers.reason.tolist()]
    assert names == ["", "domain_not_covered", "not_found", "waiting_period"]


def test_a_product_without_any_guarantee_covers_nothing():
    answers = decide(questions([(TENANT, "MED", day("3/14"))]), revealed(coverages("A:1:1/1..-")), book([]), LOADED)
    assert NAMES[int(answers.reason[0])] == "domain_not_covered"


# ---------------------------------------------------------------------------------------------------- the slow oracle


def one_by_one(tenant: int, domain: str, when: date, rows: Sequence[Row]) -> tuple[int, int]:
    """(reason, coverage) of one question, read out of the description and nothing else."""
    if tenant == UNKNOWN:
        return refusals.INSURER_UNKNOWN.number, -1
    if not rows:
        loaded = tenant in LOADED.tolist()
        return (refusals.NOT_FOUND if loaded else refusals.INSURER_NOT_LOADED).number, 0
    if len({row.person for row in rows}) > 1:
        return refusals.AMBIGUOUS.number, -1

    def quality(row: Row) -> tuple[int, int, int, int]:
        rank = _rank(row, domain, when)
        tie = -row.end.toordinal() if rank == 3 else row.start.toordinal()
        return rank, row.ordre, tie, row.coverage

    best = min(rows, key=quality)
    if _rank(best, domain, when) == 0:
        return (refusals.SECOND_INSURER.number if best.ordre > 1 else 0), best.coverage
    whys = (refusals.WAITING_PERIOD, refusals.DOMAIN_NOT_COVERED, refusals.CLOSED, refusals.NOT_STARTED)
    whys = (*whys, refusals.NOT_FOUND)
    return whys[_rank(best, domain, when) - 1].number, best.coverage


def _rank(row: Row, domain: str, when: date) -> int:
    if row.coverage == 0:
        return 5
    if when < row.start:
        return 4
    if when >= row.end:
        return 3
    in_force = [
        each
        for each in GUARANTEES
        if (each[0], each[1]) == (row.product, domain) and each[2] <= when < each[3] and each[4]
    ]
    if not in_force:
        return 2
    return 0 if when >= row.start + timedelta(days=max(in_force[0][5], 0)) else 1


DAYS = st.dates(date(2026, 5, 1), date(2026, 7, 20))
COVERAGES = st.tuples(
    st.sampled_from([1, 1, 1, 2, 9]), DAYS, st.integers(1, 60), st.booleans(), st.sampled_from([1, 1, 2])
)
ASKED = st.tuples(
    st.sampled_from([TENANT, TENANT, TENANT, TENANT, OTHER, UNLOADED, UNKNOWN]),
    st.sampled_from(["MED", "DENT", "OPTI"]),
    DAYS,
    st.lists(st.tuples(st.sampled_from([65, 65, 65, 65, 66]), st.one_of(st.none(), COVERAGES)), max_size=4),
)


def _rows(question: int, family: Sequence[tuple[int, tuple[int, date, int, bool, int] | None]]) -> list[Row]:
    """What the database would reveal: a person has coverages, or one row that says that none is left."""
    rows: list[Row] = []
    have = {person for person, held in family if held}
    for number, (person, held) in enumerate(family, 1):
        if held:
            product, start, length, open_end, ordre = held
            end = LAST if open_end else start + timedelta(days=length)
            rows.append(Row(question, person, 10 * question + number, product, start, end, ordre))
        elif person not in have:
            rows.append(Row(question, person, 0, 0, date(1900, 1, 1), date(1900, 1, 1)))
            have.add(person)
    return rows


@given(st.lists(ASKED, max_size=12), st.randoms(use_true_random=False))
def test_columns_answer_as_one_question_at_a_time(asked: list, chance: Random):
    families = [
        _rows(number, family if tenant in (TENANT, OTHER) else [])
        for number, (tenant, _, _, family) in enumerate(asked)
    ]
    shuffled = [row for rows in families for row in rows]
    chance.shuffle(shuffled)
    answers = decide(questions([(each[0], each[1], each[2]) for each in asked]), revealed(shuffled), book(), LOADED)
    for number, (tenant, domain, when, _) in enumerate(asked):
        reason, coverage = one_by_one(tenant, domain, when, families[number])
        assert answers.reason[number] == reason
        if coverage >= 0:
            assert answers.coverage[number] == coverage
