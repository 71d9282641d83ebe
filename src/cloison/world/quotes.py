"""Quotes before care: opticians, dentists, hearing-aid centres and a hospital ask what they will be paid, and how.

One line of JSON each, as the file of quotes and the file of invoices of the operator are documented. Some quotes are
only simulated, some guaranteed, some requested as a prise en charge; some of what was promised is given back, and the
rest is billed. Prices are orders of magnitude: the base is declared. They are the world's own, see docs/world.md.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from cloison.world import names
from cloison.world.banks import accounts, luhn_key
from cloison.world.chance import happens, pick
from cloison.world.contracts import Contracts, Rights
from cloison.world.insurers import Market
from cloison.world.invoices import open_rights
from cloison.world.movements import Movements
from cloison.world.people import People
from cloison.world.professionals import PRACTICES_PER_BLOCK_MAX
from cloison.world.pyramid import DEPARTMENT_CODES, DEPARTMENT_WEIGHTS
from cloison.world.text import Texts, csv_lines, digits, repeat, table

QUOTES_PER_PERSON = 0.004
ASKED_BEFORE = timedelta(days=2)
"""Quotes are asked so long before the day of the world; the care is on its eve."""
TRADES = ("opticien", "dentiste", "audioprothesiste", "etablissement")
"""One practice of each in a block."""
FIRST_SERIAL = PRACTICES_PER_BLOCK_MAX - len(TRADES)
_TRADE_WEIGHTS = np.array([0.40, 0.40, 0.12, 0.08])
_TITLES = table(["OPTIQUE", "CABINET DENTAIRE DR", "AUDITION", "CLINIQUE"])
MESSAGES = ("simulate", "calculate", "request", "request")
"""What is asked. The last ones are given back before the care: CANCELLED."""
_MESSAGE_WEIGHTS = np.array([0.20, 0.35, 0.35, 0.10])
CANCELLED = 3
_ADULT, _OLD = 20, 95

Json: TypeAlias = dict[str, object]
CARE: Json = {
    "regime": "01", "alsace_moselle": False, "minor": False, "exoneration": "none", "protection": "none"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quotes:
    """Lines of practices.csv, of the file of quotes, and of what follows them; how many of each kind."""

    practices: bytes
    messages: dict[str, bytes]
    """By what is asked: who answers takes those of a kind together."""
    follow: bytes
    counts: dict[str, int]


def make_quotes(
    rng: np.random.Generator, block: int, persons: int, people: People, contracts: Contracts, rights: Rights,
    movements: Movements, market: Market, day: np.datetime64,
) -> Quotes:  # fmt: skip
    """The quotes of a block. Patients are adults whose right is open; what it gives is for the operator to say."""
    opened, _ = open_rights(contracts, rights, movements, day)
    age = people.families.age[rights.person[opened]]
    opened = opened[(age >= _ADULT) & (age < _OLD)]
    count = round(persons * QUOTES_PER_PERSON) if opened.size else 0
    number, lines = _practices(rng, block)
    right = rng.permutation(opened)[:count]
    trade, asked = pick(rng, _TRADE_WEIGHTS, right.size), pick(rng, _MESSAGE_WEIGHTS, right.size)
    dear = happens(rng, 0.5, right.size)
    care_day = str(day - 1)
    follow, messages = list[Json](), {kind: list[Json]() for kind in dict.fromkeys(MESSAGES)}
    for row, (one, kind) in enumerate(zip(right.tolist(), asked.tolist(), strict=True)):
        identifier, practice = f"{block}-{row + 1}", number[int(trade[row])]
        quote: Json = {
            "practice": practice,
            "person": _person(people, contracts, rights, market, one),
            "care": CARE,
            "lines": _acts(rng, int(trade[row]), care_day, dear=bool(dear[row])),
        }
        envelope: Json = {"message": MESSAGES[kind], "id": identifier, "channel": "card", "account": f"{practice}-1"}
        messages[MESSAGES[kind]].append({**envelope, "proof": "P3", "reference": f"D{identifier}", **quote})
        next_day: Json = {"id": identifier, "cancel": kind == CANCELLED, "number": f"{900_001 + row:09d}"}
        follow.append(next_day | quote)
    return Quotes(
        lines,
        {kind: _json(written) for kind, written in messages.items()},
        _json(follow),
        {
            "simulated": int((asked == 0).sum()),
            "calculated": int((asked == 1).sum()),
            "requested": int((asked >= 2).sum()),
            "cancelled": int((asked == CANCELLED).sum()),
            "billed": int((asked != CANCELLED).sum()),
        },
    )


def _practices(rng: np.random.Generator, block: int) -> tuple[list[str], bytes]:
    """Numbers and lines of practices.csv, one practice of each trade."""
    size = len(TRADES)
    serial = block * PRACTICES_PER_BLOCK_MAX + FIRST_SERIAL + np.arange(size)
    department = pick(rng, DEPARTMENT_WEIGHTS, size)
    prefix = np.array([20 if code[0] == "2" and not code.isdigit() else int(code[:2]) for code in DEPARTMENT_CODES])
    body = prefix[department] * 1_000_000 + serial
    number = digits(body * 10 + luhn_key(body), 9)
    surname = names.SURNAMES[rng.integers(0, names.SURNAMES.size, size)]
    iban, bic = accounts(serial)
    nothing = repeat("", size)
    lines = csv_lines([
        number, table(TRADES), np.char.add(np.char.add(_TITLES, b" "), surname), table(DEPARTMENT_CODES)[department],
        repeat("VILLENEUVE", size), nothing, nothing, repeat("00", size), iban, bic,
    ])  # fmt: skip
    return [each.decode() for each in number.tolist()], lines


def _person(people: People, contracts: Contracts, rights: Rights, market: Market, right: int) -> Json:
    contract, person, opener = (int(column[right]) for column in (rights.contract, rights.person, rights.opener))
    return {
        "amc": _text(market.amc, int(contracts.insurer[contract])),
        "birth": _text(people.birth_text, person),
        "rank": str(int(people.families.birth_rank[person])),
        "nir": _text(people.nir, opener),
    }


def _acts(rng: np.random.Generator, trade: int, day: str, *, dear: bool) -> list[Json]:
    """What is to be done: glasses, crowns, two ears or a stay. The dear ones are outside 100 % sante."""
    makers = (_glasses, _teeth, _ears, _stay)
    return makers[trade](rng, day, dear)


def _act(code: str, day: str, charged: int, base: int | None, **more: object) -> Json:
    stated = {} if base is None else {"base_cents": base}
    return {"code": code, "date": day, "charged_cents": charged, **stated, **more}


def _device(pair: int, correction: str) -> Json:
    return {"pair": pair, "correction": correction, "last_delivery": None, "overseas": False}


def _glasses(rng: np.random.Generator, day: str, dear: bool) -> list[Json]:
    device = _device(1, "simple")
    if not dear:
        lens = _act("V01", day, 3_250, 975, device=device)
        return [_act("M01", day, 3_000, 900, device=device), lens, lens]
    lens = _act("VU1", day, int(rng.integers(60, 130)) * 100, 5, device=device)
    return [_act("M03", day, int(rng.integers(60, 180)) * 100, 5, device=device), lens, lens]


def _teeth(rng: np.random.Generator, day: str, dear: bool) -> list[Json]:
    code, price = ("PFC", int(rng.integers(500, 800)) * 100) if dear else ("PF0", 50_000)
    first = int(rng.integers(1, 8))
    return [
        _act(code, day, price, 12_000, tooth=10 * int(rng.integers(1, 5)) + first + more, official="HBLD036 1 0")
        for more in range(1 + int(rng.integers(0, 2)))
    ]


def _ears(rng: np.random.Generator, day: str, dear: bool) -> list[Json]:
    kind, price = ("P2", int(rng.integers(1_200, 1_700)) * 100) if dear else ("P1", 95_000)
    return [
        _act(f"{kind}{side}", day, price, 40_000, device=_device(pair, "not_concerned"))
        for pair, side in enumerate("DG", 1)
    ]


def _stay(rng: np.random.Generator, day: str, dear: bool) -> list[Json]:
    price, nights = int(rng.integers(900, 4_000)) * 100, int(rng.integers(1, 8))
    heavy = [_act("PAV", day, 3_200, None)] if dear else []
    return [_act("GHS", day, price, price), _act("FJ", day, 2_300 * nights, None, quantity=nights), *heavy]


def _text(column: Texts, row: int) -> str:
    return bytes(column[row : row + 1].tolist()[0]).decode()


def _json(lines: list[Json]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in lines)


# ------------------------------------------------------------------------------------------------- after the answers


@dataclass(frozen=True, slots=True)
class QuoteBills:
    """What practices send once they have their answers: what they give back, and their invoices."""

    cancellations: Path
    invoices: Path
    promised_cents: int
    """What was promised for the care that is billed."""
    stamped: int
    """Invoices that carry the number of a promise."""


def bill_quotes(world: Path, answers: Path, out: Path) -> QuoteBills:
    """Give back and bill the quotes of a world as their answers say. An invoice asks for what was promised; where
    nothing was promised, for what the simulation said."""
    out.mkdir(parents=True, exist_ok=True)
    told = {each["id"]: each for each in _lines(answers)}
    cancellations, invoices = list[Json](), list[Json]()
    promised = stamped = 0
    for follow in _lines(world / "quotes_follow.jsonl"):
        answer = told.get(follow.pop("id"), {})
        number, given_back = answer.get("number", ""), follow.pop("cancel")
        if given_back and number:
            account = f"{follow['practice']}-1"
            cancel: Json = {"message": "cancel", "id": follow["number"], "channel": "card", "account": account}
            cancellations.append(cancel | {"number": number})
        if given_back:
            continue
        acts: list[dict[str, int]] = answer.get("acts", [])
        for line, act in zip(follow["lines"], acts, strict=True):
            line["asked_cents"] = act["amc_cents"]
        promised += answer["amc_cents"] if number else 0
        stamped += bool(number)
        invoices.append(follow | {"guarantee": number})
    back, sent = out / "cancellations.jsonl", out / "EQUIP_invoices.jsonl"
    back.write_bytes(_json(cancellations))
    sent.write_bytes(_json(invoices))
    return QuoteBills(back, sent, promised, stamped)


def _lines(path: Path) -> list[dict[str, Any]]:  # Any: what JSON holds
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
