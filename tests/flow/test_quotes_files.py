"""The file of quotes: each line is answered, in order, or told which of its fields is wrong; nothing is lost."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.flow.day import TODAY, Day, Guarantee, Person, reason_code

from cloison.claims import paper
from cloison.claims.quote import State
from cloison.errors import Misuse
from cloison.gateways.files.quotes import quote_number
from cloison.ops import quotes, serve
from cloison.ops.config import Settings
from cloison.ops.house import House
from cloison.storage.spool import Spool
from cloison.storage.vault import Vault

CARE = {"regime": "01", "alsace_moselle": False, "minor": False, "exoneration": "none", "protection": "none"}


@pytest.fixture
async def house(lone_day: Day, tmp_path: Path) -> House:
    await lone_day.insurer(
        guarantees=[
            Guarantee("DENT", "BR", 30_000, ceiling=100_000),
            Guarantee("OPTI", "FR", 9_000),
            Guarantee("MED"),
            Guarantee("HOSP", ceiling=100_000),
            Guarantee("TRAN"),
        ]
    )
    keys, index = lone_day.keys, lone_day.index
    settings = Settings.of({}, tmp_path)
    return House(settings, lone_day.database.address, keys, index, Vault(keys, index), Spool(tmp_path / "spool", keys))


def message(person: Person, what: str, **more: object) -> dict[str, object]:
    """A quote for one crown."""
    crown = {"code": "PFC", "date": str(TODAY), "charged_cents": 50_000, "base_cents": 12_000}
    return {
        "message": what,
        "id": what,
        "channel": "card",
        "practice": "751000001",
        "account": "dentist",
        "proof": "P3",
        "reference": f"R-{what}",
        "person": {"amc": person.amc, "birth": person.birth, "rank": person.rank, "adherent": person.adherent},
        "care": CARE,
        "lines": [crown],
    } | more


async def asked(
    house: House, day: Day, tmp_path: Path, lines: list[object], today: date = TODAY
) -> list[dict[str, object]]:
    """The answers to a file of these lines."""
    file, out = tmp_path / "quotes.jsonl", tmp_path / "answers.jsonl"
    file.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), encoding="utf-8")
    await quotes.ask(house, day.database, file, out, today)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


async def test_each_message_is_answered_in_the_order_of_the_file(house: House, lone_day: Day, tmp_path: Path):
    anne = await lone_day.enrol()
    answers = await asked(
        house, lone_day, tmp_path, [message(anne, "request"), message(anne, "simulate"), message(anne, "calculate")]
    )
    assert [(each["line"], each["id"], each["state"]) for each in answers] == [
        (1, "request", "accepted"), (2, "simulate", "draft"), (3, "calculate", "accepted"),
    ]  # fmt: skip
    assert {each["amc_cents"] for each in answers} == {28_800}
    assert [bool(each["number"]) for each in answers] == [True, False, True]
    words = answers[0]["acts"][0]["account"]  # type: ignore[index]
    assert any("Part complémentaire" in line for line in words["fr"])
    assert any("Complementary share" in line for line in words["en"])


async def test_a_prise_en_charge_is_extended_then_given_back_by_its_number(house: House, lone_day: Day, tmp_path: Path):
    anne = await lone_day.enrol()
    glasses = {
        "code": "M01", "date": str(TODAY), "charged_cents": 3_000, "base_cents": 900,
        "device": {"pair": 1, "correction": "simple", "last_delivery": None, "overseas": False},
    }  # fmt: skip
    (given,) = await asked(house, lone_day, tmp_path, [message(anne, "request", lines=[glasses])])
    assert given["state"] == "accepted", given["reason"]
    ask_again = {
        name: value for name, value in message(anne, "extend").items() if name not in ("care", "lines", "reference")
    }
    last_day = TODAY + timedelta(days=120)
    extend = ask_again | {"family": "OPTI", "number": given["number"], "last_day": str(last_day)}
    cancel = {"message": "cancel", "id": "c", "channel": "card", "account": "dentist", "number": given["quote"]}
    stranger = cancel | {"account": "somebody.else"}
    (longer,) = await asked(house, lone_day, tmp_path, [extend])
    assert (longer["state"], longer["last_day"]) == ("accepted", str(last_day))
    (refused, cancelled) = await asked(house, lone_day, tmp_path, [stranger, cancel])
    assert refused["reason"]["code"] == "quotes.no_such_quote"  # type: ignore[index]
    assert cancelled["state"] == "cancelled"
    (row,) = await quotes.listed(lone_day.database, State.CANCELLED, 10)
    assert row["number"] == given["number"]


async def billed(day: Day, anne: Person, asked: dict[str, object], answer: dict[str, object]) -> tuple[list[int], str]:
    """What each line of the invoice of a quote is paid under the number that the answer gave, and the reason."""
    acts = zip(asked["lines"], answer["acts"], strict=True)  # type: ignore[call-overload]
    stated = {name: asked[name] for name in ("practice", "care")}
    stated["lines"] = [line | {"asked_cents": line["charged_cents"] - act["amo_cents"]} for line, act in acts]
    who = {"amc": anne.amc, "birth": anne.birth, "rank": anne.rank, "nir": anne.nir}
    invoice = stated | {"number": "1", "guarantee": answer["number"], "person": who}
    batch = paper.claims_of(await day.file(), 0, [msgspec.convert(invoice, paper.Invoice, strict=False)], [1])
    (settled,) = await day.settle(batch)
    assert settled.decisions is not None
    return settled.decisions.line_amc.tolist(), reason_code(settled.decisions.reason[0])


# A stay of 2 500.00 (80 % from the compulsory scheme), four days at 23.00, and 32.00 for a heavy act.
STAY = [
    {"code": "GHS", "date": str(TODAY), "charged_cents": 250_000, "base_cents": 250_000},
    {"code": "FJ", "date": str(TODAY), "quantity": 4, "charged_cents": 9_200},
    {"code": "PAV", "date": str(TODAY), "charged_cents": 3_200},
]


async def test_a_stay_with_its_daily_charge_and_heavy_acts_is_agreed_before_and_paid_so(
    house: House, lone_day: Day, tmp_path: Path
):
    anne = await lone_day.enrol()
    asks = message(anne, "request", lines=STAY)
    (given,) = await asked(house, lone_day, tmp_path, [asks])
    assert (given["state"], given["family"]) == ("accepted", "HOSP"), given["reason"]
    acts: list[dict[str, object]] = given["acts"]  # type: ignore[assignment]
    assert [(each["amo_cents"], each["amc_cents"], each["own_cents"]) for each in acts] == [
        (200_000, 50_000, 0), (0, 9_200, 0), (0, 3_200, 0),
    ]  # fmt: skip
    assert await lone_day.ceilings() == [(0, 62_400)]
    await lone_day.end(anne, TODAY)
    assert await billed(lone_day, anne, asks, given) == ([50_000, 9_200, 3_200], "")
    assert await lone_day.ceilings() == [(62_400, 0)]


async def test_a_stay_owes_no_daily_charge_to_who_is_exempt(house: House, lone_day: Day, tmp_path: Path):
    anne = await lone_day.enrol()
    exempt = CARE | {"exoneration": "maternity"}
    (given,) = await asked(house, lone_day, tmp_path, [message(anne, "simulate", lines=STAY[1:], care=exempt)])
    assert (given["amo_cents"], given["amc_cents"], given["own_cents"]) == (12_400, 0, 0)


async def test_a_taxi_trip_is_quoted_by_the_department_of_its_licence_and_paid_so(
    house: House, lone_day: Day, tmp_path: Path
):
    anne = await lone_day.enrol()
    await lone_day.practice("759900001", "taxi", 0)
    trip = {
        "km": 3_000, "patients": 1, "night": False, "big_city": False, "tpmr": False, "hospital_empty_return": False,
        "overseas": False, "urgent": False,
    }  # fmt: skip
    ride = {"code": "TXI", "date": str(TODAY), "charged_cents": 12_000, "trip": trip}
    asks = message(anne, "calculate", lines=[ride], practice="759900001", account="taxi")
    (given,) = await asked(house, lone_day, tmp_path, [asks])
    assert (given["state"], given["family"]) == ("accepted", "TRAN"), given["reason"]
    (act,) = given["acts"]  # type: ignore[misc]
    # Paris: 13.00 with 4 km, then 26 km at 1.22; the compulsory scheme pays 55 %.
    assert (act["base_cents"], act["amo_cents"], act["amc_cents"]) == (4_472, 2_460, 2_012)
    await lone_day.end(anne, TODAY)
    assert await billed(lone_day, anne, asks, given) == ([2_012], "quotes.as_quoted")
    (refused,) = await asked(house, lone_day, tmp_path, [asks | {"reference": "R-2", "lines": [ride | {"trip": None}]}])
    assert refused["state"] == "refused"


async def test_a_line_that_cannot_be_read_is_named_by_line_and_field_and_the_others_go_on(
    house: House, lone_day: Day, tmp_path: Path
):
    anne = await lone_day.enrol()
    good = message(anne, "simulate")
    wrong: dict[str, object] = {
        "lines[0].charged_cents": good | {"lines": [{"code": "PFC", "date": str(TODAY), "charged_cents": -1}]},
        "lines[0].date": good | {"lines": [{"code": "PFC", "date": "20.11.2026", "charged_cents": 1}]},
        "care.regime": good | {"care": {name: value for name, value in CARE.items() if name != "regime"}},
        "care.exoneration": good | {"care": CARE | {"exoneration": "MARTIN"}},
        "person.adherent, person.nir": good | {"person": {"amc": "1", "birth": "19500101", "rank": "1"}},
        "account": good | {"account": "2840675123456"},
        "message": good | {"message": "sell"},
        "lines": good | {"lines": []},
    }
    answers = await asked(house, lone_day, tmp_path, [*wrong.values(), "not json", "", good])
    assert [each.get("field") for each in answers[:-2]] == list(wrong)
    assert {each["state"] for each in answers[:-1]} == {"unreadable"}
    assert [each["line"] for each in answers] == [*range(1, len(wrong) + 2), len(wrong) + 3]
    assert answers[-1]["state"] == "draft"
    assert "MARTIN" not in json.dumps(answers)


async def test_a_file_that_is_no_text_is_refused_as_a_whole(house: House, lone_day: Day, tmp_path: Path):
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(Misuse, match="file_unreadable"):
        await quotes.ask(house, lone_day.database, tmp_path / "bad.jsonl", tmp_path / "out", TODAY)


async def test_the_number_of_a_quote_is_not_that_of_a_promise(house: House, lone_day: Day, tmp_path: Path):
    anne = await lone_day.enrol()
    (given,) = await asked(house, lone_day, tmp_path, [message(anne, "calculate")])
    quote = await lone_day.value("select quote from claims.quote where person = $1", anne.pseudonym)
    assert given["quote"] == quote_number(int(str(quote)))
    assert str(given["quote"])[1:] != str(given["number"])[1:]


async def test_a_file_dropped_in_the_inbox_is_answered_in_the_outbox_and_late_quotes_expire(
    house: House, lone_day: Day, tmp_path: Path
):
    anne = await lone_day.enrol()
    folders = serve.Folders(tmp_path / "folders")
    folders.make()
    dropped = folders.root / "inbox" / "quotes" / "morning.jsonl"
    dropped.write_text(json.dumps(message(anne, "calculate")) + "\nnot json\n", encoding="utf-8")
    os.utime(dropped, (0, 0))
    now = datetime.combine(TODAY, datetime.min.time(), UTC)
    assert await serve.one_round(house, lone_day.database, folders, now) == 1
    answers = (folders.root / "outbox" / "quotes" / "morning.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["state"] for line in answers] == ["accepted", "unreadable"]
    report = json.loads((folders.root / "outbox" / "reports" / "morning.jsonl.json").read_text(encoding="utf-8"))
    assert (report["messages"], report["accepted"], len(report["defects"])) == (1, 1, 1)
    await serve.housekeeping(lone_day.database, TODAY + timedelta(days=400))
    assert [row["state"] for row in await quotes.listed(lone_day.database, None, 10)] == ["expired"]
