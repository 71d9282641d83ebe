"""The resources of FHIR R4 that Cloison speaks, and their data types. Written by generate.py: do not edit.

From HL7's definitions, release 4.0.1 (CC0). Codes of required lists are literals, decimals keep their digits, and what
HL7 says beyond types and counts is asked of `checks` when a value is built.
"""

# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta as Must
from msgspec import Raw, Struct, field
from msgspec.structs import astuple

from cloison.gateways.fhir import checks
from cloison.gateways.fhir.checks import aim, aim_each, bounded, choose

Base64Binary = Annotated[str, Must(pattern="^(?:\\s*(?:[0-9a-zA-Z+/=]{4}\\s*)+)\\Z")]
Canonical = Annotated[str, Must(pattern="^(?:\\S+)\\Z")]
Code = Annotated[str, Must(pattern="^(?:\\S+(?:\\s\\S+)*)\\Z")]
Date = Annotated[
    str,
    Must(
        pattern="^(?:(?:(?:(?!0000)[0-9]{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?!0000)(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)|(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?))\\Z"
    ),
]
DateTime = Annotated[
    str,
    Must(
        pattern="^(?:(?:(?:(?!0000)[0-9]{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?!0000)(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]{1,9})?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?|(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?))\\Z"
    ),
]
Id = Annotated[str, Must(pattern="^(?:[A-Za-z0-9\\-\\.]{1,64})\\Z")]
Instant = Annotated[
    str,
    Must(
        pattern="^(?:(?:(?!0000)[0-9]{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?!0000)(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]{1,9})?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)))\\Z"
    ),
]
Integer = Annotated[int, Must(ge=-2147483648, le=2147483647)]
Markdown = Annotated[str, Must(min_length=1, max_length=1048576)]
Oid = Annotated[str, Must(pattern="^(?:urn:oid:[0-2](\\.(0|[1-9][0-9]*))+)\\Z")]
PositiveInt = Annotated[int, Must(ge=1, le=2147483647)]
String = Annotated[str, Must(min_length=1, max_length=1048576)]
Time = Annotated[str, Must(pattern="^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]{1,9})?)\\Z")]
UnsignedInt = Annotated[int, Must(ge=0, le=2147483647)]
Uri = Annotated[str, Must(pattern="^(?:\\S+)\\Z")]
Url = Annotated[str, Must(pattern="^(?:\\S+)\\Z")]
Uuid = Annotated[str, Must(pattern="^(?:urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\Z")]
Xhtml = Annotated[str, Must(min_length=1, max_length=1048576)]

