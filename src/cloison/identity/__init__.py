"""Who acts and where: practices, and the accounts that ask for them."""

from cloison.identity.actor import Actor, ActorKind, Channel, Means
from cloison.identity.practices import Practices, Registration, accounts, register

__all__ = ["Actor", "ActorKind", "Channel", "Means", "Practices", "Registration", "accounts", "register"]
