"""T1 to T6, what never happens, whatever anybody was given. Walked through exhaustively in what each theorem reads.

A theorem rests on a forbid, and a forbid wins: it holds everywhere if that forbid fires wherever the hypothesis holds.
What the forbid reads is known from its text (test_permissions_shape.py), so walking through those values is walking
through all. Each test is run again on policies from which that forbid was taken, and must then find the hole.
"""

import re
from collections.abc import Callable, Iterator
from random import Random

import pytest
from tests.security import permission_oracle as oracle
from tests.security.permission_space import (
    SCHEMA,
    WALLS,
    WHO,
    Asked,
    Choice,
    anywhere,
    around,
    best_points,
    near,
    numbers,
    question,
)
from tests.security.policies_accepted import ACCEPTED, SENSITIVE

from cloison.errors import Unavailable
from cloison.identity.permission_engine import Policies
from cloison.identity.permissions import Permission

Point = tuple[Permission, Choice]
ASKS = (Permission.ELIGIBILITY_ASK, Permission.QUOTE_ASK)


def without(*walls: str) -> str:
    """The policies, less these forbids."""
    parts = re.split(r"(?=^@id)", WALLS, flags=re.MULTILINE)
    kept = [part for part in parts if not part.startswith(tuple(f'@id("{wall}")' for wall in walls))]
    assert len(kept) == len(parts) - len(walls)
    return WHO + "".join(kept)


def frozen() -> Iterator[Point]:
    """T1, first half: the caller's channel is frozen."""
    for permission, point in best_points():
        for choice in around(point, "kind", "channel"):
            yield permission, {**choice, "frozen": True}


def of_another_insurer() -> Iterator[Point]:
    """T2: an insurer's user, or whoever works for one, and a thing that is not that insurer's. All approved."""
    for permission, point in best_points():
        for choice in around(point, "kind", "tenants"):
            own, asked, *approved = numbers(choice, "tenants")
            if approved == [0, asked] and (choice["kind"] == "insurer" or own) and (own == 0 or asked != own):
                yield permission, choice


def without_proof() -> Iterator[Point]:
    """T3: a question about a person, and nothing that shows the person, or only that care was billed."""
    for permission, point in best_points():
        if permission in ASKS:
            for choice in around(point, "proof", "kind", "channel", "means"):
                if choice["proof"] not in (1, 2, 3):
                    yield permission, choice


def unapproved() -> Iterator[Point]:
    """T4: an export, and not two approvals of two others, one of the operator and one of the insurer concerned."""
    for permission, point in best_points():
        if permission is Permission.EXPORT_WRITE and point["channel"] == "export":
            for choice in (*around(point, "accounts", "organisations"), *around(point, "tenants", "kind")):
                asker, _, first, second = numbers(choice, "accounts")
                _, _, house, other = numbers(choice, "organisations")
                _, concerned, of_first, of_second = numbers(choice, "tenants")
                two = first and second and first != second and asker not in (first, second)
                apart = house and other and house != other
                if not (two and apart and concerned and of_first == 0 and of_second == concerned):
                    yield permission, choice


THEOREMS: dict[str, tuple[Callable[[], Iterator[Point]], tuple[str, ...]]] = {
    "T1 a frozen channel does nothing": (frozen, ("channel_frozen",)),
    "T2 an insurer never touches another's": (of_another_insurer, ("other_insurer",)),
    "T3 no question without proof": (without_proof, ("no_proof", "no_card")),
    "T4 an export has two approvers of two organisations": (
        unapproved,
        ("second_person", "two_organisations", "export_approvers"),
    ),
}


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked()


@pytest.mark.parametrize("theorem", THEOREMS)
def test_it_never_happens(asked: Asked, theorem: str) -> None:
    points, walls = THEOREMS[theorem]
    walked = 0
    for permission, choice in points():
        answer = asked(permission, choice)
        assert not answer.allowed, (permission, choice)
        assert set(walls) & set(answer.walls), (permission, choice)
        walked += 1
    assert walked > 100


@pytest.mark.parametrize(
    ("theorem", "wall"),
    [(theorem, wall) for theorem, (_, walls) in THEOREMS.items() for wall in walls if wall != "no_card"],
)
def test_it_would_happen_without_its_wall(theorem: str, wall: str) -> None:
    """So the walk passes where the hole would be. (`no_card` narrows further than the theorem asks.)"""
    points, _ = THEOREMS[theorem]
    weaker = Asked(without(wall))
    assert any(weaker(permission, choice).allowed for permission, choice in points())