AddressTypeCode = Literal["postal", "physical", "both"]
AddressUseCode = Literal["home", "work", "temp", "old", "billing"]
AdministrativeGenderCode = Literal["male", "female", "other", "unknown"]
AllTypesCode = Literal[
    "Address",
    "Age",
    "Annotation",
    "Attachment",
    "BackboneElement",
    "CodeableConcept",
    "Coding",
    "ContactDetail",
    "ContactPoint",
    "Contributor",
    "Count",
    "DataRequirement",
    "Distance",
    "Dosage",
    "Duration",
    "Element",
    "ElementDefinition",
    "Expression",
    "Extension",
    "HumanName",
    "Identifier",
    "MarketingStatus",
    "Meta",
    "Money",
    "MoneyQuantity",
    "Narrative",
    "ParameterDefinition",
    "Period",
    "Population",
    "ProdCharacteristic",
    "ProductShelfLife",
    "Quantity",
    "Range",
    "Ratio",
    "Reference",
    "RelatedArtifact",
    "SampledData",
    "Signature",
    "SimpleQuantity",
    "SubstanceAmount",
    "Timing",
    "TriggerDefinition",
    "UsageContext",
    "base64Binary",
    "boolean",
    "canonical",
    "code",
    "date",
    "dateTime",
    "decimal",
    "id",
    "instant",
    "integer",
    "markdown",
    "oid",
    "positiveInt",
    "string",
    "time",
    "unsignedInt",
    "uri",
    "url",
    "uuid",
    "xhtml",
    "Account",
    "ActivityDefinition",
    "AdverseEvent",
    "AllergyIntolerance",
    "Appointment",
    "AppointmentResponse",
    "AuditEvent",
    "Basic",
    "Binary",
    "BiologicallyDerivedProduct",
    "BodyStructure",
    "Bundle",
    "CapabilityStatement",
    "CarePlan",
    "CareTeam",
    "CatalogEntry",
    "ChargeItem",
    "ChargeItemDefinition",
    "Claim",
    "ClaimResponse",
    "ClinicalImpression",
    "CodeSystem",
    "Communication",
    "CommunicationRequest",
    "CompartmentDefinition",
    "Composition",
    "ConceptMap",
    "Condition",
    "Consent",
    "Contract",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "DetectedIssue",
    "Device",
    "DeviceDefinition",
    "DeviceMetric",
    "DeviceRequest",
    "DeviceUseStatement",
    "DiagnosticReport",
    "DocumentManifest",
    "DocumentReference",
    "DomainResource",
    "EffectEvidenceSynthesis",
    "Encounter",
    "Endpoint",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "EpisodeOfCare",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "GraphDefinition",
    "Group",
    "GuidanceResponse",
    "HealthcareService",
    "ImagingStudy",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "ImplementationGuide",
    "InsurancePlan",
    "Invoice",
    "Library",
    "Linkage",
    "List",
    "Location",
    "Measure",
    "MeasureReport",
    "Media",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationKnowledge",
    "MedicationRequest",
    "MedicationStatement",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "MessageHeader",
    "MolecularSequence",
    "NamingSystem",
    "NutritionOrder",
    "Observation",
    "ObservationDefinition",
    "OperationDefinition",
    "OperationOutcome",
    "Organization",
    "OrganizationAffiliation",
    "Parameters",
    "Patient",
    "PaymentNotice",
    "PaymentReconciliation",
    "Person",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "RequestGroup",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "ResearchStudy",
    "ResearchSubject",
    "Resource",
    "RiskAssessment",
    "RiskEvidenceSynthesis",
    "Schedule",
    "SearchParameter",
    "ServiceRequest",
    "Slot",
    "Specimen",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Subscription",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "SupplyDelivery",
    "SupplyRequest",
    "Task",
    "TerminologyCapabilities",
    "TestReport",
    "TestScript",
    "ValueSet",
    "VerificationResult",
    "VisionPrescription",
    "Type",
    "Any",
]
AuditEventActionCode = Literal["C", "R", "U", "D", "E"]
AuditEventOutcomeCode = Literal["0", "4", "8", "12"]
BundleTypeCode = Literal[
    "document",
    "message",
    "transaction",
    "transaction-response",
    "batch",
    "batch-response",
    "history",
    "searchset",
    "collection",
]
CapabilityStatementKindCode = Literal["instance", "capability", "requirements"]
ClaimUseCode = Literal["claim", "preauthorization", "predetermination"]
ConditionalDeleteStatusCode = Literal["not-supported", "single", "multiple"]
ConditionalReadStatusCode = Literal["not-supported", "modified-since", "not-match", "full-support"]
ContactPointSystemCode = Literal["phone", "fax", "email", "pager", "url", "sms", "other"]
ContactPointUseCode = Literal["home", "work", "temp", "old", "mobile"]
ContributorTypeCode = Literal["author", "editor", "reviewer", "endorser"]
DaysOfWeekCode = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DocumentModeCode = Literal["producer", "consumer"]
EligibilityrequestPurposeCode = Literal["auth-requirements", "benefits", "discovery", "validation"]
EligibilityresponsePurposeCode = Literal["auth-requirements", "benefits", "discovery", "validation"]
EventCapabilityModeCode = Literal["sender", "receiver"]
EventTimingCode = Literal[
    "MORN",
    "MORN.early",
    "MORN.late",
    "NOON",
    "AFT",
    "AFT.early",
    "AFT.late",
    "EVE",
    "EVE.early",
    "EVE.late",
    "NIGHT",
    "PHS",
    "HS",
    "WAKE",
    "C",
    "CM",
    "CD",
    "CV",
    "AC",
    "ACM",
    "ACD",
    "ACV",
    "PC",
    "PCM",
    "PCD",
    "PCV",
]
ExplanationofbenefitStatusCode = Literal["active", "cancelled", "draft", "entered-in-error"]
FHIRVersionCode = Literal[
    "0.01",
    "0.05",
    "0.06",
    "0.11",
    "0.0.80",
    "0.0.81",
    "0.0.82",
    "0.4.0",
    "0.5.0",
    "1.0.0",
    "1.0.1",
    "1.0.2",
    "1.1.0",
    "1.4.0",
    "1.6.0",
    "1.8.0",
    "3.0.0",
    "3.0.1",
    "3.3.0",
    "3.5.0",
    "4.0.0",
    "4.0.1",
]
FmStatusCode = Literal["active", "cancelled", "draft", "entered-in-error"]
HttpVerbCode = Literal["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]
IdentifierUseCode = Literal["usual", "official", "temp", "secondary", "old"]
IssueSeverityCode = Literal["fatal", "error", "warning", "information"]
IssueTypeCode = Literal[
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
]
LinkTypeCode = Literal["replaced-by", "replaces", "refer", "seealso"]
NameUseCode = Literal["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"]
NarrativeStatusCode = Literal["generated", "extensions", "additional", "empty"]
NetworkTypeCode = Literal["1", "2", "3", "4", "5"]
NoteTypeCode = Literal["display", "print", "printoper"]
OperationParameterUseCode = Literal["in", "out"]
PublicationStatusCode = Literal["draft", "active", "retired", "unknown"]
QuantityComparatorCode = Literal["<", "<=", ">=", ">"]
ReferenceHandlingPolicyCode = Literal["literal", "logical", "resolves", "enforced", "local"]
RelatedArtifactTypeCode = Literal[
    "documentation",
    "justification",
    "citation",
    "predecessor",
    "successor",
    "derived-from",
    "depends-on",
    "composed-of",
]
RemittanceOutcomeCode = Literal["queued", "complete", "error", "partial"]
RequestPriorityCode = Literal["routine", "urgent", "asap", "stat"]
ResourceTypesCode = Literal[
    "Account",
    "ActivityDefinition",
    "AdverseEvent",
    "AllergyIntolerance",
    "Appointment",
    "AppointmentResponse",
    "AuditEvent",
    "Basic",
    "Binary",
    "BiologicallyDerivedProduct",
    "BodyStructure",
    "Bundle",
    "CapabilityStatement",
    "CarePlan",
    "CareTeam",
    "CatalogEntry",
    "ChargeItem",
    "ChargeItemDefinition",
    "Claim",
    "ClaimResponse",
    "ClinicalImpression",
    "CodeSystem",
    "Communication",
    "CommunicationRequest",
    "CompartmentDefinition",
    "Composition",
    "ConceptMap",
    "Condition",
    "Consent",
    "Contract",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "DetectedIssue",
    "Device",
    "DeviceDefinition",
    "DeviceMetric",
    "DeviceRequest",
    "DeviceUseStatement",
    "DiagnosticReport",
    "DocumentManifest",
    "DocumentReference",
    "DomainResource",
    "EffectEvidenceSynthesis",
    "Encounter",
    "Endpoint",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "EpisodeOfCare",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "GraphDefinition",
    "Group",
    "GuidanceResponse",
    "HealthcareService",
    "ImagingStudy",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "ImplementationGuide",
    "InsurancePlan",
    "Invoice",
    "Library",
    "Linkage",
    "List",
    "Location",
    "Measure",
    "MeasureReport",
    "Media",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationKnowledge",
    "MedicationRequest",
    "MedicationStatement",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "MessageHeader",
    "MolecularSequence",
    "NamingSystem",
    "NutritionOrder",
    "Observation",
    "ObservationDefinition",
    "OperationDefinition",
    "OperationOutcome",
    "Organization",
    "OrganizationAffiliation",
    "Parameters",
    "Patient",
    "PaymentNotice",
    "PaymentReconciliation",
    "Person",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "RequestGroup",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "ResearchStudy",
    "ResearchSubject",
    "Resource",
    "RiskAssessment",
    "RiskEvidenceSynthesis",
    "Schedule",
    "SearchParameter",
    "ServiceRequest",
    "Slot",
    "Specimen",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Subscription",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "SupplyDelivery",
    "SupplyRequest",
    "Task",
    "TerminologyCapabilities",
    "TestReport",
    "TestScript",
    "ValueSet",
    "VerificationResult",
    "VisionPrescription",
]
RestfulCapabilityModeCode = Literal["client", "server"]
SearchEntryModeCode = Literal["match", "include", "outcome"]
SearchParamTypeCode = Literal[
    "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"
]
SortDirectionCode = Literal["ascending", "descending"]
SystemRestfulInteractionCode = Literal["transaction", "batch", "search-system", "history-system"]
TaskIntentCode = Literal[
    "unknown", "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"
]
TaskStatusCode = Literal[
    "draft",
    "requested",
    "received",
    "accepted",
    "rejected",
    "ready",
    "cancelled",
    "in-progress",
    "on-hold",
    "failed",
    "completed",
    "entered-in-error",
]
TriggerTypeCode = Literal[
    "named-event",
    "periodic",
    "data-changed",
    "data-added",
    "data-modified",
    "data-removed",
    "data-accessed",
    "data-access-ended",
]
TypeRestfulInteractionCode = Literal[
    "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"
]
UnitsOfTimeCode = Literal["s", "min", "h", "d", "wk", "mo", "a"]
VersioningPolicyCode = Literal["no-version", "versioned", "versioned-update"]

TARGETS_1 = frozenset(["Organization", "Patient", "Practitioner", "RelatedPerson"])
TARGETS_2 = frozenset(["Organization"])
TARGETS_3 = frozenset(["Device", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"])
TARGETS_4 = frozenset(["Group"])
TARGETS_5 = frozenset(["Schedule"])
TARGETS_6 = frozenset(
    ["Group", "HealthcareService", "InsurancePlan", "Location", "Organization", "PlanDefinition", "ResearchStudy"]
)
TARGETS_7 = frozenset(["Organization", "Patient", "RelatedPerson"])
TARGETS_8 = frozenset(["Patient", "RelatedPerson"])
TARGETS_9 = frozenset(["Patient"])
TARGETS_10 = frozenset(["Contract"])
TARGETS_11 = frozenset(["Practitioner", "PractitionerRole"])
TARGETS_12 = frozenset(["Organization", "Practitioner", "PractitionerRole"])
TARGETS_13 = frozenset(["Location"])
TARGETS_14 = frozenset(["Coverage"])
TARGETS_15 = frozenset(["Location", "Organization"])
TARGETS_16 = frozenset(["Condition"])
TARGETS_17 = frozenset(["CoverageEligibilityRequest"])
TARGETS_18 = frozenset(["DeviceRequest", "MedicationRequest", "VisionPrescription"])
TARGETS_19 = frozenset(["ServiceRequest"])
TARGETS_20 = frozenset(["Claim"])
TARGETS_21 = frozenset(["Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"])
TARGETS_22 = frozenset(["Procedure"])
TARGETS_23 = frozenset(["Device"])
TARGETS_24 = frozenset(["ClaimResponse"])
TARGETS_25 = frozenset(["Encounter"])
TARGETS_26 = frozenset(["CommunicationRequest"])
TARGETS_27 = frozenset(["Task"])
TARGETS_28 = frozenset(["PractitionerRole"])
TARGETS_29 = frozenset(["PaymentReconciliation"])
TARGETS_30 = frozenset(["MedicationRequest", "VisionPrescription"])
TARGETS_31 = frozenset(["MedicationRequest"])
TARGETS_32 = frozenset(["Endpoint"])
TARGETS_33 = frozenset(["Practitioner"])
TARGETS_34 = frozenset(["HealthcareService"])
TARGETS_35 = frozenset(
    [
        "CareTeam",
        "Device",
        "HealthcareService",
        "Organization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
    ]
)
TARGETS_36 = frozenset(["ClaimResponse", "Coverage"])
TARGETS_37 = frozenset(["Provenance"])
TARGETS_38 = frozenset(["Group", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson"])


class Element(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base for all elements."""

    id: String | None = None
    extension: Annotated[list[Extension], Must(min_length=1)] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # resources hold persons: none of it reaches a log


class Extension(Element, frozen=True, kw_only=True):
    """Optional Extensions Element."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    url: Uri
    value_base64_binary: Base64Binary | None = field(default=None, name="valueBase64Binary")
    value_base64_binary_ext: Element | None = field(default=None, name="_valueBase64Binary")
    value_boolean: bool | None = field(default=None, name="valueBoolean")
    value_boolean_ext: Element | None = field(default=None, name="_valueBoolean")
    value_canonical: Canonical | None = field(default=None, name="valueCanonical")
    value_canonical_ext: Element | None = field(default=None, name="_valueCanonical")
    value_code: Code | None = field(default=None, name="valueCode")
    value_code_ext: Element | None = field(default=None, name="_valueCode")
    value_date: Date | None = field(default=None, name="valueDate")
    value_date_ext: Element | None = field(default=None, name="_valueDate")
    value_date_time: DateTime | None = field(default=None, name="valueDateTime")
    value_date_time_ext: Element | None = field(default=None, name="_valueDateTime")
    value_decimal: Decimal | None = field(default=None, name="valueDecimal")
    value_decimal_ext: Element | None = field(default=None, name="_valueDecimal")
    value_id: Id | None = field(default=None, name="valueId")
    value_id_ext: Element | None = field(default=None, name="_valueId")
    value_instant: Instant | None = field(default=None, name="valueInstant")
    value_instant_ext: Element | None = field(default=None, name="_valueInstant")
    value_integer: Integer | None = field(default=None, name="valueInteger")
    value_integer_ext: Element | None = field(default=None, name="_valueInteger")
    value_markdown: Markdown | None = field(default=None, name="valueMarkdown")
    value_markdown_ext: Element | None = field(default=None, name="_valueMarkdown")
    value_oid: Oid | None = field(default=None, name="valueOid")
    value_oid_ext: Element | None = field(default=None, name="_valueOid")
    value_positive_int: PositiveInt | None = field(default=None, name="valuePositiveInt")
    value_positive_int_ext: Element | None = field(default=None, name="_valuePositiveInt")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_time: Time | None = field(default=None, name="valueTime")
    value_time_ext: Element | None = field(default=None, name="_valueTime")
    value_unsigned_int: UnsignedInt | None = field(default=None, name="valueUnsignedInt")
    value_unsigned_int_ext: Element | None = field(default=None, name="_valueUnsignedInt")
    value_uri: Uri | None = field(default=None, name="valueUri")
    value_uri_ext: Element | None = field(default=None, name="_valueUri")
    value_url: Url | None = field(default=None, name="valueUrl")
    value_url_ext: Element | None = field(default=None, name="_valueUrl")
    value_uuid: Uuid | None = field(default=None, name="valueUuid")
    value_uuid_ext: Element | None = field(default=None, name="_valueUuid")
    value_address: Address | None = field(default=None, name="valueAddress")
    value_age: Age | None = field(default=None, name="valueAge")
    value_annotation: Annotation | None = field(default=None, name="valueAnnotation")
    value_attachment: Attachment | None = field(default=None, name="valueAttachment")
    value_codeable_concept: CodeableConcept | None = field(default=None, name="valueCodeableConcept")
    value_coding: Coding | None = field(default=None, name="valueCoding")
    value_contact_point: ContactPoint | None = field(default=None, name="valueContactPoint")
    value_count: Count | None = field(default=None, name="valueCount")
    value_distance: Distance | None = field(default=None, name="valueDistance")
    value_duration: Duration | None = field(default=None, name="valueDuration")
    value_human_name: HumanName | None = field(default=None, name="valueHumanName")
    value_identifier: Identifier | None = field(default=None, name="valueIdentifier")
    value_money: Money | None = field(default=None, name="valueMoney")
    value_period: Period | None = field(default=None, name="valuePeriod")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_range: Range | None = field(default=None, name="valueRange")
    value_ratio: Ratio | None = field(default=None, name="valueRatio")
    value_reference: Reference | None = field(default=None, name="valueReference")
    value_sampled_data: SampledData | None = field(default=None, name="valueSampledData")
    value_signature: Signature | None = field(default=None, name="valueSignature")
    value_timing: Timing | None = field(default=None, name="valueTiming")
    value_contact_detail: ContactDetail | None = field(default=None, name="valueContactDetail")
    value_contributor: Contributor | None = field(default=None, name="valueContributor")
    value_data_requirement: DataRequirement | None = field(default=None, name="valueDataRequirement")
    value_expression: Expression | None = field(default=None, name="valueExpression")
    value_parameter_definition: ParameterDefinition | None = field(default=None, name="valueParameterDefinition")
    value_related_artifact: RelatedArtifact | None = field(default=None, name="valueRelatedArtifact")
    value_trigger_definition: TriggerDefinition | None = field(default=None, name="valueTriggerDefinition")
    value_usage_context: UsageContext | None = field(default=None, name="valueUsageContext")
    value_dosage: Dosage | None = field(default=None, name="valueDosage")
    value_meta: Meta | None = field(default=None, name="valueMeta")

    def __post_init__(self) -> None:
        if self.id is self.value_decimal is None and astuple(self).count(None) == 70:
            return
        choose(
            "value[x]",
            False,
            (
                self.value_base64_binary or self.value_base64_binary_ext,
                self.value_boolean if self.value_boolean is not None else self.value_boolean_ext,
                self.value_canonical or self.value_canonical_ext,
                self.value_code or self.value_code_ext,
                self.value_date or self.value_date_ext,
                self.value_date_time or self.value_date_time_ext,
                self.value_decimal if self.value_decimal is not None else self.value_decimal_ext,
                self.value_id or self.value_id_ext,
                self.value_instant or self.value_instant_ext,
                self.value_integer if self.value_integer is not None else self.value_integer_ext,
                self.value_markdown or self.value_markdown_ext,
                self.value_oid or self.value_oid_ext,
                self.value_positive_int if self.value_positive_int is not None else self.value_positive_int_ext,
                self.value_string or self.value_string_ext,
                self.value_time or self.value_time_ext,
                self.value_unsigned_int if self.value_unsigned_int is not None else self.value_unsigned_int_ext,
                self.value_uri or self.value_uri_ext,
                self.value_url or self.value_url_ext,
                self.value_uuid or self.value_uuid_ext,
                self.value_address,
                self.value_age,
                self.value_annotation,
                self.value_attachment,
                self.value_codeable_concept,
                self.value_coding,
                self.value_contact_point,
                self.value_count,
                self.value_distance,
                self.value_duration,
                self.value_human_name,
                self.value_identifier,
                self.value_money,
                self.value_period,
                self.value_quantity,
                self.value_range,
                self.value_ratio,
                self.value_reference,
                self.value_sampled_data,
                self.value_signature,
                self.value_timing,
                self.value_contact_detail,
                self.value_contributor,
                self.value_data_requirement,
                self.value_expression,
                self.value_parameter_definition,
                self.value_related_artifact,
                self.value_trigger_definition,
                self.value_usage_context,
                self.value_dosage,
                self.value_meta,
            ),
        )
        if self.value_decimal is not None:
            bounded(self.value_decimal, "valueDecimal")
        checks.extension(self)


class Address(Element, frozen=True, kw_only=True):
    """An address expressed using postal conventions (as opposed to GPS or other location definition formats)."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    use: AddressUseCode | None = None
    use_ext: Element | None = field(default=None, name="_use")
    type: AddressTypeCode | None = None
    type_ext: Element | None = field(default=None, name="_type")
    text: String | None = None
    text_ext: Element | None = field(default=None, name="_text")
    line: Annotated[list[String | None], Must(min_length=1)] | None = None
    line_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_line")
    city: String | None = None
    city_ext: Element | None = field(default=None, name="_city")
    district: String | None = None
    district_ext: Element | None = field(default=None, name="_district")
    state: String | None = None
    state_ext: Element | None = field(default=None, name="_state")
    postal_code: String | None = field(default=None, name="postalCode")
    postal_code_ext: Element | None = field(default=None, name="_postalCode")
    country: String | None = None
    country_ext: Element | None = field(default=None, name="_country")
    period: Period | None = None


class Period(Element, frozen=True, kw_only=True):
    """Time range defined by start and end date/time."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    start: DateTime | None = None
    start_ext: Element | None = field(default=None, name="_start")
    end: DateTime | None = None
    end_ext: Element | None = field(default=None, name="_end")

    def __post_init__(self) -> None:
        checks.period(self)


class Quantity(Element, frozen=True, kw_only=True):
    """A measured or measurable amount."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    value: Decimal | None = None
    value_ext: Element | None = field(default=None, name="_value")
    comparator: QuantityComparatorCode | None = None
    comparator_ext: Element | None = field(default=None, name="_comparator")
    unit: String | None = None
    unit_ext: Element | None = field(default=None, name="_unit")
    system: Uri | None = None
    system_ext: Element | None = field(default=None, name="_system")
    code: Code | None = None
    code_ext: Element | None = field(default=None, name="_code")

    def __post_init__(self) -> None:
        if self.value is not None:
            bounded(self.value, "value")
        checks.quantity(self)


class Age(Quantity, frozen=True, kw_only=True):
    """A duration of time during which an organism (or a process) has existed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.age(self)


class Annotation(Element, frozen=True, kw_only=True):
    """Text node with attribution."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    author_reference: Reference | None = field(default=None, name="authorReference")
    author_string: String | None = field(default=None, name="authorString")
    author_string_ext: Element | None = field(default=None, name="_authorString")
    time: DateTime | None = None
    time_ext: Element | None = field(default=None, name="_time")
    text: Markdown
    text_ext: Element | None = field(default=None, name="_text")

    def __post_init__(self) -> None:
        if (self.author_reference, self.author_string or self.author_string_ext).count(None) < 1:
            choose("author[x]", False, (self.author_reference, self.author_string or self.author_string_ext))
        if self.author_reference is not None:
            aim(self.author_reference, TARGETS_1, "authorReference")


class Reference(Element, frozen=True, kw_only=True):
    """A reference from one resource to another."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    reference: String | None = None
    reference_ext: Element | None = field(default=None, name="_reference")
    type: Uri | None = None
    type_ext: Element | None = field(default=None, name="_type")
    identifier: Identifier | None = None
    display: String | None = None
    display_ext: Element | None = field(default=None, name="_display")


class Identifier(Element, frozen=True, kw_only=True):
    """An identifier intended for computation."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    use: IdentifierUseCode | None = None
    use_ext: Element | None = field(default=None, name="_use")
    type: CodeableConcept | None = None
    system: Uri | None = None
    system_ext: Element | None = field(default=None, name="_system")
    value: String | None = None
    value_ext: Element | None = field(default=None, name="_value")
    period: Period | None = None
    assigner: Reference | None = None

    def __post_init__(self) -> None:
        if self.assigner is not None:
            aim(self.assigner, TARGETS_2, "assigner")


class CodeableConcept(Element, frozen=True, kw_only=True):
    """Concept - reference to a terminology or just text."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    coding: Annotated[list[Coding], Must(min_length=1)] | None = None
    text: String | None = None
    text_ext: Element | None = field(default=None, name="_text")


class Coding(Element, frozen=True, kw_only=True):
    """A reference to a code defined by a terminology system."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    system: Uri | None = None
    system_ext: Element | None = field(default=None, name="_system")
    version: String | None = None
    version_ext: Element | None = field(default=None, name="_version")
    code: Code | None = None
    code_ext: Element | None = field(default=None, name="_code")
    display: String | None = None
    display_ext: Element | None = field(default=None, name="_display")
    user_selected: bool | None = field(default=None, name="userSelected")
    user_selected_ext: Element | None = field(default=None, name="_userSelected")


class Attachment(Element, frozen=True, kw_only=True):
    """Content in a format defined elsewhere."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    content_type: Code | None = field(default=None, name="contentType")
    content_type_ext: Element | None = field(default=None, name="_contentType")
    language: Code | None = None
    language_ext: Element | None = field(default=None, name="_language")
    data: Base64Binary | None = None
    data_ext: Element | None = field(default=None, name="_data")
    url: Url | None = None
    url_ext: Element | None = field(default=None, name="_url")
    size: UnsignedInt | None = None
    size_ext: Element | None = field(default=None, name="_size")
    hash: Base64Binary | None = None
    hash_ext: Element | None = field(default=None, name="_hash")
    title: String | None = None
    title_ext: Element | None = field(default=None, name="_title")
    creation: DateTime | None = None
    creation_ext: Element | None = field(default=None, name="_creation")

    def __post_init__(self) -> None:
        checks.attachment(self)


class ContactPoint(Element, frozen=True, kw_only=True):
    """Details of a Technology mediated contact point (phone, fax, email, etc.)."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    system: ContactPointSystemCode | None = None
    system_ext: Element | None = field(default=None, name="_system")
    value: String | None = None
    value_ext: Element | None = field(default=None, name="_value")
    use: ContactPointUseCode | None = None
    use_ext: Element | None = field(default=None, name="_use")
    rank: PositiveInt | None = None
    rank_ext: Element | None = field(default=None, name="_rank")
    period: Period | None = None

    def __post_init__(self) -> None:
        checks.contact_point(self)


class Count(Quantity, frozen=True, kw_only=True):
    """A measured or measurable amount."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.count(self)


class Distance(Quantity, frozen=True, kw_only=True):
    """A length - a value with a unit that is a physical distance."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.distance(self)


class Duration(Quantity, frozen=True, kw_only=True):
    """A length of time."""

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.duration(self)


class HumanName(Element, frozen=True, kw_only=True):
    """Name of a human - parts and usage."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    use: NameUseCode | None = None
    use_ext: Element | None = field(default=None, name="_use")
    text: String | None = None
    text_ext: Element | None = field(default=None, name="_text")
    family: String | None = None
    family_ext: Element | None = field(default=None, name="_family")
    given: Annotated[list[String | None], Must(min_length=1)] | None = None
    given_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_given")
    prefix: Annotated[list[String | None], Must(min_length=1)] | None = None
    prefix_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_prefix")
    suffix: Annotated[list[String | None], Must(min_length=1)] | None = None
    suffix_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_suffix")
    period: Period | None = None


class Money(Element, frozen=True, kw_only=True):
    """An amount of economic utility in some recognized currency."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    value: Decimal | None = None
    value_ext: Element | None = field(default=None, name="_value")
    currency: Code | None = None
    currency_ext: Element | None = field(default=None, name="_currency")

    def __post_init__(self) -> None:
        if self.value is not None:
            bounded(self.value, "value")
        checks.money(self)


class Range(Element, frozen=True, kw_only=True):
    """Set of values bounded by low and high."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    low: Quantity | None = None
    high: Quantity | None = None

    def __post_init__(self) -> None:
        checks.range_(self)


class Ratio(Element, frozen=True, kw_only=True):
    """A ratio of two Quantity values - a numerator and a denominator."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    numerator: Quantity | None = None
    denominator: Quantity | None = None

    def __post_init__(self) -> None:
        checks.ratio(self)


class SampledData(Element, frozen=True, kw_only=True):
    """A series of measurements taken by a device."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    origin: Quantity
    period: Decimal
    period_ext: Element | None = field(default=None, name="_period")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    lower_limit: Decimal | None = field(default=None, name="lowerLimit")
    lower_limit_ext: Element | None = field(default=None, name="_lowerLimit")
    upper_limit: Decimal | None = field(default=None, name="upperLimit")
    upper_limit_ext: Element | None = field(default=None, name="_upperLimit")
    dimensions: PositiveInt
    dimensions_ext: Element | None = field(default=None, name="_dimensions")
    data: String | None = None
    data_ext: Element | None = field(default=None, name="_data")

    def __post_init__(self) -> None:
        bounded(self.period, "period")
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.lower_limit is not None:
            bounded(self.lower_limit, "lowerLimit")
        if self.upper_limit is not None:
            bounded(self.upper_limit, "upperLimit")


class Signature(Element, frozen=True, kw_only=True):
    """A Signature - XML DigSig, JWS, Graphical image of signature, etc."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    type: Annotated[list[Coding], Must(min_length=1)]
    when: Instant
    when_ext: Element | None = field(default=None, name="_when")
    who: Reference
    on_behalf_of: Reference | None = field(default=None, name="onBehalfOf")
    target_format: Code | None = field(default=None, name="targetFormat")
    target_format_ext: Element | None = field(default=None, name="_targetFormat")
    sig_format: Code | None = field(default=None, name="sigFormat")
    sig_format_ext: Element | None = field(default=None, name="_sigFormat")
    data: Base64Binary | None = None
    data_ext: Element | None = field(default=None, name="_data")

    def __post_init__(self) -> None:
        aim(self.who, TARGETS_3, "who")
        if self.on_behalf_of is not None:
            aim(self.on_behalf_of, TARGETS_3, "onBehalfOf")


class BackboneElement(Element, frozen=True, kw_only=True):
    """Base for elements defined inside a resource."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    modifier_extension: Annotated[list[Extension], Must(min_length=1)] | None = field(
        default=None, name="modifierExtension"
    )


class Timing(BackboneElement, frozen=True, kw_only=True):
    """A timing schedule that specifies an event that may occur multiple times."""

    event: Annotated[list[DateTime | None], Must(min_length=1)] | None = None
    event_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_event")
    repeat: TimingRepeat | None = None
    code: CodeableConcept | None = None


class TimingRepeat(Element, frozen=True, kw_only=True):
    """When the event is to occur."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    bounds_duration: Duration | None = field(default=None, name="boundsDuration")
    bounds_range: Range | None = field(default=None, name="boundsRange")
    bounds_period: Period | None = field(default=None, name="boundsPeriod")
    count: PositiveInt | None = None
    count_ext: Element | None = field(default=None, name="_count")
    count_max: PositiveInt | None = field(default=None, name="countMax")
    count_max_ext: Element | None = field(default=None, name="_countMax")
    duration: Decimal | None = None
    duration_ext: Element | None = field(default=None, name="_duration")
    duration_max: Decimal | None = field(default=None, name="durationMax")
    duration_max_ext: Element | None = field(default=None, name="_durationMax")
    duration_unit: UnitsOfTimeCode | None = field(default=None, name="durationUnit")
    duration_unit_ext: Element | None = field(default=None, name="_durationUnit")
    frequency: PositiveInt | None = None
    frequency_ext: Element | None = field(default=None, name="_frequency")
    frequency_max: PositiveInt | None = field(default=None, name="frequencyMax")
    frequency_max_ext: Element | None = field(default=None, name="_frequencyMax")
    period: Decimal | None = None
    period_ext: Element | None = field(default=None, name="_period")
    period_max: Decimal | None = field(default=None, name="periodMax")
    period_max_ext: Element | None = field(default=None, name="_periodMax")
    period_unit: UnitsOfTimeCode | None = field(default=None, name="periodUnit")
    period_unit_ext: Element | None = field(default=None, name="_periodUnit")
    day_of_week: Annotated[list[DaysOfWeekCode | None], Must(min_length=1)] | None = field(
        default=None, name="dayOfWeek"
    )
    day_of_week_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_dayOfWeek")
    time_of_day: Annotated[list[Time | None], Must(min_length=1)] | None = field(default=None, name="timeOfDay")
    time_of_day_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_timeOfDay")
    when: Annotated[list[EventTimingCode | None], Must(min_length=1)] | None = None
    when_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_when")
    offset: UnsignedInt | None = None
    offset_ext: Element | None = field(default=None, name="_offset")

    def __post_init__(self) -> None:
        if (self.bounds_duration, self.bounds_range, self.bounds_period).count(None) < 2:
            choose("bounds[x]", False, (self.bounds_duration, self.bounds_range, self.bounds_period))
        if self.duration is not None:
            bounded(self.duration, "duration")
        if self.duration_max is not None:
            bounded(self.duration_max, "durationMax")
        if self.period is not None:
            bounded(self.period, "period")
        if self.period_max is not None:
            bounded(self.period_max, "periodMax")
        checks.repeat(self)


class ContactDetail(Element, frozen=True, kw_only=True):
    """Contact information."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None


class Contributor(Element, frozen=True, kw_only=True):
    """Contributor information."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    type: ContributorTypeCode
    type_ext: Element | None = field(default=None, name="_type")
    name: String
    name_ext: Element | None = field(default=None, name="_name")
    contact: Annotated[list[ContactDetail], Must(min_length=1)] | None = None


class DataRequirement(Element, frozen=True, kw_only=True):
    """Describes a required data item."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    type: AllTypesCode
    type_ext: Element | None = field(default=None, name="_type")
    profile: Annotated[list[Canonical | None], Must(min_length=1)] | None = None
    profile_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_profile")
    subject_codeable_concept: CodeableConcept | None = field(default=None, name="subjectCodeableConcept")
    subject_reference: Reference | None = field(default=None, name="subjectReference")
    must_support: Annotated[list[String | None], Must(min_length=1)] | None = field(default=None, name="mustSupport")
    must_support_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_mustSupport"
    )
    code_filter: Annotated[list[DataRequirementCodeFilter], Must(min_length=1)] | None = field(
        default=None, name="codeFilter"
    )
    date_filter: Annotated[list[DataRequirementDateFilter], Must(min_length=1)] | None = field(
        default=None, name="dateFilter"
    )
    limit: PositiveInt | None = None
    limit_ext: Element | None = field(default=None, name="_limit")
    sort: Annotated[list[DataRequirementSort], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.subject_codeable_concept, self.subject_reference).count(None) < 1:
            choose("subject[x]", False, (self.subject_codeable_concept, self.subject_reference))
        if self.subject_reference is not None:
            aim(self.subject_reference, TARGETS_4, "subjectReference")


class DataRequirementCodeFilter(Element, frozen=True, kw_only=True):
    """What codes are expected."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    path: String | None = None
    path_ext: Element | None = field(default=None, name="_path")
    search_param: String | None = field(default=None, name="searchParam")
    search_param_ext: Element | None = field(default=None, name="_searchParam")
    value_set: Canonical | None = field(default=None, name="valueSet")
    value_set_ext: Element | None = field(default=None, name="_valueSet")
    code: Annotated[list[Coding], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        checks.code_filter(self)


class DataRequirementDateFilter(Element, frozen=True, kw_only=True):
    """What dates/date ranges are expected."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    path: String | None = None
    path_ext: Element | None = field(default=None, name="_path")
    search_param: String | None = field(default=None, name="searchParam")
    search_param_ext: Element | None = field(default=None, name="_searchParam")
    value_date_time: DateTime | None = field(default=None, name="valueDateTime")
    value_date_time_ext: Element | None = field(default=None, name="_valueDateTime")
    value_period: Period | None = field(default=None, name="valuePeriod")
    value_duration: Duration | None = field(default=None, name="valueDuration")

    def __post_init__(self) -> None:
        if (self.value_date_time or self.value_date_time_ext, self.value_period, self.value_duration).count(None) < 2:
            choose(
                "value[x]",
                False,
                (self.value_date_time or self.value_date_time_ext, self.value_period, self.value_duration),
            )
        checks.date_filter(self)


class DataRequirementSort(Element, frozen=True, kw_only=True):
    """Order of the results."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    path: String
    path_ext: Element | None = field(default=None, name="_path")
    direction: SortDirectionCode
    direction_ext: Element | None = field(default=None, name="_direction")


class Expression(Element, frozen=True, kw_only=True):
    """An expression that can be used to generate a value."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    description: String | None = None
    description_ext: Element | None = field(default=None, name="_description")
    name: Id | None = None
    name_ext: Element | None = field(default=None, name="_name")
    language: Code
    language_ext: Element | None = field(default=None, name="_language")
    expression: String | None = None
    expression_ext: Element | None = field(default=None, name="_expression")
    reference: Uri | None = None
    reference_ext: Element | None = field(default=None, name="_reference")

    def __post_init__(self) -> None:
        checks.expression(self)


class ParameterDefinition(Element, frozen=True, kw_only=True):
    """Definition of a parameter to a module."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    name: Code | None = None
    name_ext: Element | None = field(default=None, name="_name")
    use: OperationParameterUseCode
    use_ext: Element | None = field(default=None, name="_use")
    min: Integer | None = None
    min_ext: Element | None = field(default=None, name="_min")
    max: String | None = None
    max_ext: Element | None = field(default=None, name="_max")
    documentation: String | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")
    type: AllTypesCode
    type_ext: Element | None = field(default=None, name="_type")
    profile: Canonical | None = None
    profile_ext: Element | None = field(default=None, name="_profile")


class RelatedArtifact(Element, frozen=True, kw_only=True):
    """Related artifacts for a knowledge resource."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    type: RelatedArtifactTypeCode
    type_ext: Element | None = field(default=None, name="_type")
    label: String | None = None
    label_ext: Element | None = field(default=None, name="_label")
    display: String | None = None
    display_ext: Element | None = field(default=None, name="_display")
    citation: Markdown | None = None
    citation_ext: Element | None = field(default=None, name="_citation")
    url: Url | None = None
    url_ext: Element | None = field(default=None, name="_url")
    document: Attachment | None = None
    resource: Canonical | None = None
    resource_ext: Element | None = field(default=None, name="_resource")


class TriggerDefinition(Element, frozen=True, kw_only=True):
    """Defines an expected trigger for a module."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    type: TriggerTypeCode
    type_ext: Element | None = field(default=None, name="_type")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    timing_timing: Timing | None = field(default=None, name="timingTiming")
    timing_reference: Reference | None = field(default=None, name="timingReference")
    timing_date: Date | None = field(default=None, name="timingDate")
    timing_date_ext: Element | None = field(default=None, name="_timingDate")
    timing_date_time: DateTime | None = field(default=None, name="timingDateTime")
    timing_date_time_ext: Element | None = field(default=None, name="_timingDateTime")
    data: Annotated[list[DataRequirement], Must(min_length=1)] | None = None
    condition: Expression | None = None

    def __post_init__(self) -> None:
        if (
            self.timing_timing,
            self.timing_reference,
            self.timing_date or self.timing_date_ext,
            self.timing_date_time or self.timing_date_time_ext,
        ).count(None) < 3:
            choose(
                "timing[x]",
                False,
                (
                    self.timing_timing,
                    self.timing_reference,
                    self.timing_date or self.timing_date_ext,
                    self.timing_date_time or self.timing_date_time_ext,
                ),
            )
        if self.timing_reference is not None:
            aim(self.timing_reference, TARGETS_5, "timingReference")
        checks.trigger(self)


class UsageContext(Element, frozen=True, kw_only=True):
    """Describes the context of use for a conformance or knowledge resource."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    code: Coding
    value_codeable_concept: CodeableConcept | None = field(default=None, name="valueCodeableConcept")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_range: Range | None = field(default=None, name="valueRange")
    value_reference: Reference | None = field(default=None, name="valueReference")

    def __post_init__(self) -> None:
        if (self.value_codeable_concept, self.value_quantity, self.value_range, self.value_reference).count(None) != 3:
            choose(
                "value[x]",
                True,
                (self.value_codeable_concept, self.value_quantity, self.value_range, self.value_reference),
            )
        if self.value_reference is not None:
            aim(self.value_reference, TARGETS_6, "valueReference")


class Dosage(BackboneElement, frozen=True, kw_only=True):
    """How the medication is/was taken or should be taken."""

    sequence: Integer | None = None
    sequence_ext: Element | None = field(default=None, name="_sequence")
    text: String | None = None
    text_ext: Element | None = field(default=None, name="_text")
    additional_instruction: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(
        default=None, name="additionalInstruction"
    )
    patient_instruction: String | None = field(default=None, name="patientInstruction")
    patient_instruction_ext: Element | None = field(default=None, name="_patientInstruction")
    timing: Timing | None = None
    as_needed_boolean: bool | None = field(default=None, name="asNeededBoolean")
    as_needed_boolean_ext: Element | None = field(default=None, name="_asNeededBoolean")
    as_needed_codeable_concept: CodeableConcept | None = field(default=None, name="asNeededCodeableConcept")
    site: CodeableConcept | None = None
    route: CodeableConcept | None = None
    method: CodeableConcept | None = None
    dose_and_rate: Annotated[list[DosageDoseAndRate], Must(min_length=1)] | None = field(
        default=None, name="doseAndRate"
    )
    max_dose_per_period: Ratio | None = field(default=None, name="maxDosePerPeriod")
    max_dose_per_administration: Quantity | None = field(default=None, name="maxDosePerAdministration")
    max_dose_per_lifetime: Quantity | None = field(default=None, name="maxDosePerLifetime")

    def __post_init__(self) -> None:
        if (
            self.as_needed_boolean if self.as_needed_boolean is not None else self.as_needed_boolean_ext,
            self.as_needed_codeable_concept,
        ).count(None) < 1:
            choose(
                "asNeeded[x]",
                False,
                (
                    self.as_needed_boolean if self.as_needed_boolean is not None else self.as_needed_boolean_ext,
                    self.as_needed_codeable_concept,
                ),
            )


class DosageDoseAndRate(Element, frozen=True, kw_only=True):
    """Amount of medication administered."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    type: CodeableConcept | None = None
    dose_range: Range | None = field(default=None, name="doseRange")
    dose_quantity: Quantity | None = field(default=None, name="doseQuantity")
    rate_ratio: Ratio | None = field(default=None, name="rateRatio")
    rate_range: Range | None = field(default=None, name="rateRange")
    rate_quantity: Quantity | None = field(default=None, name="rateQuantity")

    def __post_init__(self) -> None:
        if (self.dose_range, self.dose_quantity).count(None) < 1:
            choose("dose[x]", False, (self.dose_range, self.dose_quantity))
        if (self.rate_ratio, self.rate_range, self.rate_quantity).count(None) < 2:
            choose("rate[x]", False, (self.rate_ratio, self.rate_range, self.rate_quantity))


class Meta(Element, frozen=True, kw_only=True):
    """Metadata about a resource."""

    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    version_id: Id | None = field(default=None, name="versionId")
    version_id_ext: Element | None = field(default=None, name="_versionId")
    last_updated: Instant | None = field(default=None, name="lastUpdated")
    last_updated_ext: Element | None = field(default=None, name="_lastUpdated")
    source: Uri | None = None
    source_ext: Element | None = field(default=None, name="_source")
    profile: Annotated[list[Canonical | None], Must(min_length=1)] | None = None
    profile_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_profile")
    security: Annotated[list[Coding], Must(min_length=1)] | None = None
    tag: Annotated[list[Coding], Must(min_length=1)] | None = None


class Resource(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base Resource."""

    id: Id | None = None
    meta: Meta | None = None
    implicit_rules: Uri | None = field(default=None, name="implicitRules")
    implicit_rules_ext: Element | None = field(default=None, name="_implicitRules")
    language: Code | None = None
    language_ext: Element | None = field(default=None, name="_language")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # resources hold persons: none of it reaches a log


if TYPE_CHECKING:
    Held = Resource | Raw
    """A resource inside another one; raw text when its type is not one of ours."""
    HeldOrNone = Held | None
else:
    Held = HeldOrNone = Raw  # the reader decodes it in a second step, by its type


class DomainResource(Resource, frozen=True, kw_only=True):
    """A resource with narrative, extensions, and contained resources."""

    text: Narrative | None = None
    contained: Annotated[list[Held], Must(min_length=1)] | None = None
    extension: Annotated[list[Extension], Must(min_length=1)] | None = None
    modifier_extension: Annotated[list[Extension], Must(min_length=1)] | None = field(
        default=None, name="modifierExtension"
    )


class Narrative(Element, frozen=True, kw_only=True):
    """Human-readable summary of the resource (essential clinical and business information)."""

    status: NarrativeStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    div: Xhtml

    def __post_init__(self) -> None:
        checks.narrative(self)


class Coverage(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="Coverage"):
    """Insurance or medical plan or a payment agreement."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    type: CodeableConcept | None = None
    policy_holder: Reference | None = field(default=None, name="policyHolder")
    subscriber: Reference | None = None
    subscriber_id: String | None = field(default=None, name="subscriberId")
    subscriber_id_ext: Element | None = field(default=None, name="_subscriberId")
    beneficiary: Reference
    dependent: String | None = None
    dependent_ext: Element | None = field(default=None, name="_dependent")
    relationship: CodeableConcept | None = None
    period: Period | None = None
    payor: Annotated[list[Reference], Must(min_length=1)]
    class_: Annotated[list[CoverageClass], Must(min_length=1)] | None = field(default=None, name="class")
    order: PositiveInt | None = None
    order_ext: Element | None = field(default=None, name="_order")
    network: String | None = None
    network_ext: Element | None = field(default=None, name="_network")
    cost_to_beneficiary: Annotated[list[CoverageCostToBeneficiary], Must(min_length=1)] | None = field(
        default=None, name="costToBeneficiary"
    )
    subrogation: bool | None = None
    subrogation_ext: Element | None = field(default=None, name="_subrogation")
    contract: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.policy_holder is not None:
            aim(self.policy_holder, TARGETS_7, "policyHolder")
        if self.subscriber is not None:
            aim(self.subscriber, TARGETS_8, "subscriber")
        aim(self.beneficiary, TARGETS_9, "beneficiary")
        aim_each(self.payor, TARGETS_7, "payor")
        if self.contract is not None:
            aim_each(self.contract, TARGETS_10, "contract")


class CoverageClass(BackboneElement, frozen=True, kw_only=True):
    """Additional coverage classifications."""

    type: CodeableConcept
    value: String
    value_ext: Element | None = field(default=None, name="_value")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")


class CoverageCostToBeneficiary(BackboneElement, frozen=True, kw_only=True):
    """Patient payments for services/products."""

    type: CodeableConcept | None = None
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_money: Money | None = field(default=None, name="valueMoney")
    exception: Annotated[list[CoverageCostToBeneficiaryException], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.value_quantity, self.value_money).count(None) != 1:
            choose("value[x]", True, (self.value_quantity, self.value_money))


class CoverageCostToBeneficiaryException(BackboneElement, frozen=True, kw_only=True):
    """Exceptions for patient payments."""

    type: CodeableConcept
    period: Period | None = None


class CoverageEligibilityRequest(
    DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="CoverageEligibilityRequest"
):
    """CoverageEligibilityRequest resource."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    priority: CodeableConcept | None = None
    purpose: Annotated[list[EligibilityrequestPurposeCode | None], Must(min_length=1)]
    purpose_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_purpose")
    patient: Reference
    serviced_date: Date | None = field(default=None, name="servicedDate")
    serviced_date_ext: Element | None = field(default=None, name="_servicedDate")
    serviced_period: Period | None = field(default=None, name="servicedPeriod")
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    enterer: Reference | None = None
    provider: Reference | None = None
    insurer: Reference
    facility: Reference | None = None
    supporting_info: Annotated[list[CoverageEligibilityRequestSupportingInfo], Must(min_length=1)] | None = field(
        default=None, name="supportingInfo"
    )
    insurance: Annotated[list[CoverageEligibilityRequestInsurance], Must(min_length=1)] | None = None
    item: Annotated[list[CoverageEligibilityRequestItem], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.serviced_date or self.serviced_date_ext, self.serviced_period).count(None) < 1:
            choose("serviced[x]", False, (self.serviced_date or self.serviced_date_ext, self.serviced_period))
        aim(self.patient, TARGETS_9, "patient")
        if self.enterer is not None:
            aim(self.enterer, TARGETS_11, "enterer")
        if self.provider is not None:
            aim(self.provider, TARGETS_12, "provider")
        aim(self.insurer, TARGETS_2, "insurer")
        if self.facility is not None:
            aim(self.facility, TARGETS_13, "facility")


class CoverageEligibilityRequestSupportingInfo(BackboneElement, frozen=True, kw_only=True):
    """Supporting information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    information: Reference
    applies_to_all: bool | None = field(default=None, name="appliesToAll")
    applies_to_all_ext: Element | None = field(default=None, name="_appliesToAll")


class CoverageEligibilityRequestInsurance(BackboneElement, frozen=True, kw_only=True):
    """Patient insurance information."""

    focal: bool | None = None
    focal_ext: Element | None = field(default=None, name="_focal")
    coverage: Reference
    business_arrangement: String | None = field(default=None, name="businessArrangement")
    business_arrangement_ext: Element | None = field(default=None, name="_businessArrangement")

    def __post_init__(self) -> None:
        aim(self.coverage, TARGETS_14, "coverage")


class CoverageEligibilityRequestItem(BackboneElement, frozen=True, kw_only=True):
    """Item to be evaluated for eligibiity."""

    supporting_info_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="supportingInfoSequence"
    )
    supporting_info_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_supportingInfoSequence"
    )
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept | None = field(default=None, name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    provider: Reference | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    facility: Reference | None = None
    diagnosis: Annotated[list[CoverageEligibilityRequestItemDiagnosis], Must(min_length=1)] | None = None
    detail: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.provider is not None:
            aim(self.provider, TARGETS_11, "provider")
        if self.facility is not None:
            aim(self.facility, TARGETS_15, "facility")


class CoverageEligibilityRequestItemDiagnosis(BackboneElement, frozen=True, kw_only=True):
    """Applicable diagnosis."""

    diagnosis_codeable_concept: CodeableConcept | None = field(default=None, name="diagnosisCodeableConcept")
    diagnosis_reference: Reference | None = field(default=None, name="diagnosisReference")

    def __post_init__(self) -> None:
        if (self.diagnosis_codeable_concept, self.diagnosis_reference).count(None) < 1:
            choose("diagnosis[x]", False, (self.diagnosis_codeable_concept, self.diagnosis_reference))
        if self.diagnosis_reference is not None:
            aim(self.diagnosis_reference, TARGETS_16, "diagnosisReference")


class CoverageEligibilityResponse(
    DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="CoverageEligibilityResponse"
):
    """CoverageEligibilityResponse resource."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    purpose: Annotated[list[EligibilityresponsePurposeCode | None], Must(min_length=1)]
    purpose_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_purpose")
    patient: Reference
    serviced_date: Date | None = field(default=None, name="servicedDate")
    serviced_date_ext: Element | None = field(default=None, name="_servicedDate")
    serviced_period: Period | None = field(default=None, name="servicedPeriod")
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    requestor: Reference | None = None
    request: Reference
    outcome: RemittanceOutcomeCode
    outcome_ext: Element | None = field(default=None, name="_outcome")
    disposition: String | None = None
    disposition_ext: Element | None = field(default=None, name="_disposition")
    insurer: Reference
    insurance: Annotated[list[CoverageEligibilityResponseInsurance], Must(min_length=1)] | None = None
    pre_auth_ref: String | None = field(default=None, name="preAuthRef")
    pre_auth_ref_ext: Element | None = field(default=None, name="_preAuthRef")
    form: CodeableConcept | None = None
    error: Annotated[list[CoverageEligibilityResponseError], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.serviced_date or self.serviced_date_ext, self.serviced_period).count(None) < 1:
            choose("serviced[x]", False, (self.serviced_date or self.serviced_date_ext, self.serviced_period))
        aim(self.patient, TARGETS_9, "patient")
        if self.requestor is not None:
            aim(self.requestor, TARGETS_12, "requestor")
        aim(self.request, TARGETS_17, "request")
        aim(self.insurer, TARGETS_2, "insurer")


class CoverageEligibilityResponseInsurance(BackboneElement, frozen=True, kw_only=True):
    """Patient insurance information."""

    coverage: Reference
    inforce: bool | None = None
    inforce_ext: Element | None = field(default=None, name="_inforce")
    benefit_period: Period | None = field(default=None, name="benefitPeriod")
    item: Annotated[list[CoverageEligibilityResponseInsuranceItem], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        aim(self.coverage, TARGETS_14, "coverage")


class CoverageEligibilityResponseInsuranceItem(BackboneElement, frozen=True, kw_only=True):
    """Benefits and authorization details."""

    category: CodeableConcept | None = None
    product_or_service: CodeableConcept | None = field(default=None, name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    provider: Reference | None = None
    excluded: bool | None = None
    excluded_ext: Element | None = field(default=None, name="_excluded")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    description: String | None = None
    description_ext: Element | None = field(default=None, name="_description")
    network: CodeableConcept | None = None
    unit: CodeableConcept | None = None
    term: CodeableConcept | None = None
    benefit: Annotated[list[CoverageEligibilityResponseInsuranceItemBenefit], Must(min_length=1)] | None = None
    authorization_required: bool | None = field(default=None, name="authorizationRequired")
    authorization_required_ext: Element | None = field(default=None, name="_authorizationRequired")
    authorization_supporting: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(
        default=None, name="authorizationSupporting"
    )
    authorization_url: Uri | None = field(default=None, name="authorizationUrl")
    authorization_url_ext: Element | None = field(default=None, name="_authorizationUrl")

    def __post_init__(self) -> None:
        if self.provider is not None:
            aim(self.provider, TARGETS_11, "provider")
        checks.covered_item(self)


class CoverageEligibilityResponseInsuranceItemBenefit(BackboneElement, frozen=True, kw_only=True):
    """Benefit Summary."""

    type: CodeableConcept
    allowed_unsigned_int: UnsignedInt | None = field(default=None, name="allowedUnsignedInt")
    allowed_unsigned_int_ext: Element | None = field(default=None, name="_allowedUnsignedInt")
    allowed_string: String | None = field(default=None, name="allowedString")
    allowed_string_ext: Element | None = field(default=None, name="_allowedString")
    allowed_money: Money | None = field(default=None, name="allowedMoney")
    used_unsigned_int: UnsignedInt | None = field(default=None, name="usedUnsignedInt")
    used_unsigned_int_ext: Element | None = field(default=None, name="_usedUnsignedInt")
    used_string: String | None = field(default=None, name="usedString")
    used_string_ext: Element | None = field(default=None, name="_usedString")
    used_money: Money | None = field(default=None, name="usedMoney")

    def __post_init__(self) -> None:
        if (
            self.allowed_unsigned_int if self.allowed_unsigned_int is not None else self.allowed_unsigned_int_ext,
            self.allowed_string or self.allowed_string_ext,
            self.allowed_money,
        ).count(None) < 2:
            choose(
                "allowed[x]",
                False,
                (
                    self.allowed_unsigned_int
                    if self.allowed_unsigned_int is not None
                    else self.allowed_unsigned_int_ext,
                    self.allowed_string or self.allowed_string_ext,
                    self.allowed_money,
                ),
            )
        if (
            self.used_unsigned_int if self.used_unsigned_int is not None else self.used_unsigned_int_ext,
            self.used_string or self.used_string_ext,
            self.used_money,
        ).count(None) < 2:
            choose(
                "used[x]",
                False,
                (
                    self.used_unsigned_int if self.used_unsigned_int is not None else self.used_unsigned_int_ext,
                    self.used_string or self.used_string_ext,
                    self.used_money,
                ),
            )


class CoverageEligibilityResponseError(BackboneElement, frozen=True, kw_only=True):
    """Processing errors."""

    code: CodeableConcept


class Claim(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="Claim"):
    """Claim, Pre-determination or Pre-authorization."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    type: CodeableConcept
    sub_type: CodeableConcept | None = field(default=None, name="subType")
    use: ClaimUseCode
    use_ext: Element | None = field(default=None, name="_use")
    patient: Reference
    billable_period: Period | None = field(default=None, name="billablePeriod")
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    enterer: Reference | None = None
    insurer: Reference | None = None
    provider: Reference
    priority: CodeableConcept
    funds_reserve: CodeableConcept | None = field(default=None, name="fundsReserve")
    related: Annotated[list[ClaimRelated], Must(min_length=1)] | None = None
    prescription: Reference | None = None
    original_prescription: Reference | None = field(default=None, name="originalPrescription")
    payee: ClaimPayee | None = None
    referral: Reference | None = None
    facility: Reference | None = None
    care_team: Annotated[list[ClaimCareTeam], Must(min_length=1)] | None = field(default=None, name="careTeam")
    supporting_info: Annotated[list[ClaimSupportingInfo], Must(min_length=1)] | None = field(
        default=None, name="supportingInfo"
    )
    diagnosis: Annotated[list[ClaimDiagnosis], Must(min_length=1)] | None = None
    procedure: Annotated[list[ClaimProcedure], Must(min_length=1)] | None = None
    insurance: Annotated[list[ClaimInsurance], Must(min_length=1)]
    accident: ClaimAccident | None = None
    item: Annotated[list[ClaimItem], Must(min_length=1)] | None = None
    total: Money | None = None

    def __post_init__(self) -> None:
        aim(self.patient, TARGETS_9, "patient")
        if self.enterer is not None:
            aim(self.enterer, TARGETS_11, "enterer")
        if self.insurer is not None:
            aim(self.insurer, TARGETS_2, "insurer")
        aim(self.provider, TARGETS_12, "provider")
        if self.prescription is not None:
            aim(self.prescription, TARGETS_18, "prescription")
        if self.original_prescription is not None:
            aim(self.original_prescription, TARGETS_18, "originalPrescription")
        if self.referral is not None:
            aim(self.referral, TARGETS_19, "referral")
        if self.facility is not None:
            aim(self.facility, TARGETS_13, "facility")


class ClaimRelated(BackboneElement, frozen=True, kw_only=True):
    """Prior or corollary claims."""

    claim: Reference | None = None
    relationship: CodeableConcept | None = None
    reference: Identifier | None = None

    def __post_init__(self) -> None:
        if self.claim is not None:
            aim(self.claim, TARGETS_20, "claim")


class ClaimPayee(BackboneElement, frozen=True, kw_only=True):
    """Recipient of benefits payable."""

    type: CodeableConcept
    party: Reference | None = None

    def __post_init__(self) -> None:
        if self.party is not None:
            aim(self.party, TARGETS_21, "party")


class ClaimCareTeam(BackboneElement, frozen=True, kw_only=True):
    """Members of the care team."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    provider: Reference
    responsible: bool | None = None
    responsible_ext: Element | None = field(default=None, name="_responsible")
    role: CodeableConcept | None = None
    qualification: CodeableConcept | None = None

    def __post_init__(self) -> None:
        aim(self.provider, TARGETS_12, "provider")


class ClaimSupportingInfo(BackboneElement, frozen=True, kw_only=True):
    """Supporting information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    category: CodeableConcept
    code: CodeableConcept | None = None
    timing_date: Date | None = field(default=None, name="timingDate")
    timing_date_ext: Element | None = field(default=None, name="_timingDate")
    timing_period: Period | None = field(default=None, name="timingPeriod")
    value_boolean: bool | None = field(default=None, name="valueBoolean")
    value_boolean_ext: Element | None = field(default=None, name="_valueBoolean")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_attachment: Attachment | None = field(default=None, name="valueAttachment")
    value_reference: Reference | None = field(default=None, name="valueReference")
    reason: CodeableConcept | None = None

    def __post_init__(self) -> None:
        if (self.timing_date or self.timing_date_ext, self.timing_period).count(None) < 1:
            choose("timing[x]", False, (self.timing_date or self.timing_date_ext, self.timing_period))
        choose(
            "value[x]",
            False,
            (
                self.value_boolean if self.value_boolean is not None else self.value_boolean_ext,
                self.value_string or self.value_string_ext,
                self.value_quantity,
                self.value_attachment,
                self.value_reference,
            ),
        )


class ClaimDiagnosis(BackboneElement, frozen=True, kw_only=True):
    """Pertinent diagnosis information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    diagnosis_codeable_concept: CodeableConcept | None = field(default=None, name="diagnosisCodeableConcept")
    diagnosis_reference: Reference | None = field(default=None, name="diagnosisReference")
    type: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    on_admission: CodeableConcept | None = field(default=None, name="onAdmission")
    package_code: CodeableConcept | None = field(default=None, name="packageCode")

    def __post_init__(self) -> None:
        if (self.diagnosis_codeable_concept, self.diagnosis_reference).count(None) != 1:
            choose("diagnosis[x]", True, (self.diagnosis_codeable_concept, self.diagnosis_reference))
        if self.diagnosis_reference is not None:
            aim(self.diagnosis_reference, TARGETS_16, "diagnosisReference")


class ClaimProcedure(BackboneElement, frozen=True, kw_only=True):
    """Clinical procedures performed."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    type: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    date: DateTime | None = None
    date_ext: Element | None = field(default=None, name="_date")
    procedure_codeable_concept: CodeableConcept | None = field(default=None, name="procedureCodeableConcept")
    procedure_reference: Reference | None = field(default=None, name="procedureReference")
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.procedure_codeable_concept, self.procedure_reference).count(None) != 1:
            choose("procedure[x]", True, (self.procedure_codeable_concept, self.procedure_reference))
        if self.procedure_reference is not None:
            aim(self.procedure_reference, TARGETS_22, "procedureReference")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")


class ClaimInsurance(BackboneElement, frozen=True, kw_only=True):
    """Patient insurance information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    focal: bool
    focal_ext: Element | None = field(default=None, name="_focal")
    identifier: Identifier | None = None
    coverage: Reference
    business_arrangement: String | None = field(default=None, name="businessArrangement")
    business_arrangement_ext: Element | None = field(default=None, name="_businessArrangement")
    pre_auth_ref: Annotated[list[String | None], Must(min_length=1)] | None = field(default=None, name="preAuthRef")
    pre_auth_ref_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_preAuthRef"
    )
    claim_response: Reference | None = field(default=None, name="claimResponse")

    def __post_init__(self) -> None:
        aim(self.coverage, TARGETS_14, "coverage")
        if self.claim_response is not None:
            aim(self.claim_response, TARGETS_24, "claimResponse")


class ClaimAccident(BackboneElement, frozen=True, kw_only=True):
    """Details of the event."""

    date: Date
    date_ext: Element | None = field(default=None, name="_date")
    type: CodeableConcept | None = None
    location_address: Address | None = field(default=None, name="locationAddress")
    location_reference: Reference | None = field(default=None, name="locationReference")

    def __post_init__(self) -> None:
        if (self.location_address, self.location_reference).count(None) < 1:
            choose("location[x]", False, (self.location_address, self.location_reference))
        if self.location_reference is not None:
            aim(self.location_reference, TARGETS_13, "locationReference")


class ClaimItem(BackboneElement, frozen=True, kw_only=True):
    """Product or service provided."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    care_team_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="careTeamSequence"
    )
    care_team_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_careTeamSequence"
    )
    diagnosis_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="diagnosisSequence"
    )
    diagnosis_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_diagnosisSequence"
    )
    procedure_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="procedureSequence"
    )
    procedure_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_procedureSequence"
    )
    information_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="informationSequence"
    )
    information_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_informationSequence"
    )
    revenue: CodeableConcept | None = None
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    serviced_date: Date | None = field(default=None, name="servicedDate")
    serviced_date_ext: Element | None = field(default=None, name="_servicedDate")
    serviced_period: Period | None = field(default=None, name="servicedPeriod")
    location_codeable_concept: CodeableConcept | None = field(default=None, name="locationCodeableConcept")
    location_address: Address | None = field(default=None, name="locationAddress")
    location_reference: Reference | None = field(default=None, name="locationReference")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None
    body_site: CodeableConcept | None = field(default=None, name="bodySite")
    sub_site: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="subSite")
    encounter: Annotated[list[Reference], Must(min_length=1)] | None = None
    detail: Annotated[list[ClaimItemDetail], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.serviced_date or self.serviced_date_ext, self.serviced_period).count(None) < 1:
            choose("serviced[x]", False, (self.serviced_date or self.serviced_date_ext, self.serviced_period))
        if (self.location_codeable_concept, self.location_address, self.location_reference).count(None) < 2:
            choose(
                "location[x]", False, (self.location_codeable_concept, self.location_address, self.location_reference)
            )
        if self.location_reference is not None:
            aim(self.location_reference, TARGETS_13, "locationReference")
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")
        if self.encounter is not None:
            aim_each(self.encounter, TARGETS_25, "encounter")


class ClaimItemDetail(BackboneElement, frozen=True, kw_only=True):
    """Product or service provided."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    revenue: CodeableConcept | None = None
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None
    sub_detail: Annotated[list[ClaimItemDetailSubDetail], Must(min_length=1)] | None = field(
        default=None, name="subDetail"
    )

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")


class ClaimItemDetailSubDetail(BackboneElement, frozen=True, kw_only=True):
    """Product or service provided."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    revenue: CodeableConcept | None = None
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")


class ClaimResponse(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="ClaimResponse"):
    """Response to a claim predetermination or preauthorization."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    type: CodeableConcept
    sub_type: CodeableConcept | None = field(default=None, name="subType")
    use: ClaimUseCode
    use_ext: Element | None = field(default=None, name="_use")
    patient: Reference
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    insurer: Reference
    requestor: Reference | None = None
    request: Reference | None = None
    outcome: RemittanceOutcomeCode
    outcome_ext: Element | None = field(default=None, name="_outcome")
    disposition: String | None = None
    disposition_ext: Element | None = field(default=None, name="_disposition")
    pre_auth_ref: String | None = field(default=None, name="preAuthRef")
    pre_auth_ref_ext: Element | None = field(default=None, name="_preAuthRef")
    pre_auth_period: Period | None = field(default=None, name="preAuthPeriod")
    payee_type: CodeableConcept | None = field(default=None, name="payeeType")
    item: Annotated[list[ClaimResponseItem], Must(min_length=1)] | None = None
    add_item: Annotated[list[ClaimResponseAddItem], Must(min_length=1)] | None = field(default=None, name="addItem")
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)] | None = None
    total: Annotated[list[ClaimResponseTotal], Must(min_length=1)] | None = None
    payment: ClaimResponsePayment | None = None
    funds_reserve: CodeableConcept | None = field(default=None, name="fundsReserve")
    form_code: CodeableConcept | None = field(default=None, name="formCode")
    form: Attachment | None = None
    process_note: Annotated[list[ClaimResponseProcessNote], Must(min_length=1)] | None = field(
        default=None, name="processNote"
    )
    communication_request: Annotated[list[Reference], Must(min_length=1)] | None = field(
        default=None, name="communicationRequest"
    )
    insurance: Annotated[list[ClaimResponseInsurance], Must(min_length=1)] | None = None
    error: Annotated[list[ClaimResponseError], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        aim(self.patient, TARGETS_9, "patient")
        aim(self.insurer, TARGETS_2, "insurer")
        if self.requestor is not None:
            aim(self.requestor, TARGETS_12, "requestor")
        if self.request is not None:
            aim(self.request, TARGETS_20, "request")
        if self.communication_request is not None:
            aim_each(self.communication_request, TARGETS_26, "communicationRequest")


class ClaimResponseItem(BackboneElement, frozen=True, kw_only=True):
    """Adjudication for claim line items."""

    item_sequence: PositiveInt = field(name="itemSequence")
    item_sequence_ext: Element | None = field(default=None, name="_itemSequence")
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)]
    detail: Annotated[list[ClaimResponseItemDetail], Must(min_length=1)] | None = None


class ClaimResponseItemAdjudication(BackboneElement, frozen=True, kw_only=True):
    """Adjudication details."""

    category: CodeableConcept
    reason: CodeableConcept | None = None
    amount: Money | None = None
    value: Decimal | None = None
    value_ext: Element | None = field(default=None, name="_value")

    def __post_init__(self) -> None:
        if self.value is not None:
            bounded(self.value, "value")


class ClaimResponseItemDetail(BackboneElement, frozen=True, kw_only=True):
    """Adjudication for claim details."""

    detail_sequence: PositiveInt = field(name="detailSequence")
    detail_sequence_ext: Element | None = field(default=None, name="_detailSequence")
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)]
    sub_detail: Annotated[list[ClaimResponseItemDetailSubDetail], Must(min_length=1)] | None = field(
        default=None, name="subDetail"
    )


