"""Cloison: an operator of third-party payment that cannot be emptied through a stolen account."""

__version__ = "0.1.0"
