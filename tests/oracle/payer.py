"""One act at a time, as a clerk would do it with the texts on the desk: the referee of the columnar rules.

Written from the texts (the reference of the domain, sections 7 and 8), with its own copies of every figure, in plain
integers. It shares no code and no table with the rules room.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

REFUSED = "refused"

TAXI_NATIONAL = date(2025, 11, 1)
BOOK_STARTS = date(2019, 1, 1)

KM_RATES = {
    107: "14 29 33 34 35 45 56 65 67 68 69 72 77 78 81 82 85 91 92 93 94 95 971",
    108: "11 25 30 42 44 49 63 70 79 90",
    109: "53 54",
    110: "13 17 31 71 87 88 973",
    111: "24 39 47 86 89",
    112: "16 21 51 55",
    113: "01 10 15 22 40 41 46",
    114: "04 57 64",
    115: "09 73 80",
    116: "12 19 26 50 83",
    117: "07 08 61",
    118: "05 23 37 66 76",
    119: "03 28 32",
    120: "02 59 60 62 84 972",
    121: "27",
    122: "38 74 75 974",
    124: "43",
    125: "36 48",
    126: "18 52",
    127: "06 2A 2B 58",
}
KM_RATE = {department: rate for rate, names in KM_RATES.items() for department in names.split()}

CONSULTATIONS = ("G", "GS", "CS")
DOCTORS = (*CONSULTATIONS, "C2", "APC", "C", "CNP")
BOXES = ("PHC", "PH7", "PH4", "PH1")
PARAMEDICAL = ("AMI", "AIS", "AMK", "AMO", "AMS", "BSA")
TECHNICAL = ("ATM", "ADC", "ADA", "ADE", "ACO")
IMAGING = ("ADI", "Z")
PROSTHESES = ("ICO", "PAM", "PAR", "PDT", "PFC", "PFM", "RPN", "PA0", "PA1", "PF0", "PF1", "PT0")
DENTAL = ("SDE", "END", "AXI", "INO", "TDS", *PROSTHESES, "TO", "BDC", "CBX")
FRAMES_A, FRAMES_B = ("M01", "M02"), ("M03", "M04")
LENSES_A = ("V01", "V02", "V03", "V04")
LENSES_B = tuple(f"V{kind}{number}" for kind in "UM" for number in range(1, 8))
GLASSES = (*FRAMES_A, *FRAMES_B, *LENSES_A, *LENSES_B)
EARS = ("P1D", "P1G", "P2D", "P2G")
HEARING = (*EARS, "APA", "PIL")
DEVICES = (*GLASSES, *EARS, "APA", "PIL", "PAN", "MAC", "AAD", "DVO")
STAYS = ("GHS", "PJ")
HOSPITAL_SUMS = {"FJ": (2000, 2300), "FJP": (1500, 1700), "FPU": (1961, 2300), "FPR": (849, 996), "PAV": (2400, 3200)}
TRIPS = ("TXI", "VSL", "ABA")
PAIR_CEILINGS = {1: 42000, 2: 56000, 3: 70000, 4: 61000, 5: 75000, 6: 80000}
DENTISTS = (19, 36, 53, 54)
DETAILS = ("TXN", "TXV", "TXP", "TXH", "TXS", "TXR", "PEA")
GENERAL_REGIMES = (1, 2, 3, 91, 92, 93, 94, 95, 96)


@dataclass
class Act:
    """One act, in words."""

    day: date | None
    code: str
    quantity: int
    coefficient: int
    charged: int
    declared_base: int | None
    declared_amo: int | None
    pathway: str
    sector: str
    specialty: int
    exoneration: str
    protection: str
    regime: int
    alsace_moselle: bool
    minor: bool
    person: int | None
    doctor: int
    acts_today: int
    participation_year: int
    franchise_today: int
    franchise_year: int
    formula: str
    rate_bp: int
    amount: int
    cap: int | None
    ceiling: int | None
    ceiling_left: int
    responsable: bool
    other: int
    trip: "Trip | None"
    equipment: "Equipment | None"


@dataclass
class Trip:
    km: int
    patients: int
    night: bool
    city: bool
    tpmr: bool
    empty: bool
    drom: bool
    urgent: bool
    tolls: int
    department: str | None
    agreement: str


@dataclass
class Equipment:
    pair: int
    correction: int
    last_delivery: date | None
    drom: bool
    paid: int


@dataclass
class Bill:
    """What the clerk writes at the bottom."""

    base: int = 0
    amo: int = 0
    amc: int = 0
    own: int = 0
    overrun: int = 0
    participation: int = 0
    franchise: int = 0
    refused: bool = False


@dataclass
class Desk:
    """What was already used, by whom, while working through the pile."""

    acts_today: dict[object, int] = field(default_factory=dict)
    participation: dict[object, int] = field(default_factory=dict)
    franchise_today: dict[object, int] = field(default_factory=dict)
    franchise: dict[object, int] = field(default_factory=dict)
    ceilings: dict[int, int] = field(default_factory=dict)
    heavy: dict[object, int] = field(default_factory=dict)
    pairs: dict[int, int] = field(default_factory=dict)


def rounded(numerator: int, denominator: int) -> int:
    """To the nearest, half up; amounts here are never negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def settle(pile: list[Act]) -> list[Bill]:
    """Work through a pile of acts in its order."""
    desk = Desk()
    return [settle_one(act, number, desk) for number, act in enumerate(pile)]