class ClaimResponseItemDetailSubDetail(BackboneElement, frozen=True, kw_only=True):
    """Adjudication for claim sub-details."""

    sub_detail_sequence: PositiveInt = field(name="subDetailSequence")
    sub_detail_sequence_ext: Element | None = field(default=None, name="_subDetailSequence")
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)] | None = None


class ClaimResponseAddItem(BackboneElement, frozen=True, kw_only=True):
    """Insurer added line items."""

    item_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="itemSequence"
    )
    item_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_itemSequence"
    )
    detail_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="detailSequence"
    )
    detail_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_detailSequence"
    )
    subdetail_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="subdetailSequence"
    )
    subdetail_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_subdetailSequence"
    )
    provider: Annotated[list[Reference], Must(min_length=1)] | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    serviced_date: Date | None = field(default=None, name="servicedDate")
    serviced_date_ext: Element | None = field(default=None, name="_servicedDate")
    serviced_period: Period | None = field(default=None, name="servicedPeriod")
    location_codeable_concept: CodeableConcept | None = field(default=None, name="locationCodeableConcept")
    location_address: Address | None = field(default=None, name="locationAddress")
    location_reference: Reference | None = field(default=None, name="locationReference")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    body_site: CodeableConcept | None = field(default=None, name="bodySite")
    sub_site: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="subSite")
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)]
    detail: Annotated[list[ClaimResponseAddItemDetail], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.serviced_date or self.serviced_date_ext, self.serviced_period).count(None) < 1:
            choose("serviced[x]", False, (self.serviced_date or self.serviced_date_ext, self.serviced_period))
        if (self.location_codeable_concept, self.location_address, self.location_reference).count(None) < 2:
            choose(
                "location[x]", False, (self.location_codeable_concept, self.location_address, self.location_reference)
            )
        if self.provider is not None:
            aim_each(self.provider, TARGETS_12, "provider")
        if self.location_reference is not None:
            aim(self.location_reference, TARGETS_13, "locationReference")
        if self.factor is not None:
            bounded(self.factor, "factor")


