"""The FHIR gate put together: what each type can do, and the use cases behind it."""

from datetime import UTC, datetime

from starlette.routing import Route

from cloison import __version__
from cloison.disclosure import Proof, Purpose
from cloison.errors import Problem, Reason
from cloison.exchanges import Exchanges
from cloison.gateways.fhir import coverages as coverage
from cloison.gateways.fhir import explain, outcome
from cloison.gateways.fhir import routes as gate
from cloison.gateways.fhir.bundles import Bundles
from cloison.gateways.fhir.capability import capability
from cloison.gateways.fhir.coverages import NAME as COVERAGE
from cloison.gateways.fhir.cursors import Cursors
from cloison.gateways.fhir.eligibility import NAME as REQUEST
from cloison.gateways.fhir.eligibility import Eligibility
from cloison.gateways.fhir.interaction import CONTENT_TYPE, Answer, Call
from cloison.gateways.fhir.kept_eligibility import ANSWER, ANSWER_PARAMETERS, PARAMETERS, Requests
from cloison.gateways.fhir.payments import NAME as PAYMENT
from cloison.gateways.fhir.payments import NOTICE, NOTICE_PARAMETERS, Notices
from cloison.gateways.fhir.payments import PARAMETERS as PAYMENT_PARAMETERS
from cloison.gateways.fhir.rest import Interactions, Rest
from cloison.gateways.fhir.stored import Stored
from cloison.gateways.http.service import Services
from cloison.identity.permissions import Circumstances, Permission, Resource, permit
from cloison.ops import fhir_claims as claims
from cloison.ops import fhir_own as persons
from cloison.ops import fhir_people as people
from cloison.ops import fhir_rights as rights
from cloison.ops.desks import Desks
from cloison.ops.fhir_own import domain_of
from cloison.ops.house import House
from cloison.ops.online_claims import OnlineClaims
from cloison.storage.database import Database
from cloison.storage.documents import DIGESTS, Documents
from cloison.storage.roles import Role

BASE = gate.BASE
METADATA = f"{BASE}/metadata"
LINKS = {ANSWER: ("request",), "ClaimResponse": ("request",), "PaymentNotice": ("request",), "Task": ("focus",)}
JUDGED_WHEN_ASKED = {(REQUEST, "create"), (REQUEST, "$submit")} | claims.JUDGED
"""Interactions that whoever carries them out permits or not, with their purpose and proof."""


def routes(house: House, database: Database, services: Services, desks: Desks, online: OnlineClaims) -> list[Route]:
    """The routes of the FHIR gate."""
    explain.warm()  # no first document waits for tables that are made once
    documents = Documents(house.keys)
    exchanges = Exchanges(database, Role.API, documents)
    stored = Stored(exchanges, LINKS)
    eligibility = Eligibility(services.ask, services.practice_of, domain_of)
    requests = Requests(eligibility, stored)
    types = {
        REQUEST: Interactions(
            PARAMETERS, stored.reader(REQUEST), stored.teller(REQUEST), stored.find, requests, requests.condition,
            operations={"$submit": eligibility.submit},
        ),
        ANSWER: Interactions(ANSWER_PARAMETERS, stored.reader(ANSWER), stored.teller(ANSWER), stored.find),
    }  # fmt: skip
    payments = people.payments(database, desks)
    notices = Notices(payments, stored)
    types |= {
        PAYMENT: Interactions(PAYMENT_PARAMETERS, payments.read, find=payments.find),
        NOTICE: Interactions(
            NOTICE_PARAMETERS, stored.reader(NOTICE), stored.teller(NOTICE), stored.find, notices, notices.condition
        ),
    }
    types |= people.register(database, desks) | persons.types(database, desks)
    coverages = rights.coverages(house, services, desks, stored, exchanges)
    types[COVERAGE] = Interactions(
        coverage.PARAMETERS, stored.reader(COVERAGE), stored.teller(COVERAGE), coverages.find
    )
    types |= claims.types(stored, services.practice_of, online)
    started = datetime.now(UTC)

    async def metadata(call: Call) -> Answer:
        return capability(types, call.base, __version__, started)

    async def bundle(call: Call) -> Answer:
        return await bundles.process(call)

    cursors = Cursors(house.keys.hmac(DIGESTS, [b"pages of searches"])[0])
    rest = Rest(types, cursors, _permitted, {"GET metadata": metadata, "POST ": bundle})
    bundles = Bundles(rest, outcome.outcome)
    return gate.routes(rest.do, services.site, _now)


def rendered(problem: Problem, language: str) -> tuple[bytes, bytes]:
    """A problem as this gate writes it."""
    return CONTENT_TYPE.encode(), outcome.outcome(problem, language)


def _permitted(call: Call, kind: str, interaction: str) -> Reason | None:
    """Whether the caller may do this with a type: read again what its practice said and heard."""
    if people.judged(call, kind):
        return people.permitted(call, kind)
    if (kind, interaction) in JUDGED_WHEN_ASKED or (kind == COVERAGE and coverage.asks(call)):
        return None
    actor = call.actor
    permission = Permission.PAYMENT_READ if kind in (PAYMENT, NOTICE) else Permission.CLAIM_READ
    about = Resource(organisation=actor.organisation, practice=actor.practice)
    return permit(actor, permission, about, Circumstances(Purpose.RECALL, Proof.OWN_RECORD))


def _now() -> datetime:
    return datetime.now(UTC)