def settle_one(act: Act, number: int, desk: Desk) -> Bill:
    base = base_of(act)
    if base is None or not acceptable(act):
        return Bill(refused=True)
    base = min(base, act.charged)
    amo = compulsory_share(act, base)
    if amo is None:
        return Bill(refused=True)
    who = act.person if act.person is not None else ("alone", number)
    if act.code in TECHNICAL:
        amo = share_of_heavy_act(act, base, amo, who, desk)
    bill = Bill(base=base, amo=amo, overrun=act.charged - base)
    bill.amc = complementary_share(act, base, amo, desk)
    bill.own = max(0, act.charged - amo - bill.amc - act.other)
    if owes_flat_sums(act):
        bill.participation = participation(act, amo, who, desk)
        bill.franchise = franchise(act, amo, who, desk)
    return bill


def acceptable(act: Act) -> bool:
    if act.day is None or act.day < BOOK_STARTS or act.quantity < 1 or act.quantity > 9999:
        return False
    if not 0 <= act.charged <= 9_999_999_999 or not 0 <= act.coefficient <= 99_999_9:
        return False
    if act.exoneration == "?" or act.protection == "?" or act.formula == "?":
        return False
    if act.other > act.charged or (act.exoneration == "newborn" and not act.minor):
        return False
    if (act.trip and act.code not in TRIPS) or (act.equipment and act.code not in (*GLASSES, *HEARING)):
        return False
    return not (act.code in DOCTORS and not act.minor and act.exoneration != "work_accident" and act.pathway == "?")


def base_of(act: Act) -> int | None:
    if act.day is None:
        return None
    if act.code in CONSULTATIONS:
        price = consultation(act, act.day)
        return None if price is None else price * act.quantity
    if act.code in PARAMEDICAL:
        if act.declared_base is not None:
            return act.declared_base
        if act.code == "AMK" and act.day <= date(2024, 2, 21) and act.coefficient > 0:
            return rounded(215 * act.coefficient * act.quantity, 100)
        return None
    if act.code in TRIPS:
        if act.code == "ABA" or not described(act):
            return None
        return taxi(act, act.day) if act.code == "TXI" else act.declared_base
    if act.code in HOSPITAL_SUMS:
        return hospital_sum(act.code, act.day) * act.quantity if hospital_sum(act.code, act.day) else None
    if act.code in GLASSES and (act.equipment is None or act.equipment.correction < 1):
        return None
    if act.code in EARS and act.equipment is None:
        return None
    if act.code in DETAILS:
        return 0 if act.charged == 0 else None
    if act.code in (*DOCTORS, *BOXES, "B", *TECHNICAL, *IMAGING, *DENTAL, *DEVICES, *STAYS):
        return act.declared_base
    return None


def consultation(act: Act, day: date) -> int | None:
    if act.sector in ("1", "optam"):
        if act.code == "CS":
            return 2500 if day < date(2023, 11, 1) else 2650
        return 2500 if day < date(2023, 11, 1) else 2650 if day < date(2024, 12, 22) else 3000
    if act.sector == "2":
        return 2300
    if act.sector == "none":
        return 122 if act.code == "CS" else 61
    return None


def hospital_sum(code: str, day: date) -> int:
    if code in ("FPU", "FPR") and day < date(2022, 1, 1):
        return 0
    raised = date(2026, 4, 1) if code == "PAV" else date(2026, 3, 1)
    return HOSPITAL_SUMS[code][0 if day < raised else 1]


def described(act: Act) -> bool:
    trip = act.trip
    if trip is None or act.quantity != 1 or not 0 < trip.km <= 99999 or not 1 <= trip.patients <= 8:
        return False
    return 0 <= trip.tolls <= 99999 and trip.agreement != "refused"


