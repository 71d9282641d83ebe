"""The items of a Claim as lines of the neutral paper: names change, nothing is assumed.

Amounts are of the whole line. `net` is what is charged; a `unitPrice` with quantity and factor must make the same.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from cloison.claims.paper import Device, Line, Trip
from cloison.gateways.fhir import r4, systems
from cloison.gateways.fhir.asking import wrong
from cloison.gateways.fhir.claim_reasons import (
    ACT_UNSAID,
    AMOUNTS_DIFFER,
    LINE_AMOUNT_UNSAID,
    LINE_DAY_UNSAID,
    LINE_WRONG,
)
from cloison.gateways.fhir.eligibility import cents_of
from cloison.rules.vocabulary import Correction

ACT = re.compile(r"[A-Z0-9]{1,5}")
OFFICIAL = re.compile(r"[A-Z0-9 ]{1,16}")
TOOTH = re.compile(r"[1-8][1-8]")
QUANTITY_MAX = 9_999
FACTOR_MAX = 999_999
KM_MAX = 9_999_999
CORRECTIONS = [each.name.lower() for each in Correction]
Said = Mapping[str, r4.Extension]


def line_of(item: r4.ClaimItem, place: str, *, invoice: bool) -> Line:
    """One item. Raises Misuse naming the element that is missing or impossible."""
    extensions = said(item.extension)
    quantity = _whole(_value(item.quantity), f"{place}.quantity", 1, QUANTITY_MAX) if item.quantity else 1
    coefficient = _hundredths(item.factor, f"{place}.factor", FACTOR_MAX) if item.factor is not None else 100
    asked = _stated(extensions, systems.ASKED, place)
    if invoice and asked is None:
        raise wrong(LINE_AMOUNT_UNSAID, place, systems.ASKED)
    codes = {coding.system: coding.code for coding in item.product_or_service.coding or () if coding.code}
    code, official = codes.get(systems.ACT, ""), codes.get(systems.OFFICIAL, "")
    if not ACT.fullmatch(code):
        raise wrong(ACT_UNSAID, f"{place}.productOrService")
    if official and not OFFICIAL.fullmatch(official):
        raise wrong(LINE_WRONG, f"{place}.productOrService", systems.OFFICIAL)
    return Line(
        code=code,
        date=_day(item, place),
        charged_cents=_charged(item, place, quantity, coefficient),
        quantity=quantity,
        coefficient=coefficient,
        base_cents=_stated(extensions, systems.BASE, place),
        amo_cents=_stated(extensions, systems.AMO, place),
        asked_cents=asked,
        paid_by_other_cents=_stated(extensions, systems.OTHER, place),
        official=official,
        tooth=_tooth(item.body_site, f"{place}.bodySite"),
        device=_device(extensions.get(systems.DEVICE), place),
        trip=_trip(extensions.get(systems.TRIP), place),
    )


def said(extensions: Sequence[r4.Extension] | None) -> Said:
    """Extensions by their names; the first of each."""
    return {each.url: each for each in reversed(extensions or ())}


def _day(item: r4.ClaimItem, place: str) -> date:
    text = item.serviced_date or (item.serviced_period.start if item.serviced_period else None) or ""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise wrong(LINE_DAY_UNSAID, f"{place}.servicedDate") from None


def _charged(item: r4.ClaimItem, place: str, quantity: int, coefficient: int) -> int:
    """What the line costs: its net amount, or unit price, quantity and factor where they make whole cents."""
    if item.net is None and item.unit_price is None:
        raise wrong(LINE_AMOUNT_UNSAID, place, "net")
    times = Decimal(quantity * coefficient) / 100
    if item.net is None:
        assert item.unit_price is not None
        return _cents(item.unit_price, f"{place}.unitPrice", times)
    net = _cents(item.net, f"{place}.net")
    if item.unit_price is not None and abs((item.unit_price.value or Decimal(0)) * times * 100 - net) >= 1:
        raise wrong(AMOUNTS_DIFFER, f"{place}.net", "quantity x unitPrice x factor")
    return net


def _stated(extensions: Said, url: str, place: str) -> int | None:
    found = extensions.get(url)
    if found is None:
        return None
    if found.value_money is None:
        raise wrong(LINE_WRONG, place, f"{url}: valueMoney")
    return _cents(found.value_money, f"{place}.extension")


def _cents(money: r4.Money, place: str, times: Decimal = Decimal(1)) -> int:
    """Euros as whole cents; an amount without a value is missing, not nothing."""
    if money.value is None:
        raise wrong(LINE_AMOUNT_UNSAID, place, "value")
    return cents_of(money, place, times)


def _value(quantity: r4.Quantity) -> Decimal:
    return quantity.value if quantity.value is not None else Decimal(1)


def _whole(value: Decimal | int | None, place: str, least: int, most: int) -> int:
    if value is None or value != int(value) or not least <= value <= most:
        raise wrong(LINE_WRONG, place, f"a whole number from {least} to {most}")
    return int(value)


def _hundredths(value: Decimal | None, place: str, most: int) -> int:
    if value is None or value * 100 != int(value * 100) or not 0 <= value * 100 <= most:
        raise wrong(LINE_WRONG, place, "a number with two decimals at most")
    return int(value * 100)


def _tooth(site: r4.CodeableConcept | None, place: str) -> int | None:
    if site is None:
        return None
    code = next((coding.code for coding in site.coding or () if coding.code), "")
    if not TOOTH.fullmatch(code):
        raise wrong(LINE_WRONG, place, "a tooth by its two digits (ISO 3950)")
    return int(code)


def _device(found: r4.Extension | None, place: str) -> Device | None:
    if found is None:
        return None
    parts, place = said(found.extension), f"{place}.extension({systems.DEVICE})"
    pair, correction, last = parts.get("pair"), parts.get("correction"), parts.get("last_delivery")
    word = correction.value_code if correction else None
    if word not in CORRECTIONS:
        raise wrong(LINE_WRONG, place, f"correction: {', '.join(CORRECTIONS)}")
    if last is not None and (last.value_date is None or len(last.value_date) != len("2026-01-01")):
        raise wrong(LINE_WRONG, place, "last_delivery: a whole valueDate, none when never")
    stated = {
        "pair": _whole(pair.value_positive_int if pair else None, f"{place}.pair", 1, 99),
        "correction": word,
        "last_delivery": last.value_date if last else None,
        "overseas": _flag(parts, "overseas", place),
        "paid_cents": _stated(parts, "paid", place) or 0,
    }
    return msgspec.convert(stated, Device)


def _trip(found: r4.Extension | None, place: str) -> Trip | None:
    if found is None:
        return None
    parts, place = said(found.extension), f"{place}.extension({systems.TRIP})"
    km, patients = parts.get("km"), parts.get("patients")
    return Trip(
        km=_hundredths(km.value_decimal if km else None, f"{place}.km", KM_MAX),
        patients=_whole(patients.value_positive_int if patients else None, f"{place}.patients", 1, 8),
        night=_flag(parts, "night", place),
        big_city=_flag(parts, "big_city", place),
        tpmr=_flag(parts, "tpmr", place),
        hospital_empty_return=_flag(parts, "hospital_empty_return", place),
        overseas=_flag(parts, "overseas", place),
        urgent=_flag(parts, "urgent", place),
        tolls_cents=_stated(parts, "tolls", place) or 0,
    )


def _flag(parts: Said, name: str, place: str) -> bool:
    found = parts.get(name)
    if found is None or found.value_boolean is None:
        raise wrong(LINE_WRONG, place, f"{name}: true or false")
    return found.value_boolean
