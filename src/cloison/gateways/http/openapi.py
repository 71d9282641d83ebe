"""The description of this gate in OpenAPI 3.1, made from the structures that it reads and writes.

Served at /openapi.json; docs/openapi.json is the same, and a test compares them. FHIR describes itself in its
CapabilityStatement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

import msgspec

from cloison.gateways.http.negotiation import JSON
from cloison.gateways.http.problems import ProblemBody

PROBLEM = "application/problem+json"
REF = "#/components/schemas/{name}"
Schema = dict[str, Any]  # a JSON schema is any JSON


@dataclass(frozen=True, slots=True)
class Parameter:
    """One part of an address, or a header."""

    name: str
    where: str
    description: str
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})
    required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked. Several structures, sent or answered: it is one of them. None: bytes, or nothing."""

    method: str
    path: str
    summary: str
    answers: Mapping[int, type | tuple[type, ...] | None]
    request: Sequence[type] = ()
    request_type: str = JSON
    answer_type: str = JSON
    parameters: Sequence[Parameter] = ()
    public: bool = False
    problems: Sequence[int] = ()
    permission: str = ""


def document(operations: Iterable[Operation], version: str, site: str = "") -> Schema:
    """The whole description."""
    listed = list(operations)
    answered = (shape for operation in listed for each in operation.answers.values() for shape in _several(each))
    types = dict.fromkeys([*(each for operation in listed for each in operation.request), *answered])
    _, components = msgspec.json.schema_components((*types, ProblemBody), ref_template=REF)
    paths: dict[str, Schema] = {}
    for operation in listed:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cloison",
            "version": version,
            "summary": "Third-party payment: eligibility, files, errors. FHIR R4 has its own description.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": site or "/"}],
        "security": [{"certificate_bound": []}, {"dpop": []}],
        "paths": paths,
        "components": {
            "schemas": {name: _cleaned(schema) for name, schema in sorted(components.items())},
            "securitySchemes": {
                "certificate_bound": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of /oauth/token, on the TLS connection whose certificate it is "
                    "bound to (RFC 8705).",
                },
                "dpop": {
                    "type": "http",
                    "scheme": "dpop",
                    "description": "An access token of /oauth/token with a new DPoP proof for each request (RFC 9449).",
                },
            },
        },
    }


def _operation(operation: Operation) -> Schema:
    made: Schema = {"summary": operation.summary, "operationId": _identifier(operation)}
    if operation.permission:
        made["description"] = f"Permission: `{operation.permission}`."
    if operation.public:
        made["security"] = []
    if operation.parameters:
        made["parameters"] = [
            {
                "name": each.name,
                "in": each.where,
                "required": each.required,
                "description": each.description,
                "schema": dict(each.schema),
            }
            for each in operation.parameters
        ]
    if operation.request or operation.request_type != JSON:
        made["requestBody"] = {"required": True, "content": {operation.request_type: _content(operation.request)}}
    made["responses"] = {
        str(status): {
            "description": HTTPStatus(status).phrase,
            **({"content": {operation.answer_type: _content(_several(shape))}} if shape else {}),
        }
        for status, shape in operation.answers.items()
    }
    problem = {"description": "The one error object (RFC 9457)", "content": {PROBLEM: _content((ProblemBody,))}}
    statuses = {*operation.problems, *(() if operation.public else (401, 403, 503))}
    made["responses"] |= {str(status): problem for status in sorted(statuses)} | {"default": problem}
    return made


def _several(shapes: type | tuple[type, ...] | None) -> tuple[type, ...]:
    if shapes is None:
        return ()
    return shapes if isinstance(shapes, tuple) else (shapes,)


def _content(shapes: Sequence[type]) -> Schema:
    refs = [{"$ref": REF.format(name=shape.__name__)} for shape in shapes]
    if not refs:
        return {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    return {"schema": refs[0] if len(refs) == 1 else {"oneOf": refs}}


def _identifier(operation: Operation) -> str:
    words = operation.path.replace("{", "").replace("}", "").replace(".", "").replace("-", "_").split("/")
    return "_".join([operation.method.lower(), *filter(None, words)])


def _cleaned(schema: Any) -> Any:  # a JSON schema is any JSON
    """A schema without what Python's docstrings bring: line breaks of the source."""
    if isinstance(schema, dict):
        items = cast("Mapping[str, Any]", schema)  # JSON
        return {
            key: " ".join(value.split()) if key == "description" and isinstance(value, str) else _cleaned(value)
            for key, value in items.items()
        }
    if isinstance(schema, list):
        return [_cleaned(each) for each in cast("list[Any]", schema)]  # JSON
    return schema
