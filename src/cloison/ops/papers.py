"""The papers of payments, as use cases of a practice: its own, and nobody else's."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from cloison.errors import Misuse, Reason
from cloison.gateways.http.papers import PaperServices
from cloison.identity import Actor
from cloison.identity.permissions import Permission, Resource, permit
from cloison.ops import returns
from cloison.payments import own, remittance
from cloison.payments.own import OwnLine, OwnPayment, OwnRun, PaymentSearch
from cloison.storage.database import Database
from cloison.storage.roles import Role


class Papers:
    """What a caller may fetch of the payments of the practice that it acts for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def services(self, insurer: Callable[[int], str]) -> PaperServices:
        """What the routes call. `insurer` gives the AMC number of an insurer."""
        return PaperServices(self.find, self.lines, self.runs, self.advice, self.returned, insurer)

    async def find(self, actor: Actor, search: PaymentSearch) -> Sequence[OwnPayment] | Reason:
        """Payments of the practice."""
        return _refused(actor) or await own.find(self._database, Role.API, actor.practice, search)

    async def lines(self, actor: Actor, payments: Sequence[int]) -> Sequence[OwnLine]:
        """The lines of payments that were found for the same actor."""
        return await own.lines(self._database, Role.API, actor.practice, payments)

    async def runs(self, actor: Actor, before: int | None, count: int) -> Sequence[OwnRun] | Reason:
        """Runs that paid the practice."""
        return _refused(actor) or await own.runs(self._database, actor.practice, before, count)

    async def advice(self, actor: Actor, payment: int, form: str, language: str) -> bytes | Reason | None:
        """The remittance advice of one payment, as `pdf` or `csv`."""
        if refused := _refused(actor):
            return refused
        found = await own.find(self._database, Role.API, actor.practice, PaymentSearch(payments=(payment,)))
        run = await own.run_of(self._database, actor.practice, payment)
        if not found or run is None:
            return None
        told = await returns.advice_of(self._database, found[0], run, actor.practice)
        spoken = cast("remittance.Language", language)
        if form == "csv":
            return remittance.to_csv(told, spoken)
        return await asyncio.to_thread(remittance.to_pdf, told, spoken)

    async def returned(self, actor: Actor, run: int) -> bytes | Reason | None:
        """The NOEMIE return of a run."""
        if refused := _refused(actor):
            return refused
        try:
            return await returns.noemie_of(self._database, run, actor.practice) or None
        except Misuse:  # there is no such run
            return None


def _refused(actor: Actor) -> Reason | None:
    about = Resource(organisation=actor.organisation, practice=actor.practice)
    return permit(actor, Permission.PAYMENT_READ, about)