class ClaimResponseAddItemDetail(BackboneElement, frozen=True, kw_only=True):
    """Insurer added line details."""

    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)]
    sub_detail: Annotated[list[ClaimResponseAddItemDetailSubDetail], Must(min_length=1)] | None = field(
        default=None, name="subDetail"
    )

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")


class ClaimResponseAddItemDetailSubDetail(BackboneElement, frozen=True, kw_only=True):
    """Insurer added line items."""

    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ClaimResponseItemAdjudication], Must(min_length=1)]

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")


class ClaimResponseTotal(BackboneElement, frozen=True, kw_only=True):
    """Adjudication totals."""

    category: CodeableConcept
    amount: Money


class ClaimResponsePayment(BackboneElement, frozen=True, kw_only=True):
    """Payment Details."""

    type: CodeableConcept
    adjustment: Money | None = None
    adjustment_reason: CodeableConcept | None = field(default=None, name="adjustmentReason")
    date: Date | None = None
    date_ext: Element | None = field(default=None, name="_date")
    amount: Money
    identifier: Identifier | None = None


class ClaimResponseProcessNote(BackboneElement, frozen=True, kw_only=True):
    """Note concerning adjudication."""

    number: PositiveInt | None = None
    number_ext: Element | None = field(default=None, name="_number")
    type: NoteTypeCode | None = None
    type_ext: Element | None = field(default=None, name="_type")
    text: String
    text_ext: Element | None = field(default=None, name="_text")
    language: CodeableConcept | None = None


class ClaimResponseInsurance(BackboneElement, frozen=True, kw_only=True):
    """Patient insurance information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    focal: bool
    focal_ext: Element | None = field(default=None, name="_focal")
    coverage: Reference
    business_arrangement: String | None = field(default=None, name="businessArrangement")
    business_arrangement_ext: Element | None = field(default=None, name="_businessArrangement")
    claim_response: Reference | None = field(default=None, name="claimResponse")

    def __post_init__(self) -> None:
        aim(self.coverage, TARGETS_14, "coverage")
        if self.claim_response is not None:
            aim(self.claim_response, TARGETS_24, "claimResponse")


class ClaimResponseError(BackboneElement, frozen=True, kw_only=True):
    """Processing errors."""

    item_sequence: PositiveInt | None = field(default=None, name="itemSequence")
    item_sequence_ext: Element | None = field(default=None, name="_itemSequence")
    detail_sequence: PositiveInt | None = field(default=None, name="detailSequence")
    detail_sequence_ext: Element | None = field(default=None, name="_detailSequence")
    sub_detail_sequence: PositiveInt | None = field(default=None, name="subDetailSequence")
    sub_detail_sequence_ext: Element | None = field(default=None, name="_subDetailSequence")
    code: CodeableConcept


class PaymentReconciliation(
    DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="PaymentReconciliation"
):
    """PaymentReconciliation resource."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    period: Period | None = None
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    payment_issuer: Reference | None = field(default=None, name="paymentIssuer")
    request: Reference | None = None
    requestor: Reference | None = None
    outcome: RemittanceOutcomeCode | None = None
    outcome_ext: Element | None = field(default=None, name="_outcome")
    disposition: String | None = None
    disposition_ext: Element | None = field(default=None, name="_disposition")
    payment_date: Date = field(name="paymentDate")
    payment_date_ext: Element | None = field(default=None, name="_paymentDate")
    payment_amount: Money = field(name="paymentAmount")
    payment_identifier: Identifier | None = field(default=None, name="paymentIdentifier")
    detail: Annotated[list[PaymentReconciliationDetail], Must(min_length=1)] | None = None
    form_code: CodeableConcept | None = field(default=None, name="formCode")
    process_note: Annotated[list[PaymentReconciliationProcessNote], Must(min_length=1)] | None = field(
        default=None, name="processNote"
    )

    def __post_init__(self) -> None:
        if self.payment_issuer is not None:
            aim(self.payment_issuer, TARGETS_2, "paymentIssuer")
        if self.request is not None:
            aim(self.request, TARGETS_27, "request")
        if self.requestor is not None:
            aim(self.requestor, TARGETS_12, "requestor")


class PaymentReconciliationDetail(BackboneElement, frozen=True, kw_only=True):
    """Settlement particulars."""

    identifier: Identifier | None = None
    predecessor: Identifier | None = None
    type: CodeableConcept
    request: Reference | None = None
    submitter: Reference | None = None
    response: Reference | None = None
    date: Date | None = None
    date_ext: Element | None = field(default=None, name="_date")
    responsible: Reference | None = None
    payee: Reference | None = None
    amount: Money | None = None

    def __post_init__(self) -> None:
        if self.submitter is not None:
            aim(self.submitter, TARGETS_12, "submitter")
        if self.responsible is not None:
            aim(self.responsible, TARGETS_28, "responsible")
        if self.payee is not None:
            aim(self.payee, TARGETS_12, "payee")


class PaymentReconciliationProcessNote(BackboneElement, frozen=True, kw_only=True):
    """Note concerning processing."""

    type: NoteTypeCode | None = None
    type_ext: Element | None = field(default=None, name="_type")
    text: String | None = None
    text_ext: Element | None = field(default=None, name="_text")


