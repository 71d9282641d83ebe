"""One error object: what a caller is told, and under which HTTP status."""

import pytest

from cloison.disclosure.reasons import CHANNEL_FROZEN, NOT_COMMITTED
from cloison.errors import Defect, Misuse, Place, Problem, Reason, Unavailable
from cloison.gateways.files.counter_reasons import VALUE_WRONG
from cloison.ops.reasons import BUG, FILE_MISSING
from cloison.storage.reasons import DATABASE_UNREACHABLE


def test_a_problem_says_what_its_reason_says() -> None:
    problem = Problem.of(VALUE_WRONG, "r1")
    assert (problem.code, problem.message, problem.action) == (
        "csv.value_wrong",
        VALUE_WRONG.message,
        VALUE_WRONG.action,
    )
    assert (problem.actor, problem.retry, problem.request_id) == (VALUE_WRONG.actor, VALUE_WRONG.retry, "r1")


def test_a_problem_keeps_the_place_and_cause_of_a_defect() -> None:
    problem = Problem.of(Defect(VALUE_WRONG, Place("a.csv", 3, "nir"), "digits are wanted"))
    assert (str(problem.place), problem.cause) == ("a.csv, line 3, nir", "digits are wanted")


def test_a_problem_keeps_the_cause_of_a_fault() -> None:
    assert Problem.of(Unavailable(DATABASE_UNREACHABLE, cause="OSError")).cause == "OSError"
    assert Problem.of(Misuse(FILE_MISSING)).place is None


def test_a_problem_points_at_the_page_of_its_code() -> None:
    assert Problem.of(BUG).doc_url == "/errors/ops.bug"
    assert Problem.of(BUG, site="https://tp.example").doc_url == "https://tp.example/errors/ops.bug"


@pytest.mark.parametrize(
    ("reason", "status", "retry_after"),
    [
        (VALUE_WRONG, 422, None),
        (CHANNEL_FROZEN, 503, 30),
        (NOT_COMMITTED, 503, 1),
        (DATABASE_UNREACHABLE, 503, 30),
        (FILE_MISSING, 500, None),
    ],
)
def test_a_status_follows_from_the_number_and_the_retry(reason: Reason, status: int, retry_after: int | None) -> None:
    problem = Problem.of(reason)
    assert (problem.status, problem.retry_after) == (status, retry_after)
