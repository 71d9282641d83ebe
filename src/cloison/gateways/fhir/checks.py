"""What HL7 says of a value beyond types and counts: choices, targets of references, currencies, and its rules by key.

Each rule is asked when a value is built, while the parser is at it, so that the parser knows the place. A value that
breaks one raises `Broken`, which names the rule and repeats nothing of the value.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from cloison.errors import Reason
from cloison.gateways.fhir import reasons
from cloison.gateways.fhir.currencies import CURRENCIES
from cloison.gateways.fhir.narrative import simple

if TYPE_CHECKING:
    from cloison.gateways.fhir import r4

UCUM = "http://unitsofmeasure.org"
NUMBER_MAX, EXPONENT_MAX = 24, 18
"""Characters of a number, and powers of ten: the precision that FHIR asks servers for, and some more."""

ID_MAX = 64
LOGICAL = ("#", "urn:", "http:", "https:")
RELATIVE = re.compile(r"([A-Z][A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?|\?\S+)\Z")
ABSOLUTE = re.compile(r"https?://\S+?/([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?\Z")


class Broken(ValueError):
    """A value breaks a rule: why, at which of its elements, and the key of HL7's rule or what is allowed there."""

    def __init__(self, reason: Reason, element: str = "", rule: str = "") -> None:
        self.reason = reason
        self.element = element
        self.rule = rule
        super().__init__(f"{reason.code} {element} {rule}".rstrip())


def choose(name: str, required: bool, options: tuple[object, ...]) -> None:
    """Of the elements of a choice such as `serviced[x]`, one at most is there; exactly one when it is required."""
    there = len(options) - options.count(None)
    if there > 1:
        raise Broken(reasons.CHOICE, name)
    if required and not there:
        raise Broken(reasons.ELEMENT_MISSING, name)


def bounded(number: Decimal, name: str) -> None:
    """A number that arithmetic may meet: `1e999999999` is well formed, and eats the memory of who rounds it."""
    if len(str(number)) > NUMBER_MAX or abs(number.adjusted()) > EXPONENT_MAX:
        raise Broken(reasons.NUMBER, name)


def aim(reference: "r4.Reference", allowed: Collection[str], name: str) -> None:
    """A reference points at a type that its element allows. Local ones are followed by the reader, which holds them."""
    text = reference.reference
    if text is not None:
        kind, _, rest = text.partition("/")
        if kind in allowed and rest.isalnum() and rest.isascii() and len(rest) <= ID_MAX:
            return  # the plainest form: RELATIVE takes it too, at three times the price
    target = pointed(reference)
    if target is not None and target not in allowed:
        raise Broken(reasons.REFERENCE_TARGET, name, ", ".join(sorted(allowed)))


def aim_each(references: "Iterable[r4.Reference]", allowed: Collection[str], name: str) -> None:
    for number, reference in enumerate(references):
        aim(reference, allowed, f"{name}[{number}]")


def pointed(reference: "r4.Reference") -> str | None:
    """The type of resource that a reference names; None when it does not say, empty when it makes no sense."""
    text = reference.reference
    if text is None:
        return reference.type
    if not text.startswith(LOGICAL):
        relative = RELATIVE.match(text)
        return relative[1] if relative else ""
    absolute = ABSOLUTE.match(text) if text[0] == "h" else None
    return absolute[1] if absolute else reference.type


def rule(holds: bool, key: str, element: str = "") -> None:
    if not holds:
        raise Broken(reasons.INVARIANT, element, key)


# ---------------------------------------------------------------------------------------------------- data types


def money(value: "r4.Money") -> None:
    if value.currency is not None and value.currency not in CURRENCIES:
        raise Broken(reasons.CURRENCY, "currency")


def quantity(value: "r4.Quantity") -> None:
    rule(value.code is None or value.system is not None, "qty-3")


def measured(value: "r4.Quantity", key: str) -> None:
    """Age, distance, count: a code when there is a value, of UCUM when of any system."""
    rule((value.code is not None or value.value is None) and value.system in (None, UCUM), key)


def age(value: "r4.Age") -> None:
    measured(value, "age-1")
    rule(value.value is None or value.value > 0, "age-1")


