"""Who acts and where: practices, and the accounts that ask for them."""

from cloison.identity.practices import Practices, Registration, accounts, register

__all__ = ["Practices", "Registration", "accounts", "register"]
