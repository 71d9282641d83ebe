"""Callers of the FHIR server that are no practice: insured persons with their account, users of insurers."""

from dataclasses import replace
from typing import Any

from tests.flow.day import Person
from tests.flow.fhir import Fhir

from cloison.errors import Reason
from cloison.identity import Actor, ActorKind, Channel, Means
from cloison.ops import fhir_own

PERSON_SCOPES = frozenset({"person:statement:read", "person:reimbursement:read"})
INSURER_SCOPES = frozenset({"insurer:payment:read", "insurer:movement:read"})


async def account(fhir: Fhir, name: str, kind: str, channel: str) -> int:
    """An account of its own."""
    return await fhir.day.owner.fetchval(
        "insert into identity.account (name, channel, kind) values ($1, $2, $3) returning account", name, channel, kind
    )


async def insured(fhir: Fhir, name: str = "somebody") -> Fhir:
    """Somebody with an account that is bound to nobody yet."""
    return _nowhere(fhir.speaking_for(
        account=await account(fhir, name, "insured", "citizen"), kind=ActorKind.INSURED, channel=Channel.CITIZEN,
        means=Means.PASSKEY, scopes=PERSON_SCOPES,
    ))  # fmt: skip


async def bound(fhir: Fhir, person: Person, name: str = "") -> Fhir:
    """Somebody whose account is bound to a person, by what is on the card."""
    caller = await insured(fhir, name or f"account of {person.number}")
    assert await bind(caller, person) is True
    return caller


async def bind(caller: Fhir, person: Person, **typed: Any) -> bool | Reason:
    """Try to bind an account to who is on a card, as typed."""
    told = {"amc": person.amc, "adherent": person.adherent, "birth": person.birth, "rank": person.rank} | typed
    parts = caller.parts
    return await fhir_own.bind(parts.house, parts.database, parts.desks, actor_of(caller), **told)


def actor_of(caller: Fhir) -> Actor:
    return caller.doorman.actors[caller.token]


async def insurer(fhir: Fhir, amc: str) -> Fhir:
    """A user of an insurer."""
    return _nowhere(fhir.speaking_for(
        account=await account(fhir, f"user of {amc}", "insurer", "insurer"), kind=ActorKind.INSURER,
        channel=Channel.INSURER, means=Means.PASSKEY, tenant=fhir.day.tenants[amc], scopes=INSURER_SCOPES,
    ))  # fmt: skip


def _nowhere(caller: Fhir) -> Fhir:
    """The same caller, who acts for no practice."""
    caller.doorman.actors[caller.token] = replace(actor_of(caller), practice=0)
    return caller