def test_freezing_a_channel_changes_nothing_for_another() -> None:
    """T1, second half: no rule but one reads the freeze, and that one reads it for the caller's own channel."""
    readers = [part for part in re.split(r"(?=^@id)", WHO + WALLS, flags=re.MULTILINE) if "context.frozen" in part]
    assert len(readers) == 1
    assert "when { context.frozen.contains(principal.channel) };" in readers[0]


def test_what_the_policies_say_is_what_the_design_says(asked: Asked) -> None:
    """Many points, near what is allowed and anywhere, against the referee."""
    random, allowed = Random(20261122), 0
    best = list(best_points())
    for turn in range(16_000):
        permission, point = random.choice(best)
        choice = near(random, point) if turn % 6 else anywhere(random)
        found = asked(permission, choice).allowed
        assert found == oracle.allowed(permission, choice), (permission, choice, found)
        allowed += found
    assert allowed > 1_000
    assert len(asked) > 10_000


@pytest.mark.parametrize("wall", re.findall(r'^@id\("(\w+)"\)', WALLS, flags=re.MULTILINE))
def test_every_wall_is_missed_by_the_referee(wall: str) -> None:
    """Take any one away, and somewhere near what is allowed the policies say yes where the design says no."""
    weaker, random, best = Asked(without(wall)), Random(7), list(best_points())
    for _ in range(12_000):
        permission, point = random.choice(best)
        choice = near(random, point)
        if not oracle.allowed(permission, choice) and weaker(permission, choice).allowed:
            return
    pytest.fail(f"nothing misses {wall}")


def widened(text: str, accepted: str) -> list[Point]:
    """T5: where policies allow a sensitive permission that the accepted ones refuse."""
    new, old, random = Asked(text), Asked(accepted), Random(5)
    points = [(permission, point) for permission, point in best_points() if permission in SENSITIVE]
    walk = [
        (permission, choice)
        for permission, point in points
        for choice in (*around(point, "kind", "channel"), *(near(random, point) for _ in range(40)))
    ]
    return [each for each in walk if new(*each).allowed and not old(*each).allowed]


def test_sensitive_permissions_are_never_widened_without_two_approvals() -> None:
    """T5. policies_accepted.py says how: two people sign the digest of what they accept."""
    assert widened(WHO + WALLS, ACCEPTED) == []


@pytest.mark.parametrize(
    "text",
    [
        without("step_up"),
        without("second_person"),
        WHO.replace('["insurer", "staff"].contains(principal.kind) && principal.channel == "export"', "true") + WALLS,
        WHO.replace('principal.kind == "staff" && principal.channel == "office"', 'principal.channel == "office"')
        + WALLS,
    ],
    ids=["no step-up", "no second person", "export by anybody", "office by anybody"],
)
def test_a_widening_is_found(text: str) -> None:
    assert text != WHO + WALLS
    assert widened(text, ACCEPTED)


def test_no_policy_ever_fails() -> None:
    """T6. They are typed strictly against the schema when parsed; an answer with an error would raise."""
    policies, random = Policies.parse(WHO + WALLS, SCHEMA), Random(6)
    for _ in range(3_000):
        permission = random.choice(list(Permission))
        policies.answer(question(permission, anywhere(random)))


def test_a_policy_that_fails_allows_nothing() -> None:
    """The strict types do not catch an overflow: evaluation does, and the answer is a fault, not a decision."""
    failing = (
        WHO + WALLS + "permit (principal, action, resource) when { 9223372036854775807 + principal.account == 1 };"
    )
    policies = Policies.parse(failing, SCHEMA)
    permission, point = next(iter(best_points()))
    with pytest.raises(Unavailable, match="a policy failed"):
        policies.answer(question(permission, point))


@pytest.mark.parametrize(
    "mistake",
    [
        "permit (principal, action, resource) when { principal.age == 3 };",
        'permit (principal, action, resource) when { principal.tenant == "3" };',
        'permit (principal, action == Action::"practice:everything:do", resource);',
        "permit (principal, action, resource",
    ],
)
def test_policies_that_do_not_fit_the_schema_are_not_taken(mistake: str) -> None:
    with pytest.raises(Unavailable):
        Policies.parse(WHO + WALLS + mistake, SCHEMA)
