"""What a person reads of themselves over FHIR, put together; and how their account is bound to them."""

import uuid

import numpy as np

from cloison.claims import benefits as decided
from cloison.claims.benefits import Benefit, BenefitSearch
from cloison.disclosure import own
from cloison.disclosure.own import StatementSearch, Told
from cloison.disclosure.reader import enrol
from cloison.errors import Misuse, Reason, Text
from cloison.gateways.fhir import audit, benefits
from cloison.gateways.fhir.audit import Audit
from cloison.gateways.fhir.benefits import Acts, Benefits
from cloison.gateways.fhir.rest import Interactions
from cloison.identity import Actor
from cloison.ops.catalogue import REASONS
from cloison.ops.desks import Desks
from cloison.ops.house import House
from cloison.rights.refusals import INSURER_UNKNOWN
from cloison.rules.acts import code_ids, domains
from cloison.rules.codes import ACT_NUMBERS, ACT_TABLE
from cloison.rules.vocabulary import Domain
from cloison.storage.database import Database


def types(database: Database, desks: Desks) -> dict[str, Interactions]:
    """ExplanationOfBenefit and AuditEvent."""

    async def find_benefits(actor: Actor, search: BenefitSearch) -> list[Benefit]:
        return await decided.of_person(database, actor, search)

    async def find_lines(actor: Actor, search: StatementSearch) -> list[Told]:
        return await own.statement(database, actor, search)

    explained = Benefits(find_benefits, desks.amc, _reason, Acts(domain_of, _name))
    events = Audit(find_lines, desks.amc)
    return {
        benefits.NAME: Interactions(benefits.PARAMETERS, explained.read, find=explained.find),
        audit.NAME: Interactions(audit.PARAMETERS, events.read, find=events.find, dated=False),
    }


async def bind(
    house: House, database: Database, desks: Desks, actor: Actor, amc: str, adherent: str, birth: str, rank: str
) -> bool | Reason:
    """Bind the account of an insured person to who is on their card: whether somebody is. Raises Misuse when no insurer
    has this number. `birth` is YYYYMMDD."""
    tenant = desks.tenant_of(amc)
    if not tenant:
        raise Misuse(INSURER_UNKNOWN)
    texts = ((amc, 10), (adherent, 16), (birth, 8), (rank, 1))
    columns = (np.array([text.encode()], f"S{width}") for text, width in texts)
    token = house.index.card(np.array([tenant], np.int32), *columns)
    return await enrol(database, actor, tenant, uuid.UUID(bytes=token[0].tobytes()))


def domain_of(code: str) -> Domain | None:
    """The family of care of an act code, None when nobody knows it."""
    number = code_ids(np.array([code.encode("ascii", "replace")[:5]], "S5"))
    return Domain(int(domains(number)[0])) if number[0] >= 0 else None


def _name(code: str) -> Text | None:
    found = ACT_NUMBERS.get(code)
    return None if found is None else Text(ACT_TABLE[found].fr, ACT_TABLE[found].en)


def _reason(number: int) -> Reason | None:
    return REASONS[number] if number else None