class PaymentNotice(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="PaymentNotice"):
    """PaymentNotice request."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: FmStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    request: Reference | None = None
    response: Reference | None = None
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    provider: Reference | None = None
    payment: Reference
    payment_date: Date | None = field(default=None, name="paymentDate")
    payment_date_ext: Element | None = field(default=None, name="_paymentDate")
    payee: Reference | None = None
    recipient: Reference
    amount: Money
    payment_status: CodeableConcept | None = field(default=None, name="paymentStatus")

    def __post_init__(self) -> None:
        if self.provider is not None:
            aim(self.provider, TARGETS_12, "provider")
        aim(self.payment, TARGETS_29, "payment")
        if self.payee is not None:
            aim(self.payee, TARGETS_12, "payee")
        aim(self.recipient, TARGETS_2, "recipient")


class ExplanationOfBenefit(
    DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="ExplanationOfBenefit"
):
    """Explanation of Benefit resource."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    status: ExplanationofbenefitStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    type: CodeableConcept
    sub_type: CodeableConcept | None = field(default=None, name="subType")
    use: ClaimUseCode
    use_ext: Element | None = field(default=None, name="_use")
    patient: Reference
    billable_period: Period | None = field(default=None, name="billablePeriod")
    created: DateTime
    created_ext: Element | None = field(default=None, name="_created")
    enterer: Reference | None = None
    insurer: Reference
    provider: Reference
    priority: CodeableConcept | None = None
    funds_reserve_requested: CodeableConcept | None = field(default=None, name="fundsReserveRequested")
    funds_reserve: CodeableConcept | None = field(default=None, name="fundsReserve")
    related: Annotated[list[ExplanationOfBenefitRelated], Must(min_length=1)] | None = None
    prescription: Reference | None = None
    original_prescription: Reference | None = field(default=None, name="originalPrescription")
    payee: ExplanationOfBenefitPayee | None = None
    referral: Reference | None = None
    facility: Reference | None = None
    claim: Reference | None = None
    claim_response: Reference | None = field(default=None, name="claimResponse")
    outcome: RemittanceOutcomeCode
    outcome_ext: Element | None = field(default=None, name="_outcome")
    disposition: String | None = None
    disposition_ext: Element | None = field(default=None, name="_disposition")
    pre_auth_ref: Annotated[list[String | None], Must(min_length=1)] | None = field(default=None, name="preAuthRef")
    pre_auth_ref_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_preAuthRef"
    )
    pre_auth_ref_period: Annotated[list[Period], Must(min_length=1)] | None = field(
        default=None, name="preAuthRefPeriod"
    )
    care_team: Annotated[list[ExplanationOfBenefitCareTeam], Must(min_length=1)] | None = field(
        default=None, name="careTeam"
    )
    supporting_info: Annotated[list[ExplanationOfBenefitSupportingInfo], Must(min_length=1)] | None = field(
        default=None, name="supportingInfo"
    )
    diagnosis: Annotated[list[ExplanationOfBenefitDiagnosis], Must(min_length=1)] | None = None
    procedure: Annotated[list[ExplanationOfBenefitProcedure], Must(min_length=1)] | None = None
    precedence: PositiveInt | None = None
    precedence_ext: Element | None = field(default=None, name="_precedence")
    insurance: Annotated[list[ExplanationOfBenefitInsurance], Must(min_length=1)]
    accident: ExplanationOfBenefitAccident | None = None
    item: Annotated[list[ExplanationOfBenefitItem], Must(min_length=1)] | None = None
    add_item: Annotated[list[ExplanationOfBenefitAddItem], Must(min_length=1)] | None = field(
        default=None, name="addItem"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None
    total: Annotated[list[ExplanationOfBenefitTotal], Must(min_length=1)] | None = None
    payment: ExplanationOfBenefitPayment | None = None
    form_code: CodeableConcept | None = field(default=None, name="formCode")
    form: Attachment | None = None
    process_note: Annotated[list[ExplanationOfBenefitProcessNote], Must(min_length=1)] | None = field(
        default=None, name="processNote"
    )
    benefit_period: Period | None = field(default=None, name="benefitPeriod")
    benefit_balance: Annotated[list[ExplanationOfBenefitBenefitBalance], Must(min_length=1)] | None = field(
        default=None, name="benefitBalance"
    )

    def __post_init__(self) -> None:
        aim(self.patient, TARGETS_9, "patient")
        if self.enterer is not None:
            aim(self.enterer, TARGETS_11, "enterer")
        aim(self.insurer, TARGETS_2, "insurer")
        aim(self.provider, TARGETS_12, "provider")
        if self.prescription is not None:
            aim(self.prescription, TARGETS_30, "prescription")
        if self.original_prescription is not None:
            aim(self.original_prescription, TARGETS_31, "originalPrescription")
        if self.referral is not None:
            aim(self.referral, TARGETS_19, "referral")
        if self.facility is not None:
            aim(self.facility, TARGETS_13, "facility")
        if self.claim is not None:
            aim(self.claim, TARGETS_20, "claim")
        if self.claim_response is not None:
            aim(self.claim_response, TARGETS_24, "claimResponse")


class ExplanationOfBenefitRelated(BackboneElement, frozen=True, kw_only=True):
    """Prior or corollary claims."""

    claim: Reference | None = None
    relationship: CodeableConcept | None = None
    reference: Identifier | None = None

    def __post_init__(self) -> None:
        if self.claim is not None:
            aim(self.claim, TARGETS_20, "claim")


class ExplanationOfBenefitPayee(BackboneElement, frozen=True, kw_only=True):
    """Recipient of benefits payable."""

    type: CodeableConcept | None = None
    party: Reference | None = None

    def __post_init__(self) -> None:
        if self.party is not None:
            aim(self.party, TARGETS_21, "party")


class ExplanationOfBenefitCareTeam(BackboneElement, frozen=True, kw_only=True):
    """Care Team members."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    provider: Reference
    responsible: bool | None = None
    responsible_ext: Element | None = field(default=None, name="_responsible")
    role: CodeableConcept | None = None
    qualification: CodeableConcept | None = None

    def __post_init__(self) -> None:
        aim(self.provider, TARGETS_12, "provider")


class ExplanationOfBenefitSupportingInfo(BackboneElement, frozen=True, kw_only=True):
    """Supporting information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    category: CodeableConcept
    code: CodeableConcept | None = None
    timing_date: Date | None = field(default=None, name="timingDate")
    timing_date_ext: Element | None = field(default=None, name="_timingDate")
    timing_period: Period | None = field(default=None, name="timingPeriod")
    value_boolean: bool | None = field(default=None, name="valueBoolean")
    value_boolean_ext: Element | None = field(default=None, name="_valueBoolean")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_attachment: Attachment | None = field(default=None, name="valueAttachment")
    value_reference: Reference | None = field(default=None, name="valueReference")
    reason: Coding | None = None

    def __post_init__(self) -> None:
        if (self.timing_date or self.timing_date_ext, self.timing_period).count(None) < 1:
            choose("timing[x]", False, (self.timing_date or self.timing_date_ext, self.timing_period))
        choose(
            "value[x]",
            False,
            (
                self.value_boolean if self.value_boolean is not None else self.value_boolean_ext,
                self.value_string or self.value_string_ext,
                self.value_quantity,
                self.value_attachment,
                self.value_reference,
            ),
        )


class ExplanationOfBenefitDiagnosis(BackboneElement, frozen=True, kw_only=True):
    """Pertinent diagnosis information."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    diagnosis_codeable_concept: CodeableConcept | None = field(default=None, name="diagnosisCodeableConcept")
    diagnosis_reference: Reference | None = field(default=None, name="diagnosisReference")
    type: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    on_admission: CodeableConcept | None = field(default=None, name="onAdmission")
    package_code: CodeableConcept | None = field(default=None, name="packageCode")

    def __post_init__(self) -> None:
        if (self.diagnosis_codeable_concept, self.diagnosis_reference).count(None) != 1:
            choose("diagnosis[x]", True, (self.diagnosis_codeable_concept, self.diagnosis_reference))
        if self.diagnosis_reference is not None:
            aim(self.diagnosis_reference, TARGETS_16, "diagnosisReference")


class ExplanationOfBenefitProcedure(BackboneElement, frozen=True, kw_only=True):
    """Clinical procedures performed."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    type: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    date: DateTime | None = None
    date_ext: Element | None = field(default=None, name="_date")
    procedure_codeable_concept: CodeableConcept | None = field(default=None, name="procedureCodeableConcept")
    procedure_reference: Reference | None = field(default=None, name="procedureReference")
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.procedure_codeable_concept, self.procedure_reference).count(None) != 1:
            choose("procedure[x]", True, (self.procedure_codeable_concept, self.procedure_reference))
        if self.procedure_reference is not None:
            aim(self.procedure_reference, TARGETS_22, "procedureReference")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")


class ExplanationOfBenefitInsurance(BackboneElement, frozen=True, kw_only=True):
    """Patient insurance information."""

    focal: bool
    focal_ext: Element | None = field(default=None, name="_focal")
    coverage: Reference
    pre_auth_ref: Annotated[list[String | None], Must(min_length=1)] | None = field(default=None, name="preAuthRef")
    pre_auth_ref_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_preAuthRef"
    )

    def __post_init__(self) -> None:
        aim(self.coverage, TARGETS_14, "coverage")


class ExplanationOfBenefitAccident(BackboneElement, frozen=True, kw_only=True):
    """Details of the event."""

    date: Date | None = None
    date_ext: Element | None = field(default=None, name="_date")
    type: CodeableConcept | None = None
    location_address: Address | None = field(default=None, name="locationAddress")
    location_reference: Reference | None = field(default=None, name="locationReference")

    def __post_init__(self) -> None:
        if (self.location_address, self.location_reference).count(None) < 1:
            choose("location[x]", False, (self.location_address, self.location_reference))
        if self.location_reference is not None:
            aim(self.location_reference, TARGETS_13, "locationReference")


class ExplanationOfBenefitItem(BackboneElement, frozen=True, kw_only=True):
    """Product or service provided."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    care_team_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="careTeamSequence"
    )
    care_team_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_careTeamSequence"
    )
    diagnosis_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="diagnosisSequence"
    )
    diagnosis_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_diagnosisSequence"
    )
    procedure_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="procedureSequence"
    )
    procedure_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_procedureSequence"
    )
    information_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="informationSequence"
    )
    information_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_informationSequence"
    )
    revenue: CodeableConcept | None = None
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    serviced_date: Date | None = field(default=None, name="servicedDate")
    serviced_date_ext: Element | None = field(default=None, name="_servicedDate")
    serviced_period: Period | None = field(default=None, name="servicedPeriod")
    location_codeable_concept: CodeableConcept | None = field(default=None, name="locationCodeableConcept")
    location_address: Address | None = field(default=None, name="locationAddress")
    location_reference: Reference | None = field(default=None, name="locationReference")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None
    body_site: CodeableConcept | None = field(default=None, name="bodySite")
    sub_site: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="subSite")
    encounter: Annotated[list[Reference], Must(min_length=1)] | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None
    detail: Annotated[list[ExplanationOfBenefitItemDetail], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.serviced_date or self.serviced_date_ext, self.serviced_period).count(None) < 1:
            choose("serviced[x]", False, (self.serviced_date or self.serviced_date_ext, self.serviced_period))
        if (self.location_codeable_concept, self.location_address, self.location_reference).count(None) < 2:
            choose(
                "location[x]", False, (self.location_codeable_concept, self.location_address, self.location_reference)
            )
        if self.location_reference is not None:
            aim(self.location_reference, TARGETS_13, "locationReference")
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")
        if self.encounter is not None:
            aim_each(self.encounter, TARGETS_25, "encounter")


class ExplanationOfBenefitItemAdjudication(BackboneElement, frozen=True, kw_only=True):
    """Adjudication details."""

    category: CodeableConcept
    reason: CodeableConcept | None = None
    amount: Money | None = None
    value: Decimal | None = None
    value_ext: Element | None = field(default=None, name="_value")

    def __post_init__(self) -> None:
        if self.value is not None:
            bounded(self.value, "value")


class ExplanationOfBenefitItemDetail(BackboneElement, frozen=True, kw_only=True):
    """Additional items."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    revenue: CodeableConcept | None = None
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None
    sub_detail: Annotated[list[ExplanationOfBenefitItemDetailSubDetail], Must(min_length=1)] | None = field(
        default=None, name="subDetail"
    )

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")


class ExplanationOfBenefitItemDetailSubDetail(BackboneElement, frozen=True, kw_only=True):
    """Additional items."""

    sequence: PositiveInt
    sequence_ext: Element | None = field(default=None, name="_sequence")
    revenue: CodeableConcept | None = None
    category: CodeableConcept | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    udi: Annotated[list[Reference], Must(min_length=1)] | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")
        if self.udi is not None:
            aim_each(self.udi, TARGETS_23, "udi")


class ExplanationOfBenefitAddItem(BackboneElement, frozen=True, kw_only=True):
    """Insurer added line items."""

    item_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="itemSequence"
    )
    item_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_itemSequence"
    )
    detail_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="detailSequence"
    )
    detail_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_detailSequence"
    )
    sub_detail_sequence: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(
        default=None, name="subDetailSequence"
    )
    sub_detail_sequence_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_subDetailSequence"
    )
    provider: Annotated[list[Reference], Must(min_length=1)] | None = None
    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    program_code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="programCode")
    serviced_date: Date | None = field(default=None, name="servicedDate")
    serviced_date_ext: Element | None = field(default=None, name="_servicedDate")
    serviced_period: Period | None = field(default=None, name="servicedPeriod")
    location_codeable_concept: CodeableConcept | None = field(default=None, name="locationCodeableConcept")
    location_address: Address | None = field(default=None, name="locationAddress")
    location_reference: Reference | None = field(default=None, name="locationReference")
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    body_site: CodeableConcept | None = field(default=None, name="bodySite")
    sub_site: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(default=None, name="subSite")
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None
    detail: Annotated[list[ExplanationOfBenefitAddItemDetail], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.serviced_date or self.serviced_date_ext, self.serviced_period).count(None) < 1:
            choose("serviced[x]", False, (self.serviced_date or self.serviced_date_ext, self.serviced_period))
        if (self.location_codeable_concept, self.location_address, self.location_reference).count(None) < 2:
            choose(
                "location[x]", False, (self.location_codeable_concept, self.location_address, self.location_reference)
            )
        if self.provider is not None:
            aim_each(self.provider, TARGETS_12, "provider")
        if self.location_reference is not None:
            aim(self.location_reference, TARGETS_13, "locationReference")
        if self.factor is not None:
            bounded(self.factor, "factor")


class ExplanationOfBenefitAddItemDetail(BackboneElement, frozen=True, kw_only=True):
    """Insurer added line items."""

    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None
    sub_detail: Annotated[list[ExplanationOfBenefitAddItemDetailSubDetail], Must(min_length=1)] | None = field(
        default=None, name="subDetail"
    )

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")


