"""How a complementary contract is billed, as Interop'Sante writes it: the extension `fr-coverage-amc-extended`.

From the draft 0.1.0 of the guide for pre-admission (https://github.com/Interop-Sante/hl7.fhir.fr.preadmission), file
input/fsh/extensions/PreadmissionOrganismeComplementaireFr.fsh as of commit 1ce3575c27119e83835e9e38bc27fab9ffdebb14.
It changed between commits: what changes next changes here alone.
"""

from collections.abc import Sequence

from cloison.gateways.fhir import r4
from cloison.rules.vocabulary import Domain

AMC_EXTENDED = "http://hl7.fr/fhir/fr/preadmission/StructureDefinition/fr-coverage-amc-extended"
COMMIT = "1ce3575c27119e83835e9e38bc27fab9ffdebb14"


def amc_extended(csr: str, convention: str, domains: Sequence[Domain]) -> r4.Extension | None:
    """The routing criterion of a contract, and its convention with the families of care that it is for.

    None when the contract states neither: the extension would say nothing. No `datamatrix`: it is the card's.
    """
    parts: list[r4.Extension] = []
    if csr:
        parts.append(r4.Extension(url="codeCSR", value_code=csr))
    if convention:
        parts.append(_by_domain(convention, domains))
    return r4.Extension(url=AMC_EXTENDED, extension=parts) if parts else None


def _by_domain(convention: str, domains: Sequence[Domain]) -> r4.Extension:
    every = len(domains) == len(Domain)
    named = [] if every else [r4.Extension(url="domaine", value_code=each.name) for each in domains]
    return r4.Extension(
        url="conventionParDomaine",
        extension=[
            r4.Extension(url="codeConvention", value_code=convention),
            *named,
            r4.Extension(url="tousDomaines", value_boolean=every),
        ],
    )
