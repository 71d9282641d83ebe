"""The CapabilityStatement, written from the table of what each type can do: it cannot promise something else."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from cloison.gateways.fhir import r4, reading
from cloison.gateways.fhir.interaction import Answer, instant
from cloison.gateways.fhir.rest import Interactions
from cloison.gateways.fhir.search import Kind

COMMON = {"_id": Kind.TOKEN, "_lastUpdated": Kind.DATE}
OPERATIONS = {
    "CoverageEligibilityRequest/$submit": "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit",
    "Claim/$submit": "http://hl7.org/fhir/OperationDefinition/Claim-submit",
}
SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def capability(types: Mapping[str, Interactions], base: str, version: str, since: datetime) -> Answer:
    """What this server does, as of the version that runs."""
    statement = r4.CapabilityStatement(
        status="active",
        date=instant(since),
        kind="instance",
        software=r4.CapabilityStatementSoftware(name="Cloison", version=version),
        implementation=r4.CapabilityStatementImplementation(description="Tiers payant / third-party payment", url=base),
        fhir_version="4.0.1",
        format=["application/fhir+json", "json"],
        rest=[
            r4.CapabilityStatementRest(
                mode="server",
                security=r4.CapabilityStatementRestSecurity(
                    cors=False,
                    service=[
                        r4.CodeableConcept(coding=[r4.Coding(system=SECURITY, code=code)])
                        for code in ("OAuth", "SMART-on-FHIR", "Certificates")
                    ],
                ),
                resource=[_resource(name, types[name]) for name in sorted(types)],
                interaction=[
                    r4.CapabilityStatementRestInteraction(code="batch"),
                    r4.CapabilityStatementRestInteraction(code="transaction"),
                ],
            )
        ],
    )
    return Answer(200, reading.write(statement))


def _resource(name: str, done: Interactions) -> r4.CapabilityStatementRestResource:
    codes = done.codes()
    kept = done.history is not None
    return r4.CapabilityStatementRestResource(
        type=cast("r4.ResourceTypesCode", name),
        interaction=[
            r4.CapabilityStatementRestResourceInteraction(code=cast("r4.TypeRestfulInteractionCode", code))
            for code in codes
        ]
        or None,
        versioning="versioned" if kept else "no-version",
        read_history=kept,
        update_create=False,
        conditional_create=done.condition is not None,
        conditional_read="not-supported" if done.read is None else "full-support" if done.dated else "not-match",
        search_param=[
            r4.CapabilityStatementRestResourceSearchParam(name=each, type=kind.value)
            for each, kind in sorted((COMMON | dict(done.parameters)).items())
        ]
        if done.find is not None
        else None,
        operation=[
            r4.CapabilityStatementRestResourceOperation(
                name=operation.removeprefix("$"), definition=OPERATIONS[f"{name}/{operation}"]
            )
            for operation in sorted(done.operations)
        ]
        or None,
    )