class ExplanationOfBenefitAddItemDetailSubDetail(BackboneElement, frozen=True, kw_only=True):
    """Insurer added line items."""

    product_or_service: CodeableConcept = field(name="productOrService")
    modifier: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = field(default=None, name="unitPrice")
    factor: Decimal | None = None
    factor_ext: Element | None = field(default=None, name="_factor")
    net: Money | None = None
    note_number: Annotated[list[PositiveInt | None], Must(min_length=1)] | None = field(default=None, name="noteNumber")
    note_number_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_noteNumber"
    )
    adjudication: Annotated[list[ExplanationOfBenefitItemAdjudication], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.factor is not None:
            bounded(self.factor, "factor")


class ExplanationOfBenefitTotal(BackboneElement, frozen=True, kw_only=True):
    """Adjudication totals."""

    category: CodeableConcept
    amount: Money


class ExplanationOfBenefitPayment(BackboneElement, frozen=True, kw_only=True):
    """Payment Details."""

    type: CodeableConcept | None = None
    adjustment: Money | None = None
    adjustment_reason: CodeableConcept | None = field(default=None, name="adjustmentReason")
    date: Date | None = None
    date_ext: Element | None = field(default=None, name="_date")
    amount: Money | None = None
    identifier: Identifier | None = None


class ExplanationOfBenefitProcessNote(BackboneElement, frozen=True, kw_only=True):
    """Note concerning adjudication."""

    number: PositiveInt | None = None
    number_ext: Element | None = field(default=None, name="_number")
    type: NoteTypeCode | None = None
    type_ext: Element | None = field(default=None, name="_type")
    text: String | None = None
    text_ext: Element | None = field(default=None, name="_text")
    language: CodeableConcept | None = None


class ExplanationOfBenefitBenefitBalance(BackboneElement, frozen=True, kw_only=True):
    """Balance by Benefit Category."""

    category: CodeableConcept
    excluded: bool | None = None
    excluded_ext: Element | None = field(default=None, name="_excluded")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    description: String | None = None
    description_ext: Element | None = field(default=None, name="_description")
    network: CodeableConcept | None = None
    unit: CodeableConcept | None = None
    term: CodeableConcept | None = None
    financial: Annotated[list[ExplanationOfBenefitBenefitBalanceFinancial], Must(min_length=1)] | None = None


class ExplanationOfBenefitBenefitBalanceFinancial(BackboneElement, frozen=True, kw_only=True):
    """Benefit Summary."""

    type: CodeableConcept
    allowed_unsigned_int: UnsignedInt | None = field(default=None, name="allowedUnsignedInt")
    allowed_unsigned_int_ext: Element | None = field(default=None, name="_allowedUnsignedInt")
    allowed_string: String | None = field(default=None, name="allowedString")
    allowed_string_ext: Element | None = field(default=None, name="_allowedString")
    allowed_money: Money | None = field(default=None, name="allowedMoney")
    used_unsigned_int: UnsignedInt | None = field(default=None, name="usedUnsignedInt")
    used_unsigned_int_ext: Element | None = field(default=None, name="_usedUnsignedInt")
    used_money: Money | None = field(default=None, name="usedMoney")

    def __post_init__(self) -> None:
        if (
            self.allowed_unsigned_int if self.allowed_unsigned_int is not None else self.allowed_unsigned_int_ext,
            self.allowed_string or self.allowed_string_ext,
            self.allowed_money,
        ).count(None) < 2:
            choose(
                "allowed[x]",
                False,
                (
                    self.allowed_unsigned_int
                    if self.allowed_unsigned_int is not None
                    else self.allowed_unsigned_int_ext,
                    self.allowed_string or self.allowed_string_ext,
                    self.allowed_money,
                ),
            )
        if (
            self.used_unsigned_int if self.used_unsigned_int is not None else self.used_unsigned_int_ext,
            self.used_money,
        ).count(None) < 1:
            choose(
                "used[x]",
                False,
                (
                    self.used_unsigned_int if self.used_unsigned_int is not None else self.used_unsigned_int_ext,
                    self.used_money,
                ),
            )


class AuditEvent(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="AuditEvent"):
    """Event record kept for security purposes."""

    type: Coding
    subtype: Annotated[list[Coding], Must(min_length=1)] | None = None
    action: AuditEventActionCode | None = None
    action_ext: Element | None = field(default=None, name="_action")
    period: Period | None = None
    recorded: Instant
    recorded_ext: Element | None = field(default=None, name="_recorded")
    outcome: AuditEventOutcomeCode | None = None
    outcome_ext: Element | None = field(default=None, name="_outcome")
    outcome_desc: String | None = field(default=None, name="outcomeDesc")
    outcome_desc_ext: Element | None = field(default=None, name="_outcomeDesc")
    purpose_of_event: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(
        default=None, name="purposeOfEvent"
    )
    agent: Annotated[list[AuditEventAgent], Must(min_length=1)]
    source: AuditEventSource
    entity: Annotated[list[AuditEventEntity], Must(min_length=1)] | None = None


class AuditEventAgent(BackboneElement, frozen=True, kw_only=True):
    """Actor involved in the event."""

    type: CodeableConcept | None = None
    role: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    who: Reference | None = None
    alt_id: String | None = field(default=None, name="altId")
    alt_id_ext: Element | None = field(default=None, name="_altId")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    requestor: bool
    requestor_ext: Element | None = field(default=None, name="_requestor")
    location: Reference | None = None
    policy: Annotated[list[Uri | None], Must(min_length=1)] | None = None
    policy_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_policy")
    media: Coding | None = None
    network: AuditEventAgentNetwork | None = None
    purpose_of_use: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(
        default=None, name="purposeOfUse"
    )

    def __post_init__(self) -> None:
        if self.who is not None:
            aim(self.who, TARGETS_3, "who")
        if self.location is not None:
            aim(self.location, TARGETS_13, "location")


class AuditEventAgentNetwork(BackboneElement, frozen=True, kw_only=True):
    """Logical network location for application activity."""

    address: String | None = None
    address_ext: Element | None = field(default=None, name="_address")
    type: NetworkTypeCode | None = None
    type_ext: Element | None = field(default=None, name="_type")


class AuditEventSource(BackboneElement, frozen=True, kw_only=True):
    """Audit Event Reporter."""

    site: String | None = None
    site_ext: Element | None = field(default=None, name="_site")
    observer: Reference
    type: Annotated[list[Coding], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        aim(self.observer, TARGETS_3, "observer")


class AuditEventEntity(BackboneElement, frozen=True, kw_only=True):
    """Data or objects used."""

    what: Reference | None = None
    type: Coding | None = None
    role: Coding | None = None
    lifecycle: Coding | None = None
    security_label: Annotated[list[Coding], Must(min_length=1)] | None = field(default=None, name="securityLabel")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    description: String | None = None
    description_ext: Element | None = field(default=None, name="_description")
    query: Base64Binary | None = None
    query_ext: Element | None = field(default=None, name="_query")
    detail: Annotated[list[AuditEventEntityDetail], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        checks.audited(self)


class AuditEventEntityDetail(BackboneElement, frozen=True, kw_only=True):
    """Additional Information about the entity."""

    type: String
    type_ext: Element | None = field(default=None, name="_type")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_base64_binary: Base64Binary | None = field(default=None, name="valueBase64Binary")
    value_base64_binary_ext: Element | None = field(default=None, name="_valueBase64Binary")

    def __post_init__(self) -> None:
        if (self.value_string or self.value_string_ext, self.value_base64_binary or self.value_base64_binary_ext).count(
            None
        ) != 1:
            choose(
                "value[x]",
                True,
                (self.value_string or self.value_string_ext, self.value_base64_binary or self.value_base64_binary_ext),
            )


class Organization(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="Organization"):
    """A grouping of people or organizations with a common purpose."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    active: bool | None = None
    active_ext: Element | None = field(default=None, name="_active")
    type: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    alias: Annotated[list[String | None], Must(min_length=1)] | None = None
    alias_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_alias")
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None
    address: Annotated[list[Address], Must(min_length=1)] | None = None
    part_of: Reference | None = field(default=None, name="partOf")
    contact: Annotated[list[OrganizationContact], Must(min_length=1)] | None = None
    endpoint: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.part_of is not None:
            aim(self.part_of, TARGETS_2, "partOf")
        if self.endpoint is not None:
            aim_each(self.endpoint, TARGETS_32, "endpoint")
        checks.organization(self)


class OrganizationContact(BackboneElement, frozen=True, kw_only=True):
    """Contact for the organization for a certain purpose."""

    purpose: CodeableConcept | None = None
    name: HumanName | None = None
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None
    address: Address | None = None


class Practitioner(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="Practitioner"):
    """A person with a formal responsibility in the provisioning of healthcare or related services."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    active: bool | None = None
    active_ext: Element | None = field(default=None, name="_active")
    name: Annotated[list[HumanName], Must(min_length=1)] | None = None
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None
    address: Annotated[list[Address], Must(min_length=1)] | None = None
    gender: AdministrativeGenderCode | None = None
    gender_ext: Element | None = field(default=None, name="_gender")
    birth_date: Date | None = field(default=None, name="birthDate")
    birth_date_ext: Element | None = field(default=None, name="_birthDate")
    photo: Annotated[list[Attachment], Must(min_length=1)] | None = None
    qualification: Annotated[list[PractitionerQualification], Must(min_length=1)] | None = None
    communication: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None


class PractitionerQualification(BackboneElement, frozen=True, kw_only=True):
    """Certification, licenses, or training pertaining to the provision of care."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    code: CodeableConcept
    period: Period | None = None
    issuer: Reference | None = None

    def __post_init__(self) -> None:
        if self.issuer is not None:
            aim(self.issuer, TARGETS_2, "issuer")


class PractitionerRole(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="PractitionerRole"):
    """Roles/organizations the practitioner is associated with."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    active: bool | None = None
    active_ext: Element | None = field(default=None, name="_active")
    period: Period | None = None
    practitioner: Reference | None = None
    organization: Reference | None = None
    code: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    specialty: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    location: Annotated[list[Reference], Must(min_length=1)] | None = None
    healthcare_service: Annotated[list[Reference], Must(min_length=1)] | None = field(
        default=None, name="healthcareService"
    )
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None
    available_time: Annotated[list[PractitionerRoleAvailableTime], Must(min_length=1)] | None = field(
        default=None, name="availableTime"
    )
    not_available: Annotated[list[PractitionerRoleNotAvailable], Must(min_length=1)] | None = field(
        default=None, name="notAvailable"
    )
    availability_exceptions: String | None = field(default=None, name="availabilityExceptions")
    availability_exceptions_ext: Element | None = field(default=None, name="_availabilityExceptions")
    endpoint: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.practitioner is not None:
            aim(self.practitioner, TARGETS_33, "practitioner")
        if self.organization is not None:
            aim(self.organization, TARGETS_2, "organization")
        if self.location is not None:
            aim_each(self.location, TARGETS_13, "location")
        if self.healthcare_service is not None:
            aim_each(self.healthcare_service, TARGETS_34, "healthcareService")
        if self.endpoint is not None:
            aim_each(self.endpoint, TARGETS_32, "endpoint")


class PractitionerRoleAvailableTime(BackboneElement, frozen=True, kw_only=True):
    """Times the Service Site is available."""

    days_of_week: Annotated[list[DaysOfWeekCode | None], Must(min_length=1)] | None = field(
        default=None, name="daysOfWeek"
    )
    days_of_week_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_daysOfWeek"
    )
    all_day: bool | None = field(default=None, name="allDay")
    all_day_ext: Element | None = field(default=None, name="_allDay")
    available_start_time: Time | None = field(default=None, name="availableStartTime")
    available_start_time_ext: Element | None = field(default=None, name="_availableStartTime")
    available_end_time: Time | None = field(default=None, name="availableEndTime")
    available_end_time_ext: Element | None = field(default=None, name="_availableEndTime")


class PractitionerRoleNotAvailable(BackboneElement, frozen=True, kw_only=True):
    """Not available during this time due to provided reason."""

    description: String
    description_ext: Element | None = field(default=None, name="_description")
    during: Period | None = None


class Patient(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="Patient"):
    """Information about an individual or animal receiving health care services."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    active: bool | None = None
    active_ext: Element | None = field(default=None, name="_active")
    name: Annotated[list[HumanName], Must(min_length=1)] | None = None
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None
    gender: AdministrativeGenderCode | None = None
    gender_ext: Element | None = field(default=None, name="_gender")
    birth_date: Date | None = field(default=None, name="birthDate")
    birth_date_ext: Element | None = field(default=None, name="_birthDate")
    deceased_boolean: bool | None = field(default=None, name="deceasedBoolean")
    deceased_boolean_ext: Element | None = field(default=None, name="_deceasedBoolean")
    deceased_date_time: DateTime | None = field(default=None, name="deceasedDateTime")
    deceased_date_time_ext: Element | None = field(default=None, name="_deceasedDateTime")
    address: Annotated[list[Address], Must(min_length=1)] | None = None
    marital_status: CodeableConcept | None = field(default=None, name="maritalStatus")
    multiple_birth_boolean: bool | None = field(default=None, name="multipleBirthBoolean")
    multiple_birth_boolean_ext: Element | None = field(default=None, name="_multipleBirthBoolean")
    multiple_birth_integer: Integer | None = field(default=None, name="multipleBirthInteger")
    multiple_birth_integer_ext: Element | None = field(default=None, name="_multipleBirthInteger")
    photo: Annotated[list[Attachment], Must(min_length=1)] | None = None
    contact: Annotated[list[PatientContact], Must(min_length=1)] | None = None
    communication: Annotated[list[PatientCommunication], Must(min_length=1)] | None = None
    general_practitioner: Annotated[list[Reference], Must(min_length=1)] | None = field(
        default=None, name="generalPractitioner"
    )
    managing_organization: Reference | None = field(default=None, name="managingOrganization")
    link: Annotated[list[PatientLink], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (
            self.deceased_boolean if self.deceased_boolean is not None else self.deceased_boolean_ext,
            self.deceased_date_time or self.deceased_date_time_ext,
        ).count(None) < 1:
            choose(
                "deceased[x]",
                False,
                (
                    self.deceased_boolean if self.deceased_boolean is not None else self.deceased_boolean_ext,
                    self.deceased_date_time or self.deceased_date_time_ext,
                ),
            )
        if (
            self.multiple_birth_boolean if self.multiple_birth_boolean is not None else self.multiple_birth_boolean_ext,
            self.multiple_birth_integer if self.multiple_birth_integer is not None else self.multiple_birth_integer_ext,
        ).count(None) < 1:
            choose(
                "multipleBirth[x]",
                False,
                (
                    self.multiple_birth_boolean
                    if self.multiple_birth_boolean is not None
                    else self.multiple_birth_boolean_ext,
                    self.multiple_birth_integer
                    if self.multiple_birth_integer is not None
                    else self.multiple_birth_integer_ext,
                ),
            )
        if self.general_practitioner is not None:
            aim_each(self.general_practitioner, TARGETS_12, "generalPractitioner")
        if self.managing_organization is not None:
            aim(self.managing_organization, TARGETS_2, "managingOrganization")


class PatientContact(BackboneElement, frozen=True, kw_only=True):
    """A contact party (e.g. guardian, partner, friend) for the patient."""

    relationship: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    name: HumanName | None = None
    telecom: Annotated[list[ContactPoint], Must(min_length=1)] | None = None
    address: Address | None = None
    gender: AdministrativeGenderCode | None = None
    gender_ext: Element | None = field(default=None, name="_gender")
    organization: Reference | None = None
    period: Period | None = None

    def __post_init__(self) -> None:
        if self.organization is not None:
            aim(self.organization, TARGETS_2, "organization")
        checks.patient_contact(self)


class PatientCommunication(BackboneElement, frozen=True, kw_only=True):
    """A language which may be used to communicate with the patient about his or her health."""

    language: CodeableConcept
    preferred: bool | None = None
    preferred_ext: Element | None = field(default=None, name="_preferred")


class PatientLink(BackboneElement, frozen=True, kw_only=True):
    """Link to another patient resource that concerns the same actual person."""

    other: Reference
    type: LinkTypeCode
    type_ext: Element | None = field(default=None, name="_type")

    def __post_init__(self) -> None:
        aim(self.other, TARGETS_8, "other")


class Task(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="Task"):
    """A task to be performed."""

    identifier: Annotated[list[Identifier], Must(min_length=1)] | None = None
    instantiates_canonical: Canonical | None = field(default=None, name="instantiatesCanonical")
    instantiates_canonical_ext: Element | None = field(default=None, name="_instantiatesCanonical")
    instantiates_uri: Uri | None = field(default=None, name="instantiatesUri")
    instantiates_uri_ext: Element | None = field(default=None, name="_instantiatesUri")
    based_on: Annotated[list[Reference], Must(min_length=1)] | None = field(default=None, name="basedOn")
    group_identifier: Identifier | None = field(default=None, name="groupIdentifier")
    part_of: Annotated[list[Reference], Must(min_length=1)] | None = field(default=None, name="partOf")
    status: TaskStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    status_reason: CodeableConcept | None = field(default=None, name="statusReason")
    business_status: CodeableConcept | None = field(default=None, name="businessStatus")
    intent: TaskIntentCode
    intent_ext: Element | None = field(default=None, name="_intent")
    priority: RequestPriorityCode | None = None
    priority_ext: Element | None = field(default=None, name="_priority")
    code: CodeableConcept | None = None
    description: String | None = None
    description_ext: Element | None = field(default=None, name="_description")
    focus: Reference | None = None
    for_: Reference | None = field(default=None, name="for")
    encounter: Reference | None = None
    execution_period: Period | None = field(default=None, name="executionPeriod")
    authored_on: DateTime | None = field(default=None, name="authoredOn")
    authored_on_ext: Element | None = field(default=None, name="_authoredOn")
    last_modified: DateTime | None = field(default=None, name="lastModified")
    last_modified_ext: Element | None = field(default=None, name="_lastModified")
    requester: Reference | None = None
    performer_type: Annotated[list[CodeableConcept], Must(min_length=1)] | None = field(
        default=None, name="performerType"
    )
    owner: Reference | None = None
    location: Reference | None = None
    reason_code: CodeableConcept | None = field(default=None, name="reasonCode")
    reason_reference: Reference | None = field(default=None, name="reasonReference")
    insurance: Annotated[list[Reference], Must(min_length=1)] | None = None
    note: Annotated[list[Annotation], Must(min_length=1)] | None = None
    relevant_history: Annotated[list[Reference], Must(min_length=1)] | None = field(
        default=None, name="relevantHistory"
    )
    restriction: TaskRestriction | None = None
    input: Annotated[list[TaskInput], Must(min_length=1)] | None = None
    output: Annotated[list[TaskOutput], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.part_of is not None:
            aim_each(self.part_of, TARGETS_27, "partOf")
        if self.encounter is not None:
            aim(self.encounter, TARGETS_25, "encounter")
        if self.requester is not None:
            aim(self.requester, TARGETS_3, "requester")
        if self.owner is not None:
            aim(self.owner, TARGETS_35, "owner")
        if self.location is not None:
            aim(self.location, TARGETS_13, "location")
        if self.insurance is not None:
            aim_each(self.insurance, TARGETS_36, "insurance")
        if self.relevant_history is not None:
            aim_each(self.relevant_history, TARGETS_37, "relevantHistory")


class TaskRestriction(BackboneElement, frozen=True, kw_only=True):
    """Constraints on fulfillment tasks."""

    repetitions: PositiveInt | None = None
    repetitions_ext: Element | None = field(default=None, name="_repetitions")
    period: Period | None = None
    recipient: Annotated[list[Reference], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.recipient is not None:
            aim_each(self.recipient, TARGETS_38, "recipient")


class TaskInput(BackboneElement, frozen=True, kw_only=True):
    """Information used to perform task."""

    type: CodeableConcept
    value_base64_binary: Base64Binary | None = field(default=None, name="valueBase64Binary")
    value_base64_binary_ext: Element | None = field(default=None, name="_valueBase64Binary")
    value_boolean: bool | None = field(default=None, name="valueBoolean")
    value_boolean_ext: Element | None = field(default=None, name="_valueBoolean")
    value_canonical: Canonical | None = field(default=None, name="valueCanonical")
    value_canonical_ext: Element | None = field(default=None, name="_valueCanonical")
    value_code: Code | None = field(default=None, name="valueCode")
    value_code_ext: Element | None = field(default=None, name="_valueCode")
    value_date: Date | None = field(default=None, name="valueDate")
    value_date_ext: Element | None = field(default=None, name="_valueDate")
    value_date_time: DateTime | None = field(default=None, name="valueDateTime")
    value_date_time_ext: Element | None = field(default=None, name="_valueDateTime")
    value_decimal: Decimal | None = field(default=None, name="valueDecimal")
    value_decimal_ext: Element | None = field(default=None, name="_valueDecimal")
    value_id: Id | None = field(default=None, name="valueId")
    value_id_ext: Element | None = field(default=None, name="_valueId")
    value_instant: Instant | None = field(default=None, name="valueInstant")
    value_instant_ext: Element | None = field(default=None, name="_valueInstant")
    value_integer: Integer | None = field(default=None, name="valueInteger")
    value_integer_ext: Element | None = field(default=None, name="_valueInteger")
    value_markdown: Markdown | None = field(default=None, name="valueMarkdown")
    value_markdown_ext: Element | None = field(default=None, name="_valueMarkdown")
    value_oid: Oid | None = field(default=None, name="valueOid")
    value_oid_ext: Element | None = field(default=None, name="_valueOid")
    value_positive_int: PositiveInt | None = field(default=None, name="valuePositiveInt")
    value_positive_int_ext: Element | None = field(default=None, name="_valuePositiveInt")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_time: Time | None = field(default=None, name="valueTime")
    value_time_ext: Element | None = field(default=None, name="_valueTime")
    value_unsigned_int: UnsignedInt | None = field(default=None, name="valueUnsignedInt")
    value_unsigned_int_ext: Element | None = field(default=None, name="_valueUnsignedInt")
    value_uri: Uri | None = field(default=None, name="valueUri")
    value_uri_ext: Element | None = field(default=None, name="_valueUri")
    value_url: Url | None = field(default=None, name="valueUrl")
    value_url_ext: Element | None = field(default=None, name="_valueUrl")
    value_uuid: Uuid | None = field(default=None, name="valueUuid")
    value_uuid_ext: Element | None = field(default=None, name="_valueUuid")
    value_address: Address | None = field(default=None, name="valueAddress")
    value_age: Age | None = field(default=None, name="valueAge")
    value_annotation: Annotation | None = field(default=None, name="valueAnnotation")
    value_attachment: Attachment | None = field(default=None, name="valueAttachment")
    value_codeable_concept: CodeableConcept | None = field(default=None, name="valueCodeableConcept")
    value_coding: Coding | None = field(default=None, name="valueCoding")
    value_contact_point: ContactPoint | None = field(default=None, name="valueContactPoint")
    value_count: Count | None = field(default=None, name="valueCount")
    value_distance: Distance | None = field(default=None, name="valueDistance")
    value_duration: Duration | None = field(default=None, name="valueDuration")
    value_human_name: HumanName | None = field(default=None, name="valueHumanName")
    value_identifier: Identifier | None = field(default=None, name="valueIdentifier")
    value_money: Money | None = field(default=None, name="valueMoney")
    value_period: Period | None = field(default=None, name="valuePeriod")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_range: Range | None = field(default=None, name="valueRange")
    value_ratio: Ratio | None = field(default=None, name="valueRatio")
    value_reference: Reference | None = field(default=None, name="valueReference")
    value_sampled_data: SampledData | None = field(default=None, name="valueSampledData")
    value_signature: Signature | None = field(default=None, name="valueSignature")
    value_timing: Timing | None = field(default=None, name="valueTiming")
    value_contact_detail: ContactDetail | None = field(default=None, name="valueContactDetail")
    value_contributor: Contributor | None = field(default=None, name="valueContributor")
    value_data_requirement: DataRequirement | None = field(default=None, name="valueDataRequirement")
    value_expression: Expression | None = field(default=None, name="valueExpression")
    value_parameter_definition: ParameterDefinition | None = field(default=None, name="valueParameterDefinition")
    value_related_artifact: RelatedArtifact | None = field(default=None, name="valueRelatedArtifact")
    value_trigger_definition: TriggerDefinition | None = field(default=None, name="valueTriggerDefinition")
    value_usage_context: UsageContext | None = field(default=None, name="valueUsageContext")
    value_dosage: Dosage | None = field(default=None, name="valueDosage")
    value_meta: Meta | None = field(default=None, name="valueMeta")

    def __post_init__(self) -> None:
        choose(
            "value[x]",
            True,
            (
                self.value_base64_binary or self.value_base64_binary_ext,
                self.value_boolean if self.value_boolean is not None else self.value_boolean_ext,
                self.value_canonical or self.value_canonical_ext,
                self.value_code or self.value_code_ext,
                self.value_date or self.value_date_ext,
                self.value_date_time or self.value_date_time_ext,
                self.value_decimal if self.value_decimal is not None else self.value_decimal_ext,
                self.value_id or self.value_id_ext,
                self.value_instant or self.value_instant_ext,
                self.value_integer if self.value_integer is not None else self.value_integer_ext,
                self.value_markdown or self.value_markdown_ext,
                self.value_oid or self.value_oid_ext,
                self.value_positive_int if self.value_positive_int is not None else self.value_positive_int_ext,
                self.value_string or self.value_string_ext,
                self.value_time or self.value_time_ext,
                self.value_unsigned_int if self.value_unsigned_int is not None else self.value_unsigned_int_ext,
                self.value_uri or self.value_uri_ext,
                self.value_url or self.value_url_ext,
                self.value_uuid or self.value_uuid_ext,
                self.value_address,
                self.value_age,
                self.value_annotation,
                self.value_attachment,
                self.value_codeable_concept,
                self.value_coding,
                self.value_contact_point,
                self.value_count,
                self.value_distance,
                self.value_duration,
                self.value_human_name,
                self.value_identifier,
                self.value_money,
                self.value_period,
                self.value_quantity,
                self.value_range,
                self.value_ratio,
                self.value_reference,
                self.value_sampled_data,
                self.value_signature,
                self.value_timing,
                self.value_contact_detail,
                self.value_contributor,
                self.value_data_requirement,
                self.value_expression,
                self.value_parameter_definition,
                self.value_related_artifact,
                self.value_trigger_definition,
                self.value_usage_context,
                self.value_dosage,
                self.value_meta,
            ),
        )
        if self.value_decimal is not None:
            bounded(self.value_decimal, "valueDecimal")


class TaskOutput(BackboneElement, frozen=True, kw_only=True):
    """Information produced as part of task."""

    type: CodeableConcept
    value_base64_binary: Base64Binary | None = field(default=None, name="valueBase64Binary")
    value_base64_binary_ext: Element | None = field(default=None, name="_valueBase64Binary")
    value_boolean: bool | None = field(default=None, name="valueBoolean")
    value_boolean_ext: Element | None = field(default=None, name="_valueBoolean")
    value_canonical: Canonical | None = field(default=None, name="valueCanonical")
    value_canonical_ext: Element | None = field(default=None, name="_valueCanonical")
    value_code: Code | None = field(default=None, name="valueCode")
    value_code_ext: Element | None = field(default=None, name="_valueCode")
    value_date: Date | None = field(default=None, name="valueDate")
    value_date_ext: Element | None = field(default=None, name="_valueDate")
    value_date_time: DateTime | None = field(default=None, name="valueDateTime")
    value_date_time_ext: Element | None = field(default=None, name="_valueDateTime")
    value_decimal: Decimal | None = field(default=None, name="valueDecimal")
    value_decimal_ext: Element | None = field(default=None, name="_valueDecimal")
    value_id: Id | None = field(default=None, name="valueId")
    value_id_ext: Element | None = field(default=None, name="_valueId")
    value_instant: Instant | None = field(default=None, name="valueInstant")
    value_instant_ext: Element | None = field(default=None, name="_valueInstant")
    value_integer: Integer | None = field(default=None, name="valueInteger")
    value_integer_ext: Element | None = field(default=None, name="_valueInteger")
    value_markdown: Markdown | None = field(default=None, name="valueMarkdown")
    value_markdown_ext: Element | None = field(default=None, name="_valueMarkdown")
    value_oid: Oid | None = field(default=None, name="valueOid")
    value_oid_ext: Element | None = field(default=None, name="_valueOid")
    value_positive_int: PositiveInt | None = field(default=None, name="valuePositiveInt")
    value_positive_int_ext: Element | None = field(default=None, name="_valuePositiveInt")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_time: Time | None = field(default=None, name="valueTime")
    value_time_ext: Element | None = field(default=None, name="_valueTime")
    value_unsigned_int: UnsignedInt | None = field(default=None, name="valueUnsignedInt")
    value_unsigned_int_ext: Element | None = field(default=None, name="_valueUnsignedInt")
    value_uri: Uri | None = field(default=None, name="valueUri")
    value_uri_ext: Element | None = field(default=None, name="_valueUri")
    value_url: Url | None = field(default=None, name="valueUrl")
    value_url_ext: Element | None = field(default=None, name="_valueUrl")
    value_uuid: Uuid | None = field(default=None, name="valueUuid")
    value_uuid_ext: Element | None = field(default=None, name="_valueUuid")
    value_address: Address | None = field(default=None, name="valueAddress")
    value_age: Age | None = field(default=None, name="valueAge")
    value_annotation: Annotation | None = field(default=None, name="valueAnnotation")
    value_attachment: Attachment | None = field(default=None, name="valueAttachment")
    value_codeable_concept: CodeableConcept | None = field(default=None, name="valueCodeableConcept")
    value_coding: Coding | None = field(default=None, name="valueCoding")
    value_contact_point: ContactPoint | None = field(default=None, name="valueContactPoint")
    value_count: Count | None = field(default=None, name="valueCount")
    value_distance: Distance | None = field(default=None, name="valueDistance")
    value_duration: Duration | None = field(default=None, name="valueDuration")
    value_human_name: HumanName | None = field(default=None, name="valueHumanName")
    value_identifier: Identifier | None = field(default=None, name="valueIdentifier")
    value_money: Money | None = field(default=None, name="valueMoney")
    value_period: Period | None = field(default=None, name="valuePeriod")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_range: Range | None = field(default=None, name="valueRange")
    value_ratio: Ratio | None = field(default=None, name="valueRatio")
    value_reference: Reference | None = field(default=None, name="valueReference")
    value_sampled_data: SampledData | None = field(default=None, name="valueSampledData")
    value_signature: Signature | None = field(default=None, name="valueSignature")
    value_timing: Timing | None = field(default=None, name="valueTiming")
    value_contact_detail: ContactDetail | None = field(default=None, name="valueContactDetail")
    value_contributor: Contributor | None = field(default=None, name="valueContributor")
    value_data_requirement: DataRequirement | None = field(default=None, name="valueDataRequirement")
    value_expression: Expression | None = field(default=None, name="valueExpression")
    value_parameter_definition: ParameterDefinition | None = field(default=None, name="valueParameterDefinition")
    value_related_artifact: RelatedArtifact | None = field(default=None, name="valueRelatedArtifact")
    value_trigger_definition: TriggerDefinition | None = field(default=None, name="valueTriggerDefinition")
    value_usage_context: UsageContext | None = field(default=None, name="valueUsageContext")
    value_dosage: Dosage | None = field(default=None, name="valueDosage")
    value_meta: Meta | None = field(default=None, name="valueMeta")

    def __post_init__(self) -> None:
        choose(
            "value[x]",
            True,
            (
                self.value_base64_binary or self.value_base64_binary_ext,
                self.value_boolean if self.value_boolean is not None else self.value_boolean_ext,
                self.value_canonical or self.value_canonical_ext,
                self.value_code or self.value_code_ext,
                self.value_date or self.value_date_ext,
                self.value_date_time or self.value_date_time_ext,
                self.value_decimal if self.value_decimal is not None else self.value_decimal_ext,
                self.value_id or self.value_id_ext,
                self.value_instant or self.value_instant_ext,
                self.value_integer if self.value_integer is not None else self.value_integer_ext,
                self.value_markdown or self.value_markdown_ext,
                self.value_oid or self.value_oid_ext,
                self.value_positive_int if self.value_positive_int is not None else self.value_positive_int_ext,
                self.value_string or self.value_string_ext,
                self.value_time or self.value_time_ext,
                self.value_unsigned_int if self.value_unsigned_int is not None else self.value_unsigned_int_ext,
                self.value_uri or self.value_uri_ext,
                self.value_url or self.value_url_ext,
                self.value_uuid or self.value_uuid_ext,
                self.value_address,
                self.value_age,
                self.value_annotation,
                self.value_attachment,
                self.value_codeable_concept,
                self.value_coding,
                self.value_contact_point,
                self.value_count,
                self.value_distance,
                self.value_duration,
                self.value_human_name,
                self.value_identifier,
                self.value_money,
                self.value_period,
                self.value_quantity,
                self.value_range,
                self.value_ratio,
                self.value_reference,
                self.value_sampled_data,
                self.value_signature,
                self.value_timing,
                self.value_contact_detail,
                self.value_contributor,
                self.value_data_requirement,
                self.value_expression,
                self.value_parameter_definition,
                self.value_related_artifact,
                self.value_trigger_definition,
                self.value_usage_context,
                self.value_dosage,
                self.value_meta,
            ),
        )
        if self.value_decimal is not None:
            bounded(self.value_decimal, "valueDecimal")


class Bundle(Resource, frozen=True, kw_only=True, tag_field="resourceType", tag="Bundle"):
    """Contains a collection of resources."""

    identifier: Identifier | None = None
    type: BundleTypeCode
    type_ext: Element | None = field(default=None, name="_type")
    timestamp: Instant | None = None
    timestamp_ext: Element | None = field(default=None, name="_timestamp")
    total: UnsignedInt | None = None
    total_ext: Element | None = field(default=None, name="_total")
    link: Annotated[list[BundleLink], Must(min_length=1)] | None = None
    entry: Annotated[list[BundleEntry], Must(min_length=1)] | None = None
    signature: Signature | None = None

    def __post_init__(self) -> None:
        checks.bundle(self)


class BundleLink(BackboneElement, frozen=True, kw_only=True):
    """Links related to this Bundle."""

    relation: String
    relation_ext: Element | None = field(default=None, name="_relation")
    url: Uri
    url_ext: Element | None = field(default=None, name="_url")


class BundleEntry(BackboneElement, frozen=True, kw_only=True):
    """Entry in the bundle - will have a resource or information."""

    link: Annotated[list[BundleLink], Must(min_length=1)] | None = None
    full_url: Uri | None = field(default=None, name="fullUrl")
    full_url_ext: Element | None = field(default=None, name="_fullUrl")
    resource: HeldOrNone = None
    search: BundleEntrySearch | None = None
    request: BundleEntryRequest | None = None
    response: BundleEntryResponse | None = None

    def __post_init__(self) -> None:
        checks.bundle_entry(self)


class BundleEntrySearch(BackboneElement, frozen=True, kw_only=True):
    """Search related information."""

    mode: SearchEntryModeCode | None = None
    mode_ext: Element | None = field(default=None, name="_mode")
    score: Decimal | None = None
    score_ext: Element | None = field(default=None, name="_score")

    def __post_init__(self) -> None:
        if self.score is not None:
            bounded(self.score, "score")


class BundleEntryRequest(BackboneElement, frozen=True, kw_only=True):
    """Additional execution information (transaction/batch/history)."""

    method: HttpVerbCode
    method_ext: Element | None = field(default=None, name="_method")
    url: Uri
    url_ext: Element | None = field(default=None, name="_url")
    if_none_match: String | None = field(default=None, name="ifNoneMatch")
    if_none_match_ext: Element | None = field(default=None, name="_ifNoneMatch")
    if_modified_since: Instant | None = field(default=None, name="ifModifiedSince")
    if_modified_since_ext: Element | None = field(default=None, name="_ifModifiedSince")
    if_match: String | None = field(default=None, name="ifMatch")
    if_match_ext: Element | None = field(default=None, name="_ifMatch")
    if_none_exist: String | None = field(default=None, name="ifNoneExist")
    if_none_exist_ext: Element | None = field(default=None, name="_ifNoneExist")


class BundleEntryResponse(BackboneElement, frozen=True, kw_only=True):
    """Results of execution (transaction/batch/history)."""

    status: String
    status_ext: Element | None = field(default=None, name="_status")
    location: Uri | None = None
    location_ext: Element | None = field(default=None, name="_location")
    etag: String | None = None
    etag_ext: Element | None = field(default=None, name="_etag")
    last_modified: Instant | None = field(default=None, name="lastModified")
    last_modified_ext: Element | None = field(default=None, name="_lastModified")
    outcome: HeldOrNone = None


class OperationOutcome(DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="OperationOutcome"):
    """Information about the success/failure of an action."""

    issue: Annotated[list[OperationOutcomeIssue], Must(min_length=1)]


class OperationOutcomeIssue(BackboneElement, frozen=True, kw_only=True):
    """A single issue associated with the action."""

    severity: IssueSeverityCode
    severity_ext: Element | None = field(default=None, name="_severity")
    code: IssueTypeCode
    code_ext: Element | None = field(default=None, name="_code")
    details: CodeableConcept | None = None
    diagnostics: String | None = None
    diagnostics_ext: Element | None = field(default=None, name="_diagnostics")
    location: Annotated[list[String | None], Must(min_length=1)] | None = None
    location_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_location")
    expression: Annotated[list[String | None], Must(min_length=1)] | None = None
    expression_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_expression")


class Parameters(Resource, frozen=True, kw_only=True, tag_field="resourceType", tag="Parameters"):
    """Operation Request or Response."""

    parameter: Annotated[list[ParametersParameter], Must(min_length=1)] | None = None


class ParametersParameter(BackboneElement, frozen=True, kw_only=True):
    """Operation Parameter."""

    name: String
    name_ext: Element | None = field(default=None, name="_name")
    value_base64_binary: Base64Binary | None = field(default=None, name="valueBase64Binary")
    value_base64_binary_ext: Element | None = field(default=None, name="_valueBase64Binary")
    value_boolean: bool | None = field(default=None, name="valueBoolean")
    value_boolean_ext: Element | None = field(default=None, name="_valueBoolean")
    value_canonical: Canonical | None = field(default=None, name="valueCanonical")
    value_canonical_ext: Element | None = field(default=None, name="_valueCanonical")
    value_code: Code | None = field(default=None, name="valueCode")
    value_code_ext: Element | None = field(default=None, name="_valueCode")
    value_date: Date | None = field(default=None, name="valueDate")
    value_date_ext: Element | None = field(default=None, name="_valueDate")
    value_date_time: DateTime | None = field(default=None, name="valueDateTime")
    value_date_time_ext: Element | None = field(default=None, name="_valueDateTime")
    value_decimal: Decimal | None = field(default=None, name="valueDecimal")
    value_decimal_ext: Element | None = field(default=None, name="_valueDecimal")
    value_id: Id | None = field(default=None, name="valueId")
    value_id_ext: Element | None = field(default=None, name="_valueId")
    value_instant: Instant | None = field(default=None, name="valueInstant")
    value_instant_ext: Element | None = field(default=None, name="_valueInstant")
    value_integer: Integer | None = field(default=None, name="valueInteger")
    value_integer_ext: Element | None = field(default=None, name="_valueInteger")
    value_markdown: Markdown | None = field(default=None, name="valueMarkdown")
    value_markdown_ext: Element | None = field(default=None, name="_valueMarkdown")
    value_oid: Oid | None = field(default=None, name="valueOid")
    value_oid_ext: Element | None = field(default=None, name="_valueOid")
    value_positive_int: PositiveInt | None = field(default=None, name="valuePositiveInt")
    value_positive_int_ext: Element | None = field(default=None, name="_valuePositiveInt")
    value_string: String | None = field(default=None, name="valueString")
    value_string_ext: Element | None = field(default=None, name="_valueString")
    value_time: Time | None = field(default=None, name="valueTime")
    value_time_ext: Element | None = field(default=None, name="_valueTime")
    value_unsigned_int: UnsignedInt | None = field(default=None, name="valueUnsignedInt")
    value_unsigned_int_ext: Element | None = field(default=None, name="_valueUnsignedInt")
    value_uri: Uri | None = field(default=None, name="valueUri")
    value_uri_ext: Element | None = field(default=None, name="_valueUri")
    value_url: Url | None = field(default=None, name="valueUrl")
    value_url_ext: Element | None = field(default=None, name="_valueUrl")
    value_uuid: Uuid | None = field(default=None, name="valueUuid")
    value_uuid_ext: Element | None = field(default=None, name="_valueUuid")
    value_address: Address | None = field(default=None, name="valueAddress")
    value_age: Age | None = field(default=None, name="valueAge")
    value_annotation: Annotation | None = field(default=None, name="valueAnnotation")
    value_attachment: Attachment | None = field(default=None, name="valueAttachment")
    value_codeable_concept: CodeableConcept | None = field(default=None, name="valueCodeableConcept")
    value_coding: Coding | None = field(default=None, name="valueCoding")
    value_contact_point: ContactPoint | None = field(default=None, name="valueContactPoint")
    value_count: Count | None = field(default=None, name="valueCount")
    value_distance: Distance | None = field(default=None, name="valueDistance")
    value_duration: Duration | None = field(default=None, name="valueDuration")
    value_human_name: HumanName | None = field(default=None, name="valueHumanName")
    value_identifier: Identifier | None = field(default=None, name="valueIdentifier")
    value_money: Money | None = field(default=None, name="valueMoney")
    value_period: Period | None = field(default=None, name="valuePeriod")
    value_quantity: Quantity | None = field(default=None, name="valueQuantity")
    value_range: Range | None = field(default=None, name="valueRange")
    value_ratio: Ratio | None = field(default=None, name="valueRatio")
    value_reference: Reference | None = field(default=None, name="valueReference")
    value_sampled_data: SampledData | None = field(default=None, name="valueSampledData")
    value_signature: Signature | None = field(default=None, name="valueSignature")
    value_timing: Timing | None = field(default=None, name="valueTiming")
    value_contact_detail: ContactDetail | None = field(default=None, name="valueContactDetail")
    value_contributor: Contributor | None = field(default=None, name="valueContributor")
    value_data_requirement: DataRequirement | None = field(default=None, name="valueDataRequirement")
    value_expression: Expression | None = field(default=None, name="valueExpression")
    value_parameter_definition: ParameterDefinition | None = field(default=None, name="valueParameterDefinition")
    value_related_artifact: RelatedArtifact | None = field(default=None, name="valueRelatedArtifact")
    value_trigger_definition: TriggerDefinition | None = field(default=None, name="valueTriggerDefinition")
    value_usage_context: UsageContext | None = field(default=None, name="valueUsageContext")
    value_dosage: Dosage | None = field(default=None, name="valueDosage")
    value_meta: Meta | None = field(default=None, name="valueMeta")
    resource: HeldOrNone = None
    part: Annotated[list[ParametersParameter], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (
            self.id is self.extension is self.modifier_extension is self.value_decimal is None
            and astuple(self).count(None) == 74
        ):
            return
        choose(
            "value[x]",
            False,
            (
                self.value_base64_binary or self.value_base64_binary_ext,
                self.value_boolean if self.value_boolean is not None else self.value_boolean_ext,
                self.value_canonical or self.value_canonical_ext,
                self.value_code or self.value_code_ext,
                self.value_date or self.value_date_ext,
                self.value_date_time or self.value_date_time_ext,
                self.value_decimal if self.value_decimal is not None else self.value_decimal_ext,
                self.value_id or self.value_id_ext,
                self.value_instant or self.value_instant_ext,
                self.value_integer if self.value_integer is not None else self.value_integer_ext,
                self.value_markdown or self.value_markdown_ext,
                self.value_oid or self.value_oid_ext,
                self.value_positive_int if self.value_positive_int is not None else self.value_positive_int_ext,
                self.value_string or self.value_string_ext,
                self.value_time or self.value_time_ext,
                self.value_unsigned_int if self.value_unsigned_int is not None else self.value_unsigned_int_ext,
                self.value_uri or self.value_uri_ext,
                self.value_url or self.value_url_ext,
                self.value_uuid or self.value_uuid_ext,
                self.value_address,
                self.value_age,
                self.value_annotation,
                self.value_attachment,
                self.value_codeable_concept,
                self.value_coding,
                self.value_contact_point,
                self.value_count,
                self.value_distance,
                self.value_duration,
                self.value_human_name,
                self.value_identifier,
                self.value_money,
                self.value_period,
                self.value_quantity,
                self.value_range,
                self.value_ratio,
                self.value_reference,
                self.value_sampled_data,
                self.value_signature,
                self.value_timing,
                self.value_contact_detail,
                self.value_contributor,
                self.value_data_requirement,
                self.value_expression,
                self.value_parameter_definition,
                self.value_related_artifact,
                self.value_trigger_definition,
                self.value_usage_context,
                self.value_dosage,
                self.value_meta,
            ),
        )
        if self.value_decimal is not None:
            bounded(self.value_decimal, "valueDecimal")
        checks.parameter(self)


class CapabilityStatement(
    DomainResource, frozen=True, kw_only=True, tag_field="resourceType", tag="CapabilityStatement"
):
    """A statement of system capabilities."""

    url: Uri | None = None
    url_ext: Element | None = field(default=None, name="_url")
    version: String | None = None
    version_ext: Element | None = field(default=None, name="_version")
    name: String | None = None
    name_ext: Element | None = field(default=None, name="_name")
    title: String | None = None
    title_ext: Element | None = field(default=None, name="_title")
    status: PublicationStatusCode
    status_ext: Element | None = field(default=None, name="_status")
    experimental: bool | None = None
    experimental_ext: Element | None = field(default=None, name="_experimental")
    date: DateTime
    date_ext: Element | None = field(default=None, name="_date")
    publisher: String | None = None
    publisher_ext: Element | None = field(default=None, name="_publisher")
    contact: Annotated[list[ContactDetail], Must(min_length=1)] | None = None
    description: Markdown | None = None
    description_ext: Element | None = field(default=None, name="_description")
    use_context: Annotated[list[UsageContext], Must(min_length=1)] | None = field(default=None, name="useContext")
    jurisdiction: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    purpose: Markdown | None = None
    purpose_ext: Element | None = field(default=None, name="_purpose")
    copyright: Markdown | None = None
    copyright_ext: Element | None = field(default=None, name="_copyright")
    kind: CapabilityStatementKindCode
    kind_ext: Element | None = field(default=None, name="_kind")
    instantiates: Annotated[list[Canonical | None], Must(min_length=1)] | None = None
    instantiates_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_instantiates"
    )
    imports: Annotated[list[Canonical | None], Must(min_length=1)] | None = None
    imports_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_imports")
    software: CapabilityStatementSoftware | None = None
    implementation: CapabilityStatementImplementation | None = None
    fhir_version: FHIRVersionCode = field(name="fhirVersion")
    fhir_version_ext: Element | None = field(default=None, name="_fhirVersion")
    format: Annotated[list[Code | None], Must(min_length=1)]
    format_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(default=None, name="_format")
    patch_format: Annotated[list[Code | None], Must(min_length=1)] | None = field(default=None, name="patchFormat")
    patch_format_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_patchFormat"
    )
    implementation_guide: Annotated[list[Canonical | None], Must(min_length=1)] | None = field(
        default=None, name="implementationGuide"
    )
    implementation_guide_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_implementationGuide"
    )
    rest: Annotated[list[CapabilityStatementRest], Must(min_length=1)] | None = None
    messaging: Annotated[list[CapabilityStatementMessaging], Must(min_length=1)] | None = None
    document: Annotated[list[CapabilityStatementDocument], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        checks.capability(self)


class CapabilityStatementSoftware(BackboneElement, frozen=True, kw_only=True):
    """Software that is covered by this capability statement."""

    name: String
    name_ext: Element | None = field(default=None, name="_name")
    version: String | None = None
    version_ext: Element | None = field(default=None, name="_version")
    release_date: DateTime | None = field(default=None, name="releaseDate")
    release_date_ext: Element | None = field(default=None, name="_releaseDate")


class CapabilityStatementImplementation(BackboneElement, frozen=True, kw_only=True):
    """If this describes a specific instance."""

    description: String
    description_ext: Element | None = field(default=None, name="_description")
    url: Url | None = None
    url_ext: Element | None = field(default=None, name="_url")
    custodian: Reference | None = None

    def __post_init__(self) -> None:
        if self.custodian is not None:
            aim(self.custodian, TARGETS_2, "custodian")


class CapabilityStatementRest(BackboneElement, frozen=True, kw_only=True):
    """If the endpoint is a RESTful one."""

    mode: RestfulCapabilityModeCode
    mode_ext: Element | None = field(default=None, name="_mode")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")
    security: CapabilityStatementRestSecurity | None = None
    resource: Annotated[list[CapabilityStatementRestResource], Must(min_length=1)] | None = None
    interaction: Annotated[list[CapabilityStatementRestInteraction], Must(min_length=1)] | None = None
    search_param: Annotated[list[CapabilityStatementRestResourceSearchParam], Must(min_length=1)] | None = field(
        default=None, name="searchParam"
    )
    operation: Annotated[list[CapabilityStatementRestResourceOperation], Must(min_length=1)] | None = None
    compartment: Annotated[list[Canonical | None], Must(min_length=1)] | None = None
    compartment_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_compartment"
    )

    def __post_init__(self) -> None:
        checks.capability_rest(self)


class CapabilityStatementRestSecurity(BackboneElement, frozen=True, kw_only=True):
    """Information about security of implementation."""

    cors: bool | None = None
    cors_ext: Element | None = field(default=None, name="_cors")
    service: Annotated[list[CodeableConcept], Must(min_length=1)] | None = None
    description: Markdown | None = None
    description_ext: Element | None = field(default=None, name="_description")


class CapabilityStatementRestResource(BackboneElement, frozen=True, kw_only=True):
    """Resource served on the REST interface."""

    type: ResourceTypesCode
    type_ext: Element | None = field(default=None, name="_type")
    profile: Canonical | None = None
    profile_ext: Element | None = field(default=None, name="_profile")
    supported_profile: Annotated[list[Canonical | None], Must(min_length=1)] | None = field(
        default=None, name="supportedProfile"
    )
    supported_profile_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_supportedProfile"
    )
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")
    interaction: Annotated[list[CapabilityStatementRestResourceInteraction], Must(min_length=1)] | None = None
    versioning: VersioningPolicyCode | None = None
    versioning_ext: Element | None = field(default=None, name="_versioning")
    read_history: bool | None = field(default=None, name="readHistory")
    read_history_ext: Element | None = field(default=None, name="_readHistory")
    update_create: bool | None = field(default=None, name="updateCreate")
    update_create_ext: Element | None = field(default=None, name="_updateCreate")
    conditional_create: bool | None = field(default=None, name="conditionalCreate")
    conditional_create_ext: Element | None = field(default=None, name="_conditionalCreate")
    conditional_read: ConditionalReadStatusCode | None = field(default=None, name="conditionalRead")
    conditional_read_ext: Element | None = field(default=None, name="_conditionalRead")
    conditional_update: bool | None = field(default=None, name="conditionalUpdate")
    conditional_update_ext: Element | None = field(default=None, name="_conditionalUpdate")
    conditional_delete: ConditionalDeleteStatusCode | None = field(default=None, name="conditionalDelete")
    conditional_delete_ext: Element | None = field(default=None, name="_conditionalDelete")
    reference_policy: Annotated[list[ReferenceHandlingPolicyCode | None], Must(min_length=1)] | None = field(
        default=None, name="referencePolicy"
    )
    reference_policy_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_referencePolicy"
    )
    search_include: Annotated[list[String | None], Must(min_length=1)] | None = field(
        default=None, name="searchInclude"
    )
    search_include_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_searchInclude"
    )
    search_rev_include: Annotated[list[String | None], Must(min_length=1)] | None = field(
        default=None, name="searchRevInclude"
    )
    search_rev_include_ext: Annotated[list[Element | None], Must(min_length=1)] | None = field(
        default=None, name="_searchRevInclude"
    )
    search_param: Annotated[list[CapabilityStatementRestResourceSearchParam], Must(min_length=1)] | None = field(
        default=None, name="searchParam"
    )
    operation: Annotated[list[CapabilityStatementRestResourceOperation], Must(min_length=1)] | None = None

    def __post_init__(self) -> None:
        checks.capability_resource(self)


class CapabilityStatementRestResourceInteraction(BackboneElement, frozen=True, kw_only=True):
    """What operations are supported?."""

    code: TypeRestfulInteractionCode
    code_ext: Element | None = field(default=None, name="_code")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")


class CapabilityStatementRestResourceSearchParam(BackboneElement, frozen=True, kw_only=True):
    """Search parameters supported by implementation."""

    name: String
    name_ext: Element | None = field(default=None, name="_name")
    definition: Canonical | None = None
    definition_ext: Element | None = field(default=None, name="_definition")
    type: SearchParamTypeCode
    type_ext: Element | None = field(default=None, name="_type")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")


class CapabilityStatementRestResourceOperation(BackboneElement, frozen=True, kw_only=True):
    """Definition of a resource operation."""

    name: String
    name_ext: Element | None = field(default=None, name="_name")
    definition: Canonical
    definition_ext: Element | None = field(default=None, name="_definition")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")


class CapabilityStatementRestInteraction(BackboneElement, frozen=True, kw_only=True):
    """What operations are supported?."""

    code: SystemRestfulInteractionCode
    code_ext: Element | None = field(default=None, name="_code")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")


class CapabilityStatementMessaging(BackboneElement, frozen=True, kw_only=True):
    """If messaging is supported."""

    endpoint: Annotated[list[CapabilityStatementMessagingEndpoint], Must(min_length=1)] | None = None
    reliable_cache: UnsignedInt | None = field(default=None, name="reliableCache")
    reliable_cache_ext: Element | None = field(default=None, name="_reliableCache")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")
    supported_message: Annotated[list[CapabilityStatementMessagingSupportedMessage], Must(min_length=1)] | None = field(
        default=None, name="supportedMessage"
    )


class CapabilityStatementMessagingEndpoint(BackboneElement, frozen=True, kw_only=True):
    """Where messages should be sent."""

    protocol: Coding
    address: Url
    address_ext: Element | None = field(default=None, name="_address")


class CapabilityStatementMessagingSupportedMessage(BackboneElement, frozen=True, kw_only=True):
    """Messages supported by this system."""

    mode: EventCapabilityModeCode
    mode_ext: Element | None = field(default=None, name="_mode")
    definition: Canonical
    definition_ext: Element | None = field(default=None, name="_definition")


class CapabilityStatementDocument(BackboneElement, frozen=True, kw_only=True):
    """Document definition."""

    mode: DocumentModeCode
    mode_ext: Element | None = field(default=None, name="_mode")
    documentation: Markdown | None = None
    documentation_ext: Element | None = field(default=None, name="_documentation")
    profile: Canonical
    profile_ext: Element | None = field(default=None, name="_profile")


AnyResource = (
    Coverage
    | CoverageEligibilityRequest
    | CoverageEligibilityResponse
    | Claim
    | ClaimResponse
    | PaymentReconciliation
    | PaymentNotice
    | ExplanationOfBenefit
    | AuditEvent
    | Organization
    | Practitioner
    | PractitionerRole
    | Patient
    | Task
    | Bundle
    | OperationOutcome
    | Parameters
    | CapabilityStatement
)
RESOURCES: dict[str, type[Resource]] = {
    "Coverage": Coverage,
    "CoverageEligibilityRequest": CoverageEligibilityRequest,
    "CoverageEligibilityResponse": CoverageEligibilityResponse,
    "Claim": Claim,
    "ClaimResponse": ClaimResponse,
    "PaymentReconciliation": PaymentReconciliation,
    "PaymentNotice": PaymentNotice,
    "ExplanationOfBenefit": ExplanationOfBenefit,
    "AuditEvent": AuditEvent,
    "Organization": Organization,
    "Practitioner": Practitioner,
    "PractitionerRole": PractitionerRole,
    "Patient": Patient,
    "Task": Task,
    "Bundle": Bundle,
    "OperationOutcome": OperationOutcome,
    "Parameters": Parameters,
    "CapabilityStatement": CapabilityStatement,
}
TARGETS: dict[str, dict[str, frozenset[str]]] = {
    "Annotation": {"authorReference": TARGETS_1},
    "Identifier": {"assigner": TARGETS_2},
    "Signature": {"who": TARGETS_3, "onBehalfOf": TARGETS_3},
    "DataRequirement": {"subjectReference": TARGETS_4},
    "TriggerDefinition": {"timingReference": TARGETS_5},
    "UsageContext": {"valueReference": TARGETS_6},
    "Coverage": {
        "policyHolder": TARGETS_7,
        "subscriber": TARGETS_8,
        "beneficiary": TARGETS_9,
        "payor": TARGETS_7,
        "contract": TARGETS_10,
    },
    "CoverageEligibilityRequest": {
        "patient": TARGETS_9,
        "enterer": TARGETS_11,
        "provider": TARGETS_12,
        "insurer": TARGETS_2,
        "facility": TARGETS_13,
    },
    "CoverageEligibilityRequestInsurance": {"coverage": TARGETS_14},
    "CoverageEligibilityRequestItem": {"provider": TARGETS_11, "facility": TARGETS_15},
    "CoverageEligibilityRequestItemDiagnosis": {"diagnosisReference": TARGETS_16},
    "CoverageEligibilityResponse": {
        "patient": TARGETS_9,
        "requestor": TARGETS_12,
        "request": TARGETS_17,
        "insurer": TARGETS_2,
    },
    "CoverageEligibilityResponseInsurance": {"coverage": TARGETS_14},
    "CoverageEligibilityResponseInsuranceItem": {"provider": TARGETS_11},
    "Claim": {
        "patient": TARGETS_9,
        "enterer": TARGETS_11,
        "insurer": TARGETS_2,
        "provider": TARGETS_12,
        "prescription": TARGETS_18,
        "originalPrescription": TARGETS_18,
        "referral": TARGETS_19,
        "facility": TARGETS_13,
    },
    "ClaimRelated": {"claim": TARGETS_20},
    "ClaimPayee": {"party": TARGETS_21},
    "ClaimCareTeam": {"provider": TARGETS_12},
    "ClaimDiagnosis": {"diagnosisReference": TARGETS_16},
    "ClaimProcedure": {"procedureReference": TARGETS_22, "udi": TARGETS_23},
    "ClaimInsurance": {"coverage": TARGETS_14, "claimResponse": TARGETS_24},
    "ClaimAccident": {"locationReference": TARGETS_13},
    "ClaimItem": {"locationReference": TARGETS_13, "udi": TARGETS_23, "encounter": TARGETS_25},
    "ClaimItemDetail": {"udi": TARGETS_23},
    "ClaimItemDetailSubDetail": {"udi": TARGETS_23},
    "ClaimResponse": {
        "patient": TARGETS_9,
        "insurer": TARGETS_2,
        "requestor": TARGETS_12,
        "request": TARGETS_20,
        "communicationRequest": TARGETS_26,
    },
    "ClaimResponseAddItem": {"provider": TARGETS_12, "locationReference": TARGETS_13},
    "ClaimResponseInsurance": {"coverage": TARGETS_14, "claimResponse": TARGETS_24},
    "PaymentReconciliation": {"paymentIssuer": TARGETS_2, "request": TARGETS_27, "requestor": TARGETS_12},
    "PaymentReconciliationDetail": {"submitter": TARGETS_12, "responsible": TARGETS_28, "payee": TARGETS_12},
    "PaymentNotice": {"provider": TARGETS_12, "payment": TARGETS_29, "payee": TARGETS_12, "recipient": TARGETS_2},
    "ExplanationOfBenefit": {
        "patient": TARGETS_9,
        "enterer": TARGETS_11,
        "insurer": TARGETS_2,
        "provider": TARGETS_12,
        "prescription": TARGETS_30,
        "originalPrescription": TARGETS_31,
        "referral": TARGETS_19,
        "facility": TARGETS_13,
        "claim": TARGETS_20,
        "claimResponse": TARGETS_24,
    },
    "ExplanationOfBenefitRelated": {"claim": TARGETS_20},
    "ExplanationOfBenefitPayee": {"party": TARGETS_21},
    "ExplanationOfBenefitCareTeam": {"provider": TARGETS_12},
    "ExplanationOfBenefitDiagnosis": {"diagnosisReference": TARGETS_16},
    "ExplanationOfBenefitProcedure": {"procedureReference": TARGETS_22, "udi": TARGETS_23},
    "ExplanationOfBenefitInsurance": {"coverage": TARGETS_14},
    "ExplanationOfBenefitAccident": {"locationReference": TARGETS_13},
    "ExplanationOfBenefitItem": {"locationReference": TARGETS_13, "udi": TARGETS_23, "encounter": TARGETS_25},
    "ExplanationOfBenefitItemDetail": {"udi": TARGETS_23},
    "ExplanationOfBenefitItemDetailSubDetail": {"udi": TARGETS_23},
    "ExplanationOfBenefitAddItem": {"provider": TARGETS_12, "locationReference": TARGETS_13},
    "AuditEventAgent": {"who": TARGETS_3, "location": TARGETS_13},
    "AuditEventSource": {"observer": TARGETS_3},
    "Organization": {"partOf": TARGETS_2, "endpoint": TARGETS_32},
    "PractitionerQualification": {"issuer": TARGETS_2},
    "PractitionerRole": {
        "practitioner": TARGETS_33,
        "organization": TARGETS_2,
        "location": TARGETS_13,
        "healthcareService": TARGETS_34,
        "endpoint": TARGETS_32,
    },
    "Patient": {"generalPractitioner": TARGETS_12, "managingOrganization": TARGETS_2},
    "PatientContact": {"organization": TARGETS_2},
    "PatientLink": {"other": TARGETS_8},
    "Task": {
        "partOf": TARGETS_27,
        "encounter": TARGETS_25,
        "requester": TARGETS_3,
        "owner": TARGETS_35,
        "location": TARGETS_13,
        "insurance": TARGETS_36,
        "relevantHistory": TARGETS_37,
    },
    "TaskRestriction": {"recipient": TARGETS_38},
    "CapabilityStatementImplementation": {"custodian": TARGETS_2},
}
"""What the references of each class may point at, by element."""
RULES: dict[str, str] = {
    "age-1": "There SHALL be a code if there is a value and it SHALL be an expression of time. If system is present, it SHALL be UCUM. If value is present, it SHALL be positive.",
    "att-1": "If the Attachment has data, it SHALL have a contentType",
    "bdl-1": "total only when a search or history",
    "bdl-10": "A document must have a date",
    "bdl-11": "A document must have a Composition as the first resource",
    "bdl-12": "A message must have a MessageHeader as the first resource",
    "bdl-2": "entry.search only when a search",
    "bdl-3": "entry.request mandatory for batch/transaction/history, otherwise prohibited",
    "bdl-4": "entry.response mandatory for batch-response/transaction-response/history, otherwise prohibited",
    "bdl-5": "must be a resource unless there's a request or response",
    "bdl-7": "FullUrl must be unique in a bundle, or else entries with the same fullUrl must have different meta.versionId (except in history bundles)",
    "bdl-8": "fullUrl cannot be a version specific reference",
    "bdl-9": "A document must have an identifier with a system and a value",
    "ces-1": "SHALL contain a category or a billcode but not both.",
    "cnt-3": 'There SHALL be a code with a value of "1" if there is a value. If system is present, it SHALL be UCUM. If present, the value SHALL be a whole number.',
    "cpb-0": "Name should be usable as an identifier for the module by machine processing applications such as code generation",
    "cpb-1": "A Capability Statement SHALL have at least one of REST, messaging or document element.",
    "cpb-12": "Search parameter names must be unique in the context of a resource.",
    "cpb-14": "If kind = instance, implementation must be present and software may be present",
    "cpb-15": "If kind = capability, implementation must be absent, software must be present",
    "cpb-16": "If kind = requirements, implementation and software must be absent",
    "cpb-2": "A Capability Statement SHALL have at least one of description, software, or implementation element.",
    "cpb-3": "Messaging end-point is required (and is only permitted) when a statement is for an implementation.",
    "cpb-7": "The set of documents must be unique by the combination of profile and mode.",
    "cpb-9": "A given resource can only be described once per RESTful mode.",
    "cpt-2": "A system is required if a value is provided.",
    "dis-1": "There SHALL be a code if there is a value and it SHALL be an expression of length. If system is present, it SHALL be UCUM.",
    "dom-2": "If the resource is contained in another resource, it SHALL NOT contain nested Resources",
    "dom-3": "If the resource is contained in another resource, it SHALL be referred to from elsewhere in the resource or SHALL refer to the containing resource",
    "dom-4": "If a resource is contained in another resource, it SHALL NOT have a meta.versionId or a meta.lastUpdated",
    "dom-5": "If a resource is contained in another resource, it SHALL NOT have a security label",
    "dom-6": "A resource should have narrative for robust management",
    "drq-1": "Either a path or a searchParam must be provided, but not both",
    "drq-2": "Either a path or a searchParam must be provided, but not both",
    "drt-1": "There SHALL be a code if there is a value and it SHALL be an expression of time. If system is present, it SHALL be UCUM.",
    "ele-1": "All FHIR elements must have a @value or children",
    "exp-1": "An expression or a reference must be provided",
    "ext-1": "Must have either extensions or value[x], not both",
    "inv-1": "A parameter must have one and only one of (value, resource, part)",
    "org-1": "The organization SHALL at least have a name or an identifier, and possibly more than one",
    "org-2": "An address of an organization can never be of use 'home'",
    "org-3": "The telecom of an organization can never be of use 'home'",
    "pat-1": "SHALL at least contain a contact's details or a reference to an organization",
    "per-1": "If present, start SHALL have a lower value than end",
    "qty-3": "If a code for the unit is present, the system SHALL also be present",
    "rat-1": "Numerator and denominator SHALL both be present, or both are absent. If both are absent, there SHALL be some extension present",
    "ref-1": "SHALL have a contained resource if a local reference is provided",
    "rng-2": "If present, low SHALL have a lower value than high",
    "sev-1": "Either a name or a query (NOT both)",
    "tim-1": "if there's a duration, there needs to be duration units",
    "tim-10": "If there's a timeOfDay, there cannot be a when, or vice versa",
    "tim-2": "if there's a period, there needs to be period units",
    "tim-4": "duration SHALL be a non-negative value",
    "tim-5": "period SHALL be a non-negative value",
    "tim-6": "If there's a periodMax, there must be a period",
    "tim-7": "If there's a durationMax, there must be a duration",
    "tim-8": "If there's a countMax, there must be a count",
    "tim-9": "If there's an offset, there must be a when (and not C, CM, CD, CV)",
    "trd-1": "Either timing, or a data requirement, but not both",
    "trd-2": "A condition only if there is a data requirement",
    "trd-3": "A named event requires a name, a periodic event requires timing, and a data event requires data",
    "txt-1": "The narrative SHALL contain only the basic html formatting elements and attributes described in chapters 7-11 (except section 4 of chapter 9) and 15 of the HTML 4.0 standard, <a> elements (either name or href), images and internally contained style attributes",
    "txt-2": "The narrative SHALL have some non-whitespace content",
}
"""HL7's own words for its rules."""
