"""The space of questions that policies can be asked: finite, because they only compare numbers. Tests walk in it."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from random import Random

from cloison.identity.actor import ActorKind, Channel, Means
from cloison.identity.duties import POSTS, Post
from cloison.identity.permission_engine import Answer, Policies, Question, text_of
from cloison.identity.permissions import CHANNELS, Permission

SCHEMA = text_of("cloison.cedarschema")
WHO, WALLS = text_of("who.cedar"), text_of("walls.cedar")

ANOTHER = -1
PURPOSES = (0, 1, 2, 3, 4, 5, 6)
PROOFS = (0, 1, 2, 3, 4, 5)
BOOLS = (False, True)


def renamings(size: int) -> list[tuple[int, ...]]:
    """Every way in which `size` numbers can be zero or the same, named in the order they appear."""
    found = {tuple(_renamed(choice)) for choice in itertools.product(range(size + 1), repeat=size)}
    return sorted(found)


def _renamed(numbers: Iterable[int]) -> list[int]:
    names = {0: 0}
    return [names.setdefault(number, len(names)) for number in numbers]


KINDS = tuple(kind.value for kind in ActorKind)
ROOMS = tuple(CHANNELS[channel] for channel in Channel)
MEANS = tuple(means.value for means in Means)
FOUR, TWO = renamings(4), renamings(2)

DOMAINS: dict[str, tuple[object, ...]] = {
    "kind": KINDS,
    "channel": ROOMS,
    "means": MEANS,
    "stepped_up": BOOLS,
    "given": BOOLS,
    "frozen": BOOLS,
    "purpose": PURPOSES,
    "proof": PROOFS,
    "accounts": tuple(FOUR),
    "organisations": tuple(FOUR),
    "practices": tuple(TWO),
    "tenants": tuple(FOUR),
    "practice_bound": ("none", "in", "out"),
    "tenant_bound": ("none", "in", "out"),
    "purpose_bound": ("none", "in", "out"),
}
"""All that a question says besides its permission, each with all its values: their product is the whole space."""

Choice = Mapping[str, object]


def question(permission: str, choice: Choice) -> Question:
    """The question of one point of the space."""
    practices, tenants = numbers(choice, "practices"), numbers(choice, "tenants")
    purpose = _number(choice, "purpose")
    return Question(
        permission,
        str(choice["kind"]),
        str(choice["channel"]),
        str(choice["means"]),
        choice["stepped_up"] is True,
        choice["given"] is True,
        choice["frozen"] is True,
        purpose,
        _number(choice, "proof"),
        (numbers(choice, "accounts"), numbers(choice, "organisations"), practices, tenants),
        _bound(choice["practice_bound"], practices[1]),
        _bound(choice["tenant_bound"], tenants[1]),
        _bound(choice["purpose_bound"], purpose),
    )


def numbers(choice: Choice, name: str) -> tuple[int, ...]:
    """The renamed accounts, organisations, practices or tenants of a point: actor, resource, approvals."""
    found = choice[name]
    assert isinstance(found, tuple)
    return found


def _number(choice: Choice, name: str) -> int:
    found = choice[name]
    assert isinstance(found, int)
    return found


def _bound(how: object, name: int) -> tuple[int, ...]:
    return {"none": (), "in": (name,), "out": (ANOTHER,)}[str(how)]


def best(post: Post, permission: Permission, channel: Channel) -> dict[str, object]:
    """The point where the holder of a post meets every condition of a permission: allowed, if anything is."""
    insurer = 1 if post.kind is ActorKind.INSURER or permission.value.startswith("insurer:") else 0
    office = channel in (Channel.OFFICE, Channel.EXPORT)
    worker = 0 if office else insurer
    means = {
        Channel.PORTAL: Means.PASSKEY, Channel.INSURER: Means.PASSKEY, Channel.CITIZEN: Means.PASSKEY,
        Channel.OFFICE: Means.PASSKEY, Channel.EXPORT: Means.PASSKEY,
    }.get(channel, Means.CERTIFICATE)  # fmt: skip
    asks = permission in (Permission.ELIGIBILITY_ASK, Permission.QUOTE_ASK)
    states = permission in (Permission.STATEMENT_READ, Permission.PERSON_READ)
    return {
        "kind": post.kind.value,
        "channel": CHANNELS[channel],
        "means": means.value,
        "stepped_up": True,
        "given": True,
        "frozen": False,
        "purpose": 1 if asks else 3 if permission is Permission.CLAIM_SUBMIT else 4 if states else 0,
        "proof": 3 if asks else 0,
        "accounts": (1, 1, 2, 3),
        "organisations": (1, 1, 2, 3),
        "practices": (0, 0) if office or insurer else (1, 1),
        "tenants": (worker, 1, 0, 1),
        "practice_bound": "none",
        "tenant_bound": "none",
        "purpose_bound": "none",
    }


def best_points() -> Iterator[tuple[Permission, dict[str, object]]]:
    """One for each permission, kind of actor and channel of its posts."""
    known: set[tuple[Permission, ActorKind, Channel]] = set()
    for post in POSTS.values():
        for permission, channel in itertools.product(sorted(post.permissions), post.channels):
            if (permission, post.kind, channel) not in known:
                known.add((permission, post.kind, channel))
                yield permission, best(post, permission, channel)


def around(point: Choice, *dimensions: str) -> Iterator[dict[str, object]]:
    """Every point that differs from this one in these dimensions at most."""
    for values in itertools.product(*(DOMAINS[dimension] for dimension in dimensions)):
        yield {**point, **dict(zip(dimensions, values, strict=True))}


def anywhere(random: Random) -> dict[str, object]:
    """A point drawn at random."""
    return {name: random.choice(values) for name, values in DOMAINS.items()}


def near(random: Random, point: Choice) -> dict[str, object]:
    """A point that differs from this one in three dimensions at most: where most of what is allowed lies."""
    return {**point, **{name: random.choice(DOMAINS[name]) for name in random.sample(sorted(DOMAINS), 3)}}


class Asked:
    """A set of policies, each question asked once."""

    def __init__(self, text: str = WHO + WALLS) -> None:
        self._policies = Policies.parse(text, SCHEMA)
        self._known: dict[Question, Answer] = {}

    def __call__(self, permission: str, choice: Choice) -> Answer:
        asked = question(permission, choice)
        if asked not in self._known:
            self._known[asked] = self._policies.answer(asked)
        return self._known[asked]

    def __len__(self) -> int:
        return len(self._known)
