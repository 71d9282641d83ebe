"""Who acts and where: practices, and the accounts that ask for them."""

from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.duties import Duty, scopes
from cloison.identity.permissions import Approval, Circumstances, Permission, Resource, permit
from cloison.identity.practices import Practices, Registration, accounts, register

__all__ = [
    "Actor",
    "ActorKind",
    "Approval",
    "Channel",
    "Circumstances",
    "Duty",
    "Means",
    "Permission",
    "Practices",
    "Registration",
    "Resource",
    "accounts",
    "permit",
    "register",
    "scopes",
]
