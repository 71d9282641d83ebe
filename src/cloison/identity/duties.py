"""What each kind of post is given: the table from which scopes are written into delegations and contracts of clients.

To hold a permission is not enough: the policies say through which channel, on whose things, and under which proof.
"""

from dataclasses import dataclass
from enum import StrEnum

from cloison.identity.actor import ActorKind, Channel
from cloison.identity.permissions import Permission


class Duty(StrEnum):
    """The posts that an organisation, an insurer or the operator gives to people and machines."""

    PROFESSIONAL = "professional"
    DELEGATE = "delegate"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"
    SOFTWARE = "software"
    INSURER_USER = "insurer_user"
    INSURER_ADMINISTRATOR = "insurer_administrator"
    INSURER_SOFTWARE = "insurer_software"
    INSURED = "insured"
    SECURITY_OFFICER = "security_officer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    FINANCE_CLERK = "finance_clerk"
    OPERATOR_ADMINISTRATOR = "operator_administrator"


@dataclass(frozen=True, slots=True)
class Post:
    """Of which kind its holder is, through which channels it comes, and what it is given."""

    kind: ActorKind
    channels: tuple[Channel, ...]
    permissions: frozenset[Permission]


COUNTER = frozenset({Permission.ELIGIBILITY_ASK, Permission.QUOTE_ASK, Permission.ENGAGEMENT_RELEASE})
OWN_WORK = frozenset(
    {
        Permission.CLAIM_SUBMIT,
        Permission.CLAIM_READ,
        Permission.PAYMENT_READ,
        Permission.FILE_SEND,
        Permission.FILE_READ,
    }
)
SELF_ADMINISTRATION = frozenset({Permission.PEOPLE_MANAGE, Permission.CLIENT_MANAGE, Permission.WEBHOOK_MANAGE})
INSURER_WORK = frozenset({Permission.MOVEMENT_SEND, Permission.MOVEMENT_READ, Permission.INSURER_PAYMENT_READ})
PRACTICE_DOORS = (Channel.PORTAL, Channel.API, Channel.CARD)

POSTS = {
    Duty.PROFESSIONAL: Post(ActorKind.PROFESSIONAL, PRACTICE_DOORS, COUNTER | OWN_WORK | {Permission.CLAIM_CANCEL}),
    Duty.DELEGATE: Post(ActorKind.STAFF, PRACTICE_DOORS, COUNTER | OWN_WORK),
    Duty.STAFF: Post(ActorKind.STAFF, PRACTICE_DOORS, COUNTER | {Permission.CLAIM_READ}),
    Duty.ADMINISTRATOR: Post(
        ActorKind.STAFF, (Channel.PORTAL,), SELF_ADMINISTRATION | {Permission.BANK_CHANGE, Permission.PAYMENT_READ}
    ),
    Duty.SOFTWARE: Post(
        ActorKind.MACHINE,
        (Channel.API, Channel.CARD, Channel.MACHINE, Channel.BATCH),
        COUNTER | OWN_WORK | {Permission.CLAIM_CANCEL},
    ),
    Duty.INSURER_USER: Post(ActorKind.INSURER, (Channel.INSURER,), INSURER_WORK | {Permission.EXPORT_REQUEST}),
    Duty.INSURER_ADMINISTRATOR: Post(
        ActorKind.INSURER, (Channel.INSURER,), SELF_ADMINISTRATION | {Permission.INSURER_EXPORT_APPROVE}
    ),
    Duty.INSURER_SOFTWARE: Post(ActorKind.MACHINE, (Channel.MACHINE, Channel.BATCH), INSURER_WORK),
    Duty.INSURED: Post(
        ActorKind.INSURED, (Channel.CITIZEN,), frozenset({Permission.STATEMENT_READ, Permission.REIMBURSEMENT_READ})
    ),
    Duty.SECURITY_OFFICER: Post(
        ActorKind.STAFF,
        (Channel.OFFICE,),
        frozenset(
            {
                Permission.CHANNEL_FREEZE,
                Permission.CHANNEL_LIFT,
                Permission.DISCLOSURE_QUERY,
                Permission.KEY_OPERATE,
                Permission.POLICY_CHANGE,
            }
        ),
    ),
    Duty.DATA_PROTECTION_OFFICER: Post(
        ActorKind.STAFF,
        (Channel.OFFICE,),
        frozenset({Permission.DISCLOSURE_QUERY, Permission.PERSON_READ, Permission.OPERATOR_EXPORT_APPROVE}),
    ),
    Duty.FINANCE_CLERK: Post(
        ActorKind.STAFF, (Channel.OFFICE,), frozenset({Permission.PAYMENT_RUN, Permission.PAYMENT_RECONCILE})
    ),
    Duty.OPERATOR_ADMINISTRATOR: Post(
        ActorKind.STAFF,
        (Channel.OFFICE, Channel.EXPORT),
        frozenset({Permission.ORGANISATION_REGISTER, Permission.CHANNEL_FREEZE, Permission.EXPORT_WRITE}),
    ),
}
"""An administrator of a practice may also be its professional: a delegation each, and the scopes of both."""


def scopes(*duties: Duty) -> frozenset[str]:
    """The scopes of whoever holds these posts."""
    return frozenset(permission.value for duty in duties for permission in POSTS[duty].permissions)
