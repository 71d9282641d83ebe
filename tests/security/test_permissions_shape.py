"""The policies only compare: so renaming numbers is harmless, the space of questions finite, its walk a proof."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.security import permission_book
from tests.security.permission_space import WALLS, WHO, Asked, best_points

from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.duties import POSTS, Duty, scopes
from cloison.identity.permission_engine import decide
from cloison.identity.permission_reasons import OF_WALL
from cloison.identity.permissions import (
    CHANNELS,
    Approval,
    Circumstances,
    Permission,
    Resource,
    permit,
)

Node = Any  # the tree of a policy, as JSON

FAMILIES = ("account", "organisation", "practice", "tenant")
HOLDERS = ("principal", "resource", "context.first", "context.second")
BOUNDS = {
    "principal.practices": "resource.practice",
    "principal.tenants": "resource.tenant",
    "principal.purposes": "context.purpose",
    "principal.scopes": "context.permission",
    "context.frozen": "principal.channel",
}
FREE = {"principal.kind", "principal.channel", "principal.means", "principal.stepped_up", "context.purpose",
        "context.proof", "context.permission"}  # fmt: skip
"""Of these every value is walked through, so a policy may do with them what it likes."""


def path(node: Node) -> str:
    """`principal.tenant` for such a node; empty for another."""
    if "Var" in node:
        return str(node["Var"])
    if "." in node:
        before = path(node["."]["left"])
        return f"{before}.{node['.']['attr']}" if before else ""
    return ""


def is_number(name: str) -> bool:
    holder, _, attribute = name.rpartition(".")
    return attribute in FAMILIES and holder in HOLDERS


def oddities(node: Node) -> Iterator[str]:
    """Whatever a policy does with a number or a bound besides comparing it."""
    if isinstance(node, list):
        for each in node:
            yield from oddities(each)
        return
    if not isinstance(node, dict):
        return
    for operator, operands in node.items():
        if operator in ("==", "!="):
            sides = [operands["left"], operands["right"]]
            names = [path(side) for side in sides]
            families = {name.rpartition(".")[2] for name in names if is_number(name)}
            if families:
                others = [side for side in sides if not is_number(path(side))]
                if len(families) > 1 or any(other != {"Value": 0} for other in others):
                    yield f"{operator} of {names}"
                continue
        if operator == "contains" and path(operands["left"]) in BOUNDS:
            if path(operands["right"]) != BOUNDS[path(operands["left"])]:
                yield f"{path(operands['left'])} contains {path(operands['right'])}"
            continue
        if operator == "isEmpty" and path(operands["arg"]) in BOUNDS:
            continue
        name = path({operator: operands}) if operator in (".", "Var") else ""
        if name:
            if name not in FREE:
                yield name
            continue
        yield from oddities(operands)


def policies(text: str) -> dict[str, Node]:
    """The conditions of each policy, by its name."""
    found = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    return {each["annotations"]["id"]: each["conditions"] for each in found}


def test_policies_ask_of_numbers_only_whether_they_are_the_same_or_nobody() -> None:
    assert list(oddities(list(policies(WHO + WALLS).values()))) == []


@pytest.mark.parametrize(
    "condition",
    [
        "principal.tenant < 5",
        "principal.tenant == 84",
        "principal.account == resource.tenant",
        'context.frozen.contains("portal")',
        "principal.tenants.contains(principal.tenant)",
        'principal.scopes.contains("practice:claim:read")',
        "principal.practice + 1 == 2",
        "[1, 2].contains(resource.tenant)",
    ],
)
def test_a_policy_that_does_more_is_found(condition: str) -> None:
    text = f'@id("odd") permit (principal, action, resource) when {{ {condition} }};'
    assert list(oddities(list(policies(text).values())))


def test_each_policy_has_a_name_of_its_own_and_each_wall_its_words() -> None:
    permits, forbids = policies(WHO), policies(WALLS)
    assert len(permits) == WHO.count("\npermit (")
    assert len(forbids) == WALLS.count("\nforbid (")
    assert forbids.keys() == OF_WALL.keys()
    assert not permits.keys() & forbids.keys()


def test_each_permission_is_given_by_a_post_that_can_use_it() -> None:
    asked = Asked()
    used = {permission for permission, point in best_points() if asked(permission, point).allowed}
    assert used == set(Permission)
    assert {permission for post in POSTS.values() for permission in post.permissions} == set(Permission)


def test_each_post_can_use_each_permission_that_it_is_given() -> None:
    asked = Asked()
    for permission in Permission:
        for post in POSTS.values():
            if permission in post.permissions:
                points = [point for given_one, point in best_points() if given_one is permission]
                channels = {CHANNELS[channel] for channel in post.channels}
                assert any(
                    asked(permission, point).allowed
                    for point in points
                    if point["kind"] == post.kind.value and point["channel"] in channels
                ), (permission, post)


SMALL = st.integers(0, 3)
SETS = st.frozensets(st.integers(1, 4), max_size=3)
APPROVALS = st.lists(st.builds(Approval, SMALL, SMALL, SMALL), max_size=2).map(tuple)
ACTORS = st.builds(
    Actor, SMALL, st.sampled_from(ActorKind), st.sampled_from(Channel), st.sampled_from(Means), SMALL, SMALL, SMALL,
    st.frozensets(st.sampled_from([each.value for each in Permission]), min_size=20), SETS, SETS,
    stepped_up=st.booleans(), practices=SETS,
)  # fmt: skip
CIRCUMSTANCES = st.builds(
    Circumstances, st.integers(0, 6), st.integers(0, 5), st.frozensets(st.sampled_from(Channel), max_size=2), APPROVALS
)


@settings(max_examples=200, deadline=None)
@given(ACTORS, st.sampled_from(Permission), st.builds(Resource, SMALL, SMALL, SMALL, SMALL), CIRCUMSTANCES)
def test_a_remembered_answer_is_the_answer_to_the_request_as_it_came(
    actor: Actor, permission: Permission, resource: Resource, circumstances: Circumstances
) -> None:
    """The request is given to Cedar a second time, with its own numbers and whole sets."""
    assert (permit(actor, permission, resource, circumstances) is None) == as_it_came(
        actor, permission, resource, circumstances
    )


def as_it_came(actor: Actor, permission: Permission, resource: Resource, circumstances: Circumstances) -> bool:
    approvals = [*sorted(circumstances.approvals, key=lambda each: each.tenant), Approval(), Approval()]
    names = ("account", "organisation", "tenant")
    context = {
        "permission": permission.value,
        "purpose": circumstances.purpose,
        "proof": circumstances.proof,
        "frozen": [channel.name.lower() for channel in circumstances.frozen],
        "first": {name: getattr(approvals[0], name) for name in names},
        "second": {name: getattr(approvals[1], name) for name in names},
    }
    attributes = {
        "kind": actor.kind.value,
        "channel": actor.channel.name.lower(),
        "means": actor.means.value,
        "scopes": sorted(actor.scopes),
        "practices": sorted(actor.practices),
        "tenants": sorted(actor.tenants),
        "purposes": sorted(actor.purposes),
        "stepped_up": actor.stepped_up,
        **{name: getattr(actor, name) for name in FAMILIES},
    }
    owners = {name: getattr(resource, name) for name in FAMILIES}
    entities = [
        {"uid": {"type": "Account", "id": "a"}, "attrs": attributes, "parents": []},
        {"uid": {"type": "Thing", "id": "t"}, "attrs": owners, "parents": []},
    ]
    action = {"type": "Action", "id": permission.value}
    request = {"principal": entities[0]["uid"], "action": action, "resource": entities[1]["uid"], "context": context}
    return cedarpy.is_authorized(request, WHO + WALLS, entities).allowed


def test_a_nation_of_practices_asks_few_different_questions() -> None:
    """So that an answer costs microseconds: see the measure in docs/security/permissions.md."""
    decide.cache_clear()
    held = scopes(Duty.SOFTWARE)
    for number in range(1, 2_001):
        actor = Actor(7 * number, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE, practice=number, scopes=held)
        asked = Resource(practice=number, tenant=1 + number % 84)
        assert permit(actor, Permission.ELIGIBILITY_ASK, asked, Circumstances(purpose=1, proof=1)) is None
    assert decide.cache_info().misses == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scopes": frozenset[str]()}, "permission.not_given"),
        ({"channel": Channel.CITIZEN, "means": Means.PASSKEY}, "permission.not_allowed"),
        ({"means": Means.PASSKEY}, "permission.means"),
        ({"practice": 8}, "permission.elsewhere"),
        ({"practices": frozenset({8})}, "permission.elsewhere"),
        ({"tenants": frozenset({2})}, "permission.outside_contract"),
        ({"purposes": frozenset({3})}, "permission.outside_contract"),
    ],
)
def test_a_refusal_says_which_rule(change: dict[str, Any], code: str) -> None:
    held = scopes(Duty.SOFTWARE)
    actor = Actor(1, ActorKind.MACHINE, Channel.API, Means.CERTIFICATE, practice=7, scopes=held)
    asked = Resource(practice=7, tenant=3)
    refused = permit(replace(actor, **change), Permission.ELIGIBILITY_ASK, asked, Circumstances(1, 1))
    assert refused is not None
    assert refused.code == code


def test_the_first_reason_is_told_when_several_apply() -> None:
    actor = Actor(1, ActorKind.MACHINE, Channel.API, Means.PASSKEY)
    closed = Circumstances(frozen=frozenset({Channel.API, Channel.CARD}))
    refused = permit(actor, Permission.QUOTE_ASK, Resource(practice=7), closed)
    assert refused is not None
    assert refused.code == "permission.channel_frozen"


def test_the_page_of_permissions_says_what_the_policies_say() -> None:
    """`python -m tests.security.permission_book` writes it."""
    assert permission_book.PAGE.read_text("utf-8") == permission_book.page()


def reads(node: Node) -> Iterator[str]:
    """Every attribute that a policy looks at."""
    if isinstance(node, list):
        for each in node:
            yield from reads(each)
    elif isinstance(node, dict):
        if path(node):
            yield path(node)
        else:
            for each in node.values():
                yield from reads(each)


def test_the_walls_of_the_theorems_read_what_is_walked_through_and_no_more() -> None:
    """So what else a question says cannot keep one of them from firing."""
    asker, first, second = "principal.account", "context.first", "context.second"
    assert {wall: set(reads(policies(WALLS)[wall])) for wall in (
        "channel_frozen", "other_insurer", "no_proof", "second_person", "two_organisations", "export_approvers"
    )} == {
        "channel_frozen": {"context.frozen", "principal.channel"},
        "other_insurer": {"principal.kind", "principal.tenant", "resource.tenant"},
        "no_proof": {"context.proof"},
        "second_person": {asker, f"{first}.account"},
        "two_organisations": {asker, f"{first}.account", f"{second}.account", f"{first}.organisation",
                              f"{second}.organisation"},
        "export_approvers": {"resource.tenant", f"{first}.tenant", f"{second}.tenant"},
    }  # fmt: skip
