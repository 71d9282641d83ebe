"""Who is acting, through which compartment, by which means: what a gate makes of a request and every policy reads."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from uuid import UUID


class Channel(IntEnum):
    """The compartments. Each has its own database role; see `storage.roles`. The log keeps these numbers."""

    PORTAL = 1
    API = 2
    CARD = 3
    MACHINE = 4
    BATCH = 5
    INSURER = 6
    OFFICE = 7
    CITIZEN = 8
    EXPORT = 9


class ActorKind(StrEnum):
    """What an account stands for."""

    PROFESSIONAL = "professional"
    STAFF = "staff"
    INSURER = "insurer"
    INSURED = "insured"
    MACHINE = "machine"


class Means(StrEnum):
    """How the account showed that it is itself."""

    PASSKEY = "passkey"
    CERTIFICATE = "certificate"
    PROOF_OF_POSSESSION = "proof_of_possession"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """One authenticated caller, for one request. Zero means none.

    `practice` is the establishment acted for, `tenant` the insurer an insurer's user works for. `scopes` have the form
    scope:resource:action; `tenants` and `purposes` bound a machine client, and empty means that its contract does not.
    `practices` are those that it may act for, and `persons_per_day` the caseload of a machine's contract (zero: none).
    `probation` says that the access is new: it is bounded more tightly for seven days.
    """

    account: int
    kind: ActorKind
    channel: Channel
    means: Means
    organisation: int = 0
    practice: int = 0
    tenant: int = 0
    scopes: frozenset[str] = frozenset()
    tenants: frozenset[int] = frozenset()
    purposes: frozenset[int] = frozenset()
    session: UUID | None = field(default=None, repr=False)
    authenticator: UUID | None = field(default=None, repr=False)
    stepped_up: bool = False
    practices: frozenset[int] = frozenset()
    persons_per_day: int = 0
    probation: bool = False

    def holds(self, scope: str) -> bool:
        """Whether the account was given this scope. The policies decide the rest."""
        return scope in self.scopes
