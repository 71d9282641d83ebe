"""The part of the FHIR gate that says who and what: the public register, the payments of insurers, and for whom which
types exist. A type that is for others is as one that nobody has.
"""

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

import numpy as np

from cloison.disclosure import Purpose
from cloison.disclosure.reader import ROLES
from cloison.errors import Reason
from cloison.gateways.fhir import audit, benefits, organizations
from cloison.gateways.fhir.interaction import Call
from cloison.gateways.fhir.organizations import Insurer, Organizations, Register
from cloison.gateways.fhir.organizations import Roles as PractitionerRoles
from cloison.gateways.fhir.payments import NAME as PAYMENT
from cloison.gateways.fhir.payments import Payments
from cloison.gateways.fhir.rest import Interactions
from cloison.gateways.fhir.rest_reasons import UNKNOWN_TYPE
from cloison.identity import Actor, ActorKind, Channel, registry
from cloison.identity.permissions import Circumstances, Permission, Resource, permit
from cloison.identity.registry import Listed, Lookup
from cloison.ops.desks import Desks
from cloison.payments import own
from cloison.payments.own import OwnLine, OwnPayment, PaymentSearch
from cloison.storage.database import Database
from cloison.storage.roles import Role

PUBLIC = frozenset({organizations.NAME, organizations.ROLE})
OF_INSURERS = frozenset({organizations.NAME, PAYMENT})
OF_KIND = {
    benefits.NAME: (Permission.REIMBURSEMENT_READ, Purpose.REIMBURSEMENT),
    audit.NAME: (Permission.STATEMENT_READ, Purpose.STATEMENT),
}
"""What a person must be allowed to, to read of themselves, and what for."""
OF_PERSONS = frozenset(OF_KIND)
COMPARTMENTS = ROLES | {Channel.INSURER: Role.INSURER}
Types: TypeAlias = dict[str, Interactions]


class Audience(Enum):
    """For whom types exist."""

    PRACTICE = "practice"
    INSURER = "insurer"
    PERSON = "person"

    @classmethod
    def of(cls, actor: Actor) -> "Audience":
        """Who the caller is here. Whoever works for an insurer is of an insurer, as a machine too."""
        if actor.kind is ActorKind.INSURED:
            return cls.PERSON
        return cls.INSURER if actor.kind is ActorKind.INSURER or actor.tenant else cls.PRACTICE


def exists(actor: Actor, kind: str) -> bool:
    """Whether a type exists for a caller. What an insurer paid is read through the channel of insurers alone, and
    exports read nothing here."""
    if actor.channel not in COMPARTMENTS:
        return False
    match Audience.of(actor):
        case Audience.PERSON:
            return kind in PUBLIC | OF_PERSONS
        case Audience.INSURER:
            return kind in OF_INSURERS and (kind != PAYMENT or actor.channel is Channel.INSURER)
        case Audience.PRACTICE:
            return kind not in OF_PERSONS


def judged(call: Call, kind: str) -> bool:
    """Whether `permitted` says who may do something with this type; else whoever carries it out does."""
    return (
        kind in PUBLIC | OF_PERSONS or Audience.of(call.actor) is not Audience.PRACTICE or not exists(call.actor, kind)
    )


def permitted(call: Call, kind: str) -> Reason | None:
    """Why the caller may not read this type here. The register is public to whoever is known."""
    actor = call.actor
    if not exists(actor, kind):
        return UNKNOWN_TYPE
    if kind in PUBLIC:
        return None
    about = Resource(account=actor.account, organisation=actor.organisation, tenant=actor.tenant)
    permission, purpose = OF_KIND.get(kind, (Permission.INSURER_PAYMENT_READ, 0))
    return permit(actor, permission, about, Circumstances(purpose))


def register(database: Database, desks: Desks) -> Types:
    """Organization and PractitionerRole."""

    async def practices(call: Call, lookup: Lookup) -> list[Listed]:
        return await registry.find(database, COMPARTMENTS[call.actor.channel], lookup)

    async def count(call: Call, lookup: Lookup) -> int:
        return await registry.total(database, COMPARTMENTS[call.actor.channel], lookup)

    def insurers() -> Sequence[Insurer]:
        known = desks.insurers
        numbers = [each.decode() for each in known.amc.tolist()]
        return [Insurer(*each) for each in zip(known.tenant.tolist(), numbers, known.name, strict=True)]

    found = Register(practices, count, insurers)
    bodies, roles = Organizations(found), PractitionerRoles(found)
    return {
        organizations.NAME: Interactions(organizations.PARAMETERS, bodies.read, find=bodies.find, dated=False),
        organizations.ROLE: Interactions(organizations.ROLE_PARAMETERS, roles.read, find=roles.find, dated=False),
    }


def payments(database: Database, desks: Desks) -> Payments:
    """The payments to a practice, or those that an insurer makes."""

    def whose(actor: Actor) -> tuple[Role, int, int]:
        if Audience.of(actor) is Audience.INSURER:
            return Role.INSURER, 0, actor.tenant
        return Role.API, actor.practice, 0

    async def find(actor: Actor, search: PaymentSearch) -> list[OwnPayment]:
        role, practice, tenant = whose(actor)
        return await own.find(database, role, practice, search, tenant)

    async def total(actor: Actor, search: PaymentSearch) -> int:
        role, practice, tenant = whose(actor)
        return await own.total(database, role, practice, search, tenant)

    async def lines(actor: Actor, numbers: Sequence[int]) -> list[OwnLine]:
        role, practice, _ = whose(actor)
        return await own.lines(database, role, practice, numbers) if practice else []

    def payee(practice: int) -> str:
        rows = np.flatnonzero(desks.practices.practice == practice).tolist()
        return desks.practices.number.tolist()[rows[0]].decode() if rows else ""

    return Payments(find, total, lines, desks.amc, payee)
