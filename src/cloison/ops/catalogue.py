"""Every reason of every part by its number: what turns the number in a column into words."""

from cloison.claims import quote_refusals as quotes
from cloison.claims import refusals as claims
from cloison.disclosure import reasons as disclosure
from cloison.errors import Catalogue
from cloison.gateways.fhir import ask_reasons as fhir_asking
from cloison.gateways.fhir import claim_reasons as fhir_claims
from cloison.gateways.fhir import payment_reasons as fhir_payments
from cloison.gateways.fhir import reasons as fhir
from cloison.gateways.fhir import rest_reasons as fhir_rest
from cloison.gateways.files import counter_reasons as counter
from cloison.gateways.files import reasons as files
from cloison.gateways.http import reasons as http
from cloison.identifiers import reasons as identifiers
from cloison.identity import administration_reasons as administration
from cloison.identity import permission_reasons as permissions
from cloison.identity import reasons as identity
from cloison.ops import reasons as ops
from cloison.ops import tariff_reasons as tariffs
from cloison.payments import reasons as payments
from cloison.rights import movement_reasons as movements
from cloison.rights import refusals as rights
from cloison.rules import FAULTS as RULES_FAULTS
from cloison.rules import REASONS as RULES
from cloison.storage import keys_reasons as keys
from cloison.storage import reasons as storage

PARTS: dict[str, Catalogue] = {
    "gateways.counter": counter.CATALOGUE,
    "gateways.files": files.REASONS,
    "gateways.http": http.CATALOGUE,
    "gateways.fhir": fhir.CATALOGUE,
    "gateways.fhir.payments": fhir_payments.CATALOGUE,
    "gateways.fhir.rest": fhir_rest.CATALOGUE,
    "gateways.fhir.asking": fhir_asking.CATALOGUE,
    "gateways.fhir.claims": fhir_claims.CATALOGUE,
    "identifiers": identifiers.CATALOGUE,
    "rights": rights.CATALOGUE,
    "rights.movements": movements.CATALOGUE,
    "rules": RULES,
    "rules.faults": RULES_FAULTS,
    "claims": claims.CATALOGUE,
    "claims.quotes": quotes.CATALOGUE,
    "payments": payments.CATALOGUE,
    "disclosure": disclosure.CATALOGUE,
    "identity": identity.CATALOGUE,
    "identity.administration": administration.CATALOGUE,
    "identity.permissions": permissions.CATALOGUE,
    "storage": storage.CATALOGUE,
    "storage.keys": keys.CATALOGUE,
    "ops": ops.CATALOGUE,
    "ops.tariffs": tariffs.CATALOGUE,
}
REASONS = Catalogue.joined(*PARTS.values())
