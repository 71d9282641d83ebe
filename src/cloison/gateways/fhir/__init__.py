"""HL7 FHIR R4 (4.0.1) in JSON: what is written on the wire, and nothing about insurance.

`parse` reads and checks, `write` writes, `outcome` says what went wrong; `r4` holds the resources.
"""

from cloison.gateways.fhir.reading import Batch, Resource, Unreadable, demand, parse, parse_batch, write

__all__ = ["Batch", "Resource", "Unreadable", "demand", "parse", "parse_batch", "write"]
