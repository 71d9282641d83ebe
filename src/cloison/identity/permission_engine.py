"""The policies, parsed and validated once, and their answers. Few questions are new: most answers are remembered."""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple, cast

import cedarpy

from cloison.errors import Unavailable
from cloison.identity.permission_reasons import ENGINE_FAILED

REMEMBERED_MAX = 1 << 16
"""Answers kept. A practice that asks about an insurer is one question, whichever they are: there are few."""


class Question(NamedTuple):
    """All that the policies read, and nothing else: it is the key under which an answer is remembered.

    `same` holds, for accounts, organisations, practices and tenants, the renamed numbers of the actor, the resource and
    (but for practices) both approvals. The last three bound the actor: empty, or one number.
    """

    permission: str
    kind: str
    channel: str
    means: str
    stepped_up: bool
    given: bool
    frozen: bool
    purpose: int
    proof: int
    same: tuple[tuple[int, ...], ...]
    practices: tuple[int, ...] = ()
    tenants: tuple[int, ...] = ()
    purposes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it is allowed; when not, the walls that stand in the way (none: nobody allowed it)."""

    allowed: bool
    walls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policies:
    """A set of policies, parsed."""

    parsed: cedarpy.PolicySet

    @classmethod
    def parse(cls, text: str, schema: str) -> "Policies":
        """Raises Unavailable for policies that are not well formed, or not well typed against the schema."""
        try:
            validated = cedarpy.validate_policies(text, schema)
            if not validated.validation_passed:
                raise Unavailable(ENGINE_FAILED, cause="the policies do not fit their schema")
            return cls(cedarpy.PolicySet.from_str(text))
        except ValueError as failure:
            raise Unavailable(ENGINE_FAILED, cause="the policies cannot be read") from failure

    def answer(self, question: Question) -> Answer:
        """What they say. Raises Unavailable when evaluating failed: nothing is allowed then."""
        request, entities = _cedar(question)
        try:
            result = cedarpy.is_authorized(request, self.parsed, entities)
        except ValueError as failure:
            raise Unavailable(ENGINE_FAILED, cause=type(failure).__name__) from failure
        diagnostics = result.diagnostics
        if diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
            raise Unavailable(ENGINE_FAILED, cause="a policy failed")
        named = cast("dict[str, str]", diagnostics.id_annotations_by_reason)
        return Answer(result.allowed, () if result.allowed else tuple(sorted(named.values())))


def text_of(name: str) -> str:
    """One file of the policies folder."""
    return files("cloison.identity").joinpath("policies", name).read_text()


@cache
def standard() -> Policies:
    """The policies of this version."""
    return Policies.parse(text_of("who.cedar") + text_of("walls.cedar"), text_of("cloison.cedarschema"))


@lru_cache(maxsize=REMEMBERED_MAX)
def decide(question: Question) -> Answer:
    """What the policies of this version say to this question."""
    return standard().answer(question)


def _cedar(question: Question) -> tuple[dict[str, object], str]:
    """The question as Cedar reads it: a request, and its two entities."""
    accounts, organisations, practices, tenants = question.same
    actor = {
        "kind": question.kind,
        "channel": question.channel,
        "means": question.means,
        "account": accounts[0],
        "organisation": organisations[0],
        "practice": practices[0],
        "tenant": tenants[0],
        "scopes": [question.permission] if question.given else [],
        "practices": question.practices,
        "tenants": question.tenants,
        "purposes": question.purposes,
        "stepped_up": question.stepped_up,
    }
    thing = {"account": accounts[1], "organisation": organisations[1], "practice": practices[1], "tenant": tenants[1]}
    first, second = (
        {"account": accounts[place], "organisation": organisations[place], "tenant": tenants[place]} for place in (2, 3)
    )
    context: dict[str, object] = {
        "permission": question.permission,
        "purpose": question.purpose,
        "proof": question.proof,
        "frozen": [question.channel] if question.frozen else [],
        "first": first,
        "second": second,
    }
    who, what = {"type": "Account", "id": "caller"}, {"type": "Thing", "id": "asked"}
    entities: list[dict[str, object]] = [
        {"uid": who, "attrs": actor, "parents": []},
        {"uid": what, "attrs": thing, "parents": []},
    ]
    action = {"type": "Action", "id": question.permission}
    return {"principal": who, "action": action, "resource": what, "context": context}, json.dumps(entities)
