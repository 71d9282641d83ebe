"""Who may do what: one question, asked before anything is read or written, and the answer or why not.

Permissions have the form scope:resource:action. The policies (policies/*.cedar) decide on what the gate knows of the
caller, on whose the thing is, and on the circumstances: purpose, proof, frozen channels, approvals. Nothing is
allowed by default.
"""

from dataclasses import dataclass
from enum import StrEnum

from cloison.errors import Reason
from cloison.identity import permission_engine as engine
from cloison.identity.actor import Actor, Channel
from cloison.identity.permission_reasons import NOT_ALLOWED, OF_WALL


class Permission(StrEnum):
    """Everything that somebody may be allowed to do."""

    ELIGIBILITY_ASK = "practice:eligibility:ask"
    QUOTE_ASK = "practice:quote:ask"
    ENGAGEMENT_RELEASE = "practice:engagement:release"
    CLAIM_SUBMIT = "practice:claim:submit"
    CLAIM_READ = "practice:claim:read"
    CLAIM_CANCEL = "practice:claim:cancel"
    PAYMENT_READ = "practice:payment:read"
    FILE_SEND = "practice:file:send"
    FILE_READ = "practice:file:read"
    BANK_CHANGE = "practice:bank:change"
    PEOPLE_MANAGE = "organisation:people:manage"
    CLIENT_MANAGE = "organisation:client:manage"
    WEBHOOK_MANAGE = "organisation:webhook:manage"
    MOVEMENT_SEND = "insurer:movement:send"
    MOVEMENT_READ = "insurer:movement:read"
    INSURER_PAYMENT_READ = "insurer:payment:read"
    EXPORT_REQUEST = "insurer:export:request"
    INSURER_EXPORT_APPROVE = "insurer:export:approve"
    EXPORT_WRITE = "insurer:export:write"
    STATEMENT_READ = "person:statement:read"
    REIMBURSEMENT_READ = "person:reimbursement:read"
    ORGANISATION_REGISTER = "operator:organisation:register"
    CHANNEL_FREEZE = "operator:channel:freeze"
    CHANNEL_LIFT = "operator:channel:lift"
    DISCLOSURE_QUERY = "operator:disclosure:query"
    PERSON_READ = "operator:person:read"
    KEY_OPERATE = "operator:key:operate"
    POLICY_CHANGE = "operator:policy:change"
    OPERATOR_EXPORT_APPROVE = "operator:export:approve"
    PAYMENT_RUN = "operator:payment:run"
    PAYMENT_RECONCILE = "operator:payment:reconcile"


@dataclass(frozen=True, slots=True)
class Resource:
    """Whose the thing is that the caller wants to act on. Zero: nobody's."""

    account: int = 0
    organisation: int = 0
    practice: int = 0
    tenant: int = 0


@dataclass(frozen=True, slots=True)
class Approval:
    """Who said yes, of which organisation; `tenant` is the insurer it works for, zero for the operator."""

    account: int = 0
    organisation: int = 0
    tenant: int = 0


NOBODY = Approval()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Why, on which proof (numbers of `disclosure.purpose`), which channels are frozen, who approved (two at most)."""

    purpose: int = 0
    proof: int = 0
    frozen: frozenset[Channel] = frozenset()
    approvals: tuple[Approval, ...] = ()

    def __post_init__(self) -> None:
        assert len(self.approvals) <= 2, "nothing asks for more than two approvals"


def permit(
    actor: Actor, permission: Permission, resource: Resource, circumstances: Circumstances | None = None
) -> Reason | None:
    """Nothing when the actor may, else the first reason why not. Raises Unavailable when no answer can be had."""
    answer = engine.decide(_question(actor, permission, resource, circumstances or Circumstances()))
    if answer.allowed:
        return None
    return min((OF_WALL[wall] for wall in answer.walls), key=lambda reason: reason.number, default=NOT_ALLOWED)


def _question(
    actor: Actor, permission: Permission, resource: Resource, circumstances: Circumstances
) -> engine.Question:
    """This request with its numbers renamed in the order they appear, so that equal situations are one question.

    The policies only ask whether two numbers are the same, whether one is zero, and whether it is in a set of the
    actor: a renaming that keeps this keeps the answer. tests/security/test_permissions_shape.py holds them to it.
    """
    first, second = _ordered(circumstances.approvals)
    accounts = _renamed(actor.account, resource.account, first.account, second.account)
    organisations = _renamed(actor.organisation, resource.organisation, first.organisation, second.organisation)
    tenants = _renamed(actor.tenant, resource.tenant, first.tenant, second.tenant)
    practices = _renamed(actor.practice, resource.practice)
    return engine.Question(
        permission.value,
        actor.kind.value,
        CHANNELS[actor.channel],
        actor.means.value,
        actor.stepped_up,
        permission.value in actor.scopes,
        actor.channel in circumstances.frozen,
        circumstances.purpose,
        circumstances.proof,
        (accounts, organisations, practices, tenants),
        _bound(actor.practices, resource.practice, practices[1]),
        _bound(actor.tenants, resource.tenant, tenants[1]),
        _bound(actor.purposes, circumstances.purpose, circumstances.purpose),
    )


CHANNELS = {channel: channel.name.lower() for channel in Channel}
ANOTHER = -1
"""A number that is none of those in the question."""


def _ordered(approvals: tuple[Approval, ...]) -> tuple[Approval, Approval]:
    """Both approvals, the operator's first."""
    if not approvals:
        return NOBODY, NOBODY
    if len(approvals) == 1:
        return approvals[0], NOBODY
    first, second = approvals
    return (first, second) if first.tenant <= second.tenant else (second, first)


def _renamed(*numbers: int) -> tuple[int, ...]:
    names = {0: 0}
    return tuple([names.setdefault(number, len(names)) for number in numbers])


def _bound(allowed: frozenset[int], number: int, name: int) -> tuple[int, ...]:
    """What matters of a set that bounds the actor: it is empty, it has the number, or it has others."""
    if not allowed:
        return ()
    return (name,) if number in allowed else (ANOTHER,)