def taxi(act: Act, day: date) -> int | None:
    trip = act.trip
    assert trip is not None
    if day < TAXI_NATIONAL:
        return act.declared_base
    if trip.department not in KM_RATE:
        return None

    # Everything in cents / 100 000 000 until the end.
    unit = 100_000_000
    rate = KM_RATE[trip.department] * unit // 100  # per hundredth of a kilometre
    beyond = max(0, trip.km - 400) * rate
    if trip.empty:
        beyond = beyond * (150 if trip.km >= 5000 else 125) // 100
    fare = (1300 + (1500 if trip.city else 0)) * unit + beyond
    fare = fare * 150 // 100 if trip.night else fare
    fare = fare * (100 - {1: 0, 2: 23, 3: 35}.get(trip.patients, 37)) // 100
    fare += ((3000 if trip.tpmr else 0) + (300 if trip.drom else 0)) * unit
    return rounded(fare * trip.patients + trip.tolls * unit, unit * trip.patients)


def compulsory_share(act: Act, base: int) -> int | None:
    rate = compulsory_rate(act)
    if rate is None:
        if act.declared_amo is None or act.declared_amo > act.charged:
            return None
        return act.declared_amo
    return rounded(base * rate, 100)


def compulsory_rate(act: Act) -> int | None:
    """Percent; None when it is not known and what is declared must do."""
    assert act.day is not None
    rate: int | None = general_rate(act, act.day)
    if rate != 100:
        if act.regime not in GENERAL_REGIMES:
            rate = None
        if act.alsace_moselle:
            rate = 90 if act.code in DOCTORS else None
    if act.exoneration or act.protection == "ame":
        rate = 100
    if act.code in HOSPITAL_SUMS:
        rate = rate_of_hospital_sum(act)
    outside = act.code in DOCTORS and act.pathway == "out" and not act.minor and act.exoneration != "work_accident"
    return rate - 40 if rate is not None and outside else rate


def rate_of_hospital_sum(act: Act) -> int | None:
    """The insured owes the flat sums of the hospital, but for those who are exempt."""
    if act.exoneration in ("maternity", "newborn", "work_accident", "act") or act.protection:
        return 100
    if act.code == "PAV" and act.exoneration in ("ald", "invalidity"):
        return 100
    return None if act.regime not in GENERAL_REGIMES or act.alsace_moselle else 0


def general_rate(act: Act, day: date) -> int:
    if act.code in (*DOCTORS, *TECHNICAL, *IMAGING):
        return 70
    if act.code in DENTAL:
        return 70 if day < date(2023, 10, 15) else 60
    if act.code in STAYS:
        return 80
    if act.code in (*TRIPS, *DETAILS):
        return 65 if day < date(2023, 10, 15) else 55
    return {"PHC": 100, "PH7": 65, "PH4": 30, "PH1": 15}.get(act.code, 60)


def complementary_share(act: Act, base: int, amo: int, desk: Desk) -> int:
    share = {
        "NONE": 0,
        "TM": rounded(max(0, base - amo) * act.rate_bp, 10_000),
        "BR": max(0, min(act.charged, rounded(base * act.rate_bp, 10_000)) - amo),
        "BRC": rounded(base * act.rate_bp, 10_000),
        "FR": max(0, rounded(act.charged * act.rate_bp, 10_000) - amo),
        "EUR": act.amount * act.quantity,
    }[act.formula]

    rate = compulsory_rate(act)
    outside = act.code in DOCTORS and act.pathway == "out" and not act.minor and act.exoneration != "work_accident"
    if act.responsable and outside and rate is not None:
        increase = rounded(base * (rate + 40), 100) - amo
        kept = share - increase if act.formula in ("TM", "BR", "FR") else min(share, act.charged - amo - increase)
        share = max(0, kept)
    if act.responsable:
        share = limited_by_contract(act, base, amo, share)
    if act.cap is not None:
        share = min(share, act.cap * act.quantity)
    share = min(share, max(0, act.charged - amo - act.other))
    if act.responsable and act.code in (*FRAMES_B, *LENSES_B):
        assert act.equipment is not None
        assert act.day is not None
        left = desk.pairs.get(act.equipment.pair, PAIR_CEILINGS[act.equipment.correction] - act.equipment.paid)
        if act.day >= date(2020, 1, 1):
            share = min(share, max(0, left))
            desk.pairs[act.equipment.pair] = left - share
    if act.ceiling is not None:
        left = desk.ceilings.setdefault(act.ceiling, max(0, act.ceiling_left))
        share = min(share, left)
        desk.ceilings[act.ceiling] = left - share
    return share


