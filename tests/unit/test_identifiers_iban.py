"""Accounts and banks."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as referee

from cloison.errors import Defect, Reason
from cloison.identifiers import Bic, Iban
from cloison.identifiers import reasons as why
from cloison.identifiers.hidden import Hidden

ACCOUNT = "FR7630006000011234567890189"


def test_an_iban_is_read_with_its_prefix_and_groups():
    assert Iban.parse("IBAN: FR76 3000 6000 0112 3456 7890 189") == Iban(ACCOUNT)
    assert Iban(ACCOUNT).reveal_spaced() == "FR76 3000 6000 0112 3456 7890 189"


def test_an_iban_knows_its_country_its_bank_and_what_a_screen_may_show():
    account = Iban(ACCOUNT)
    assert (account.country, account.in_sepa, account.ending) == ("FR", True, "0189")
    assert account.bic == Bic("AGRIFRPPXXX")


def test_an_iban_of_an_unknown_bank_has_no_bic():
    account = "99999" + "00001" + "00000000001"
    rib_key = f"{97 - (89 * 99999 + 15 * 1 + 3 * 1) % 97:02d}"
    text = "FR" + referee.calc_check_digits(f"FR00{account}{rib_key}") + account + rib_key
    assert Iban(text).bic is None


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (Iban, "", why.IBAN_FORMAT),
        (Iban, "FR", why.IBAN_FORMAT),
        (Iban, "FR763000600001123456789018", why.IBAN_FORMAT),
        (Iban, "FR76300060000112345678901899", why.IBAN_FORMAT),
        (Iban, "FR7630006000011234567890189é", why.IBAN_FORMAT),
        (Iban, "XX7630006000011234567890189", why.IBAN_COUNTRY),
        (Iban, "FR7630006000011234567890188", why.IBAN_KEY),
        (Iban, "FR7630006000011234567809189", why.IBAN_KEY),
        (Iban, "F" * 5000, why.IBAN_FORMAT),
        (Bic, "", why.BIC_FORMAT),
        (Bic, "AGRIFRPPX", why.BIC_FORMAT),
        (Bic, "AGRIXXPPXXX", why.BIC_FORMAT),
        (Bic, "AGRIFRPPXXXé", why.BIC_FORMAT),
    ],
)
def test_a_text_is_refused_with_its_reason(kind: type[Hidden], text: str, reason: Reason):
    found = kind.parse(text)
    assert isinstance(found, Defect)
    assert found.reason is reason


def test_a_french_account_is_refused_when_its_inner_key_is_wrong():
    inner = "30006000011234567890188"  # 89 is right
    text = "FR" + referee.calc_check_digits("FR00" + inner) + inner
    assert referee.is_valid(text, check_country=False)
    assert Iban.check(text) is why.IBAN_RIB_KEY


@given(st.integers(0, len(ACCOUNT) - 1), st.sampled_from("0123456789"))
def test_one_miscopied_digit_is_always_seen(position: int, digit: str):
    text = ACCOUNT[:position] + digit + ACCOUNT[position + 1 :]
    assert (Iban.check(text) is None) == (text == ACCOUNT)


def test_a_bic_of_a_head_office_is_the_same_in_8_and_11_characters():
    assert Bic("AGRIFRPP") == Bic("AGRIFRPPXXX")
    assert Bic("AGRIFRPP").reveal_11() == "AGRIFRPPXXX"
    assert Bic("AGRIFRPP") != Bic("AGRIFRPP882")


def test_published_ibans_are_accepted(shared_data: Path):
    folder = shared_data / "identifiers" / "iban"
    refused: list[str] = []
    accepted = 0
    for file in sorted(folder.glob("*-ibans")):
        for line in file.read_text(encoding="utf-8").splitlines():
            text = line.partition("#")[0].strip()
            if re.search(r"\d{6}", re.sub(r"\W", "", text)):
                accepted += Iban.check(text) is None
                if Iban.check(text) is not None and referee.is_valid(re.sub(r"\W|^IBAN", "", text)):
                    refused.append(f"{file.name}: {text}")
    assert refused == []
    assert accepted > 150