def count(value: "r4.Count") -> None:
    measured(value, "cnt-3")
    whole = value.value is None or "." not in str(value.value)
    rule(value.code in (None, "1") and whole, "cnt-3")


def distance(value: "r4.Distance") -> None:
    measured(value, "dis-1")


def duration(value: "r4.Duration") -> None:
    rule(value.code is None or (value.system == UCUM and value.value is not None), "drt-1")


def ratio(value: "r4.Ratio") -> None:
    # The published expression says "numerator xor denominator"; its words say both or neither, as later releases do.
    both = (value.numerator is None) == (value.denominator is None)
    rule(both and (value.numerator is not None or value.extension is not None), "rat-1")


def range_(value: "r4.Range") -> None:
    low, high = value.low, value.high
    if low is None or high is None or low.value is None or high.value is None:
        return
    if (low.code, low.unit) == (high.code, high.unit):
        rule(low.value <= high.value, "rng-2")


def period(value: "r4.Period") -> None:
    if value.start is not None and value.end is not None:
        rule(not after(value.start, value.end), "per-1")


def after(start: str, end: str) -> bool:
    """Whether one date is after another; no, when one is too vague to tell."""
    if "T" in start and "T" in end:
        try:
            return datetime.fromisoformat(start) > datetime.fromisoformat(end)
        except ValueError:  # a leap second, which FHIR can write and Python cannot
            return start[:10] > end[:10]
    common = min(len(start.partition("T")[0]), len(end.partition("T")[0]))
    return start[:common] > end[:common]


def attachment(value: "r4.Attachment") -> None:
    rule(value.data is None or value.content_type is not None, "att-1")


def contact_point(value: "r4.ContactPoint") -> None:
    rule(value.value is None or value.system is not None, "cpt-2")


def expression(value: "r4.Expression") -> None:
    rule(value.expression is not None or value.reference is not None, "exp-1")


def extension(value: "r4.Extension") -> None:
    nested = value.extension is not None
    rule(nested != carries(value), "ext-1")


def carries(value: "r4.Extension | r4.ParametersParameter") -> bool:
    """Whether one of the fifty elements of `value[x]` is there."""
    fields: tuple[str, ...] = value.__struct_fields__
    return any(getattr(value, name) is not None for name in fields if name.startswith("value_"))


def repeat(value: "r4.TimingRepeat") -> None:
    rule(value.duration is None or value.duration_unit is not None, "tim-1")
    rule(value.period is None or value.period_unit is not None, "tim-2")
    rule(value.duration is None or value.duration >= 0, "tim-4")
    rule(value.period is None or value.period >= 0, "tim-5")
    rule(value.period_max is None or value.period is not None, "tim-6")
    rule(value.duration_max is None or value.duration is not None, "tim-7")
    rule(value.count_max is None or value.count is not None, "tim-8")
    meals = bool(value.when) and not {"C", "CM", "CD", "CV"} & set(value.when)
    rule(value.offset is None or meals, "tim-9")
    rule(value.time_of_day is None or value.when is None, "tim-10")


def code_filter(value: "r4.DataRequirementCodeFilter") -> None:
    rule((value.path is None) != (value.search_param is None), "drq-1")


def date_filter(value: "r4.DataRequirementDateFilter") -> None:
    rule((value.path is None) != (value.search_param is None), "drq-2")


def narrative(value: "r4.Narrative") -> None:
    if not simple(value.div):
        raise Broken(reasons.NARRATIVE, "div", "txt-1")


def trigger(value: "r4.TriggerDefinition") -> None:
    timed = (value.timing_timing, value.timing_reference, value.timing_date, value.timing_date_time)
    timing = any(one is not None for one in timed)
    rule(value.data is None or not timing, "trd-1")
    rule(value.condition is None or value.data is not None, "trd-2")
    named = value.type != "named-event" or value.name is not None
    rule(named and (value.type != "periodic" or timing), "trd-3")
    rule(not value.type.startswith("data-") or value.data is not None, "trd-3")


# ----------------------------------------------------------------------------------------------------- resources


