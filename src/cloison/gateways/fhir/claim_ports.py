"""What this gate needs of whoever decides invoices and answers quotes."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloison.claims.outcomes import Decided, KeptAside
from cloison.claims.paper import AskedQuote, Invoice, Quote
from cloison.claims.quote import Kind, Reply, State
from cloison.disclosure import Proof
from cloison.errors import Reason
from cloison.identity import Actor
from cloison.identity.actor import Channel
from cloison.rules.vocabulary import Domain


class Deciding(Protocol):
    """Who decides invoices and answers quotes."""

    def token(self, paper: Invoice | Quote, practice: int, account: int) -> tuple[int, UUID | None]:
        """The insurer of a paper and the blind index of its person, where they are known."""
        ...

    def may_invoice(self, actor: Actor, practice: int, paper: Invoice) -> Reason | None:
        """Why this invoice is not taken."""
        ...

    def may_quote(self, actor: Actor, practice: int, paper: Quote, proof: Proof) -> Reason | None:
        """Why this caller may not ask for this quote."""
        ...

    def may_cancel(self, actor: Actor, practice: int) -> Reason | None:
        """Why this caller may not take back what the practice said."""
        ...

    async def decide(self, papers: Sequence[Invoice]) -> Sequence[Decided | KeptAside] | Reason:
        """What became of each invoice; those of one call are decided in one transaction."""
        ...

    async def quote(
        self, channel: Channel, kind: Kind, asked: Sequence[AskedQuote]
    ) -> Sequence[tuple[Reply, ...]] | Reason:
        """The answers to each quote, one per family of care."""
        ...

    async def extended(
        self, channel: Channel, asked: AskedQuote, practice: int, number: int, domain: Domain, last: date
    ) -> date | Reason:
        """Prolong a promise until a day, included; returns the first day that is no longer promised."""
        ...

    async def withdraw(self, channel: Channel, number: int, account: int) -> State | Reason:
        """Give a promise back, or withdraw a request."""
        ...

    async def cancel(self, practice: int, invoice: int) -> Reason | None:
        """Take an invoice back, or say why it cannot be."""
        ...

    async def standing(self, place: int) -> Decided | KeptAside:
        """What stands of the invoice that was received at a place."""
        ...
