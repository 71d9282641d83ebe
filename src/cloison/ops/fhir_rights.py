"""Coverage over FHIR, put together: whom a question is about, and how a product is billed."""

import uuid

from cloison.exchanges import Exchanges
from cloison.gateways.fhir.coverages import Billing, Coverages
from cloison.gateways.fhir.stored import Stored
from cloison.gateways.http.service import Services
from cloison.ops.desks import Desks
from cloison.ops.house import House
from cloison.rights.enquiry import needs
from cloison.rights.question import Enquiry, gathered


def coverages(house: House, services: Services, desks: Desks, stored: Stored, exchanges: Exchanges) -> Coverages:
    """Answers searches for rights."""

    def token_of(enquiry: Enquiry) -> tuple[uuid.UUID, int]:
        enquiries = gathered([enquiry])
        tenant = desks.insurers.tenants(enquiries.amc)
        (token,) = needs(enquiries, tenant, house.index).token
        return uuid.UUID(bytes=token.tobytes()), int(tenant[0])

    def billing(product: int) -> Billing:
        known = desks.products
        row = known.product.searchsorted(product)
        return Billing(known.convention[row].decode(), known.csr[row].decode())

    return Coverages(services.ask, services.practice_of, token_of, billing, stored, exchanges)