def organization(value: "r4.Organization") -> None:
    rule(value.identifier is not None or value.name is not None, "org-1")
    rule(all(address.use != "home" for address in value.address or ()), "org-2")
    rule(all(point.use != "home" for point in value.telecom or ()), "org-3")


def patient_contact(value: "r4.PatientContact") -> None:
    there = (value.name, value.telecom, value.address, value.organization)
    rule(any(one is not None for one in there), "pat-1")


def audited(value: "r4.AuditEventEntity") -> None:
    rule(value.name is None or value.query is None, "sev-1")


def covered_item(value: "r4.CoverageEligibilityResponseInsuranceItem") -> None:
    rule((value.category is None) != (value.product_or_service is None), "ces-1")


def parameter(value: "r4.ParametersParameter") -> None:
    given = carries(value) + (value.resource is not None)
    rule(given == 0 if value.part is not None else given == 1, "inv-1")


REQUESTED, ANSWERED = {"batch", "transaction", "history"}, {"batch-response", "transaction-response", "history"}


def bundle(value: "r4.Bundle") -> None:
    entries = value.entry or []
    rule(value.total is None or value.type in ("searchset", "history"), "bdl-1", "total")
    rule(value.type == "searchset" or all(entry.search is None for entry in entries), "bdl-2")
    rule(all((entry.request is not None) == (value.type in REQUESTED) for entry in entries), "bdl-3")
    rule(all((entry.response is not None) == (value.type in ANSWERED) for entry in entries), "bdl-4")
    if value.type == "document":
        named = value.identifier
        rule(named is not None and named.system is not None and named.value is not None, "bdl-9")
        rule(value.timestamp is not None, "bdl-10")


def bundle_entry(value: "r4.BundleEntry") -> None:
    there = (value.resource, value.request, value.response)
    rule(any(one is not None for one in there), "bdl-5")
    rule(value.full_url is None or "/_history/" not in value.full_url, "bdl-8", "fullUrl")


def capability(value: "r4.CapabilityStatement") -> None:
    rule(any(one is not None for one in (value.rest, value.messaging, value.document)), "cpb-1")
    rule(any(one is not None for one in (value.description, value.software, value.implementation)), "cpb-2")
    endpoints = any(one.endpoint is not None for one in value.messaging or ())
    rule(not endpoints or value.kind == "instance", "cpb-3")
    documents = [(one.profile, one.mode) for one in value.document or ()]
    rule(len(set(documents)) == len(documents), "cpb-7")
    rule(value.kind != "instance" or value.implementation is not None, "cpb-14")
    rule(value.kind != "capability" or (value.implementation is None and value.software is not None), "cpb-15")
    rule(value.kind != "requirements" or (value.implementation is None and value.software is None), "cpb-16")


def capability_rest(value: "r4.CapabilityStatementRest") -> None:
    types = [one.type for one in value.resource or ()]
    rule(len(set(types)) == len(types), "cpb-9")


def capability_resource(value: "r4.CapabilityStatementRestResource") -> None:
    names = [one.name for one in value.search_param or ()]
    rule(len(set(names)) == len(names), "cpb-12")


RULES: dict[str, Callable[..., None]] = {
    "Money": money,
    "Quantity": quantity,
    "Age": age,
    "Count": count,
    "Distance": distance,
    "Duration": duration,
    "Ratio": ratio,
    "Range": range_,
    "Period": period,
    "Attachment": attachment,
    "ContactPoint": contact_point,
    "Expression": expression,
    "Extension": extension,
    "TimingRepeat": repeat,
    "DataRequirementCodeFilter": code_filter,
    "DataRequirementDateFilter": date_filter,
    "TriggerDefinition": trigger,
    "Narrative": narrative,
    "Organization": organization,
    "PatientContact": patient_contact,
    "AuditEventEntity": audited,
    "CoverageEligibilityResponseInsuranceItem": covered_item,
    "ParametersParameter": parameter,
    "Bundle": bundle,
    "BundleEntry": bundle_entry,
    "CapabilityStatement": capability,
    "CapabilityStatementRest": capability_rest,
    "CapabilityStatementRestResource": capability_resource,
}
"""The rule of each class, by the name that generate.py gives it."""