def share_of_heavy_act(act: Act, base: int, amo: int, who: object, desk: Desk) -> int:
    """From 120 euros an act, a flat sum instead of the ticket moderateur, once per person, professional and day."""
    assert act.day is not None
    rate = compulsory_rate(act)
    outside = rate is None or act.pathway == "out" or act.exoneration or act.protection == "ame"
    if outside or base < 12000 * act.quantity:
        return amo
    flat = 2400 if act.day < date(2026, 4, 1) else 3200
    left = desk.heavy.setdefault((who, act.doctor, act.day), flat)
    owed = min(flat, base - amo, left)
    desk.heavy[who, act.doctor, act.day] = left - owed
    return base - owed


def limited_by_contract(act: Act, base: int, amo: int, share: int) -> int:
    assert act.day is not None
    if act.sector == "2" and act.code in (*DOCTORS, *TECHNICAL, *IMAGING):
        outside = act.code in DOCTORS and act.pathway == "out" and not act.minor and act.exoneration != "work_accident"
        rate = compulsory_rate(act)
        full = rounded(base * (rate + 40), 100) if outside and rate is not None else amo
        share = min(share, max(0, base - full + base))
    if act.equipment is not None and act.code in GLASSES and act.day >= date(2020, 1, 1):
        if act.code in FRAMES_B:
            share = min(share, 10000 * act.quantity)
        if too_early(act, 12 if act.minor else 24):
            share = 0
    if act.equipment is not None and act.code in EARS and act.day >= date(2021, 1, 1):
        share = min(share, max(0, 170000 * act.quantity - amo))
        if too_early(act, 48):
            share = 0
    return share


def too_early(act: Act, months: int) -> bool:
    assert act.day is not None
    assert act.equipment is not None
    last = act.equipment.last_delivery
    if last is None:
        return False
    years, month = divmod(last.month - 1 + months, 12)
    return act.day < date(last.year + years, month + 1, 1) + timedelta(days=last.day - 1)


def owes_flat_sums(act: Act) -> bool:
    return not act.minor and not act.protection and act.exoneration != "maternity"


def participation(act: Act, amo: int, who: object, desk: Desk) -> int:
    assert act.day is not None
    if act.code not in (*DOCTORS, *TECHNICAL, *IMAGING, "B") or act.sector == "none" or act.specialty in DENTISTS:
        return 0
    each = 100 if act.day < date(2024, 5, 15) else 200
    if min(each * act.quantity, amo) == 0:
        return 0
    today = (who, act.doctor, act.day)
    used = desk.acts_today.setdefault(today, act.acts_today)
    number = min(act.quantity, max(0, 4 - used))
    desk.acts_today[today] = used + number
    year = (who, act.day.year)
    withheld_before = desk.participation.setdefault(year, act.participation_year)
    withheld = min(each * number, amo, max(0, 5000 - withheld_before))
    desk.participation[year] = withheld_before + withheld
    return withheld


def franchise(act: Act, amo: int, who: object, desk: Desk) -> int:
    assert act.day is not None
    doubled = act.day >= date(2024, 3, 31)
    if act.code in BOXES:
        owed, kind, limit = (100 if doubled else 50) * act.quantity, "box", None
    elif act.code in PARAMEDICAL:
        owed, kind, limit = (100 if doubled else 50) * act.quantity, "act", 400 if doubled else 200
    elif act.code in TRIPS:
        owed, kind, limit = (400 if doubled else 200) * act.quantity, "trip", 800 if doubled else 400
        if act.trip is not None and act.trip.urgent:
            return 0
    else:
        return 0
    owed = min(owed, amo)
    if limit is not None:
        today = (who, act.day, kind)
        used = desk.franchise_today.setdefault(today, act.franchise_today)
        owed = min(owed, max(0, limit - used))
        desk.franchise_today[today] = used + owed
    year = (who, act.day.year)
    used = desk.franchise.setdefault(year, act.franchise_year)
    owed = min(owed, max(0, 5000 - used))
    desk.franchise[year] = used + owed
    return owed


DATES_OF_CHANGE = tuple(
    day + timedelta(days=shift)
    for day in (
        BOOK_STARTS,
        date(2023, 10, 15),
        date(2023, 11, 1),
        date(2020, 1, 1),
        date(2021, 1, 1),
        date(2022, 1, 1),
        date(2024, 1, 1),
        date(2024, 2, 22),
        date(2024, 3, 31),
        date(2024, 5, 15),
        date(2024, 12, 22),
        date(2025, 1, 1),
        TAXI_NATIONAL,
        date(2026, 1, 1),
        date(2026, 3, 1),
        date(2026, 4, 1),
    )
    for shift in (-1, 0)
)
"""Each day on which a figure changes, and the day before."""
