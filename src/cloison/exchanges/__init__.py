"""What was said over the wire: each request and each answer kept once, and read again by whoever said it."""

from cloison.exchanges.exchange import Draft, Exchanges, Filed, Kept, Search

__all__ = ["Draft", "Exchanges", "Filed", "Kept", "Search"]
