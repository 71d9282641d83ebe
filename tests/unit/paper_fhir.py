"""Documents of FHIR written for tests: one, as full as is useful, for each type that HL7 gives us no example of."""

from typing import Any

Json = dict[str, Any]

IDENTIFIER: Json = {
    "use": "official",
    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "FI"}]},
    "system": "https://finess.esante.gouv.fr",
    "value": "750000001",
    "period": {"start": "2020-01-01", "end": "2030-12-31"},
    "assigner": {"reference": "Organization/1"},
}
CODED: Json = {"coding": [{"system": "urn:codes", "version": "1", "code": "a", "display": "A", "userSelected": True}]}
NAME: Json = {"use": "official", "family": "ESSAI", "given": ["Un", "Deux"], "period": {"start": "2020"}}
POINT: Json = {"system": "phone", "value": "0100000000", "use": "work", "rank": 1, "period": {"start": "2020-02"}}
ADDRESS: Json = {
    "use": "work",
    "type": "both",
    "text": "1 rue de l'Essai",
    "line": ["1 rue de l'Essai"],
    "city": "Paris",
    "postalCode": "75001",
    "country": "FR",
}
EURO: Json = {"value": 10, "currency": "EUR"}
NARRATIVE: Json = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Essai</p></div>'}

DOCUMENTS: tuple[Json, ...] = (
    {
        "resourceType": "PaymentReconciliation",
        "id": "p1",
        "meta": {"versionId": "1", "lastUpdated": "2026-03-02T10:00:00.123+01:00", "profile": ["urn:profile"]},
        "text": NARRATIVE,
        "identifier": [IDENTIFIER],
        "status": "active",
        "period": {"start": "2026-03-01", "end": "2026-03-02"},
        "created": "2026-03-02T10:00:00+01:00",
        "paymentIssuer": {"reference": "Organization/1", "display": "Essai"},
        "request": {"reference": "Task/1"},
        "requestor": {"reference": "PractitionerRole/1"},
        "outcome": "complete",
        "disposition": "fait",
        "paymentDate": "2026-03-02",
        "paymentAmount": EURO,
        "paymentIdentifier": IDENTIFIER,
        "detail": [
            {
                "identifier": IDENTIFIER,
                "type": CODED,
                "request": {"reference": "Claim/1"},
                "submitter": {"reference": "Organization/2"},
                "response": {"reference": "ClaimResponse/1"},
                "date": "2026-03-02",
                "responsible": {"reference": "PractitionerRole/2"},
                "payee": {"reference": "Organization/3"},
                "amount": EURO,
            }
        ],
        "formCode": CODED,
        "processNote": [{"type": "display", "text": "Bonjour"}],
    },
    {
        "resourceType": "Organization",
        "identifier": [IDENTIFIER],
        "active": True,
        "type": [CODED],
        "name": "Essai",
        "alias": ["E"],
        "telecom": [POINT],
        "address": [ADDRESS],
        "partOf": {"reference": "Organization/2"},
        "contact": [{"purpose": CODED, "name": NAME, "telecom": [POINT], "address": ADDRESS}],
        "endpoint": [{"reference": "Endpoint/1"}],
    },
    {
        "resourceType": "Practitioner",
        "identifier": [IDENTIFIER],
        "active": True,
        "name": [NAME],
        "telecom": [POINT],
        "address": [ADDRESS],
        "gender": "female",
        "birthDate": "1970-01-01",
        "qualification": [
            {
                "identifier": [IDENTIFIER],
                "code": CODED,
                "period": {"start": "2000"},
                "issuer": {"reference": "Organization/1"},
            }
        ],
        "communication": [CODED],
    },
    {
        "resourceType": "PractitionerRole",
        "identifier": [IDENTIFIER],
        "active": True,
        "period": {"start": "2020-01-01"},
        "practitioner": {"reference": "Practitioner/1"},
        "organization": {"reference": "Organization/1"},
        "code": [CODED],
        "specialty": [CODED],
        "location": [{"reference": "Location/1"}],
        "telecom": [POINT],
        "availableTime": [{"daysOfWeek": ["mon"], "availableStartTime": "09:00:00", "availableEndTime": "18:00:00"}],
        "notAvailable": [{"description": "congés", "during": {"start": "2026-08-01", "end": "2026-08-31"}}],
        "availabilityExceptions": "jours fériés",
    },
    {
        "resourceType": "Patient",
        "extension": [{"url": "urn:extension", "valueBoolean": True}],
        "identifier": [IDENTIFIER],
        "active": True,
        "name": [NAME],
        "telecom": [POINT],
        "gender": "male",
        "birthDate": "1970-01-01",
        "_birthDate": {"extension": [{"url": "urn:time", "valueDateTime": "1970-01-01T10:00:00Z"}]},
        "deceasedBoolean": False,
        "address": [ADDRESS],
        "maritalStatus": CODED,
        "multipleBirthInteger": 2,
        "contact": [{"relationship": [CODED], "name": NAME, "gender": "other", "period": {"start": "2020-01-01"}}],
        "communication": [{"language": {"text": "français"}, "preferred": True}],
        "generalPractitioner": [{"reference": "Practitioner/1"}],
        "managingOrganization": {"reference": "Organization/1"},
        "link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}],
    },
    {
        "resourceType": "Task",
        "identifier": [IDENTIFIER],
        "instantiatesUri": "urn:flow",
        "status": "in-progress",
        "statusReason": {"text": "attente"},
        "businessStatus": CODED,
        "intent": "order",
        "priority": "routine",
        "code": CODED,
        "description": "Export",
        "focus": {"reference": "Claim/1"},
        "for": {"reference": "Patient/1"},
        "executionPeriod": {"start": "2026-03-02T10:00:00Z"},
        "authoredOn": "2026-03-02T10:00:00Z",
        "lastModified": "2026-03-02T10:05:00Z",
        "requester": {"reference": "Organization/1"},
        "owner": {"reference": "Organization/2"},
        "note": [{"authorString": "essai", "time": "2026-03-02T10:05:00Z", "text": "Rien"}],
        "restriction": {"repetitions": 1, "period": {"start": "2026"}, "recipient": [{"reference": "Organization/1"}]},
        "input": [{"type": CODED, "valueDecimal": 1.5}],
        "output": [{"type": CODED, "valueReference": {"reference": "Claim/1"}}],
    },
    {
        "resourceType": "Bundle",
        "identifier": IDENTIFIER,
        "type": "searchset",
        "timestamp": "2026-03-02T10:00:00Z",
        "total": 1,
        "link": [{"relation": "self", "url": "https://example.org/fhir/Organization"}],
        "entry": [
            {
                "fullUrl": "https://example.org/fhir/Organization/1",
                "resource": {"resourceType": "Organization", "id": "1", "name": "Essai"},
                "search": {"mode": "match", "score": 1},
            }
        ],
    },
    {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111",
                "resource": {"resourceType": "Organization", "name": "Essai"},
                "request": {"method": "POST", "url": "Organization", "ifNoneExist": "identifier=a|b"},
            }
        ],
    },
    {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "required",
                "details": CODED,
                "diagnostics": "manque",
                "expression": ["Claim.status"],
            }
        ],
    },
    {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "a", "valueString": "b"},
            {"name": "c", "resource": {"resourceType": "Organization", "name": "Essai"}},
            {"name": "d", "part": [{"name": "e", "valuePositiveInt": 1}, {"name": "f", "valueMoney": EURO}]},
            {"name": "g", "valueUri": "urn:g"},
            {"name": "h", "valueOid": "urn:oid:1.2.3"},
            {"name": "i", "valueUuid": "urn:uuid:11111111-1111-4111-8111-111111111111"},
            {"name": "j", "valueTime": "10:00:00"},
            {"name": "k", "valueBase64Binary": "QUJD"},
            {"name": "l", "valueQuantity": {"value": 1, "unit": "km", "system": "urn:units", "code": "km"}},
        ],
    },
    {
        "resourceType": "CapabilityStatement",
        "url": "https://example.org/metadata",
        "status": "active",
        "experimental": False,
        "date": "2026-03-02",
        "publisher": "Essai",
        "kind": "instance",
        "software": {"name": "Cloison", "version": "1", "releaseDate": "2026-03-02"},
        "implementation": {"description": "Essai", "url": "https://example.org/fhir"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": True, "service": [CODED], "description": "mTLS"},
                "resource": [
                    {
                        "type": "Claim",
                        "interaction": [{"code": "create"}],
                        "versioning": "versioned",
                        "readHistory": True,
                        "conditionalCreate": True,
                        "conditionalRead": "full-support",
                        "referencePolicy": ["literal"],
                        "searchParam": [{"name": "status", "type": "token"}],
                        "operation": [{"name": "submit", "definition": "urn:submit"}],
                    }
                ],
                "interaction": [{"code": "transaction"}],
            }
        ],
    },
)
