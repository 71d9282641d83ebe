"""The identity provider of the synthetic nation follows the standard, so that what passes there passes elsewhere."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jws
from tests.unit.paper_tokens import NOW

from cloison.identity import compact
from cloison.world.provider import Professional, Provider, register

ISSUER, BACK = "https://psc.example", "https://portail.example/login/return"
VERIFIER = "v" * 43
PERSON = Professional("81000000001", "MARTIN <b>", "SM26", ("750000001", "750000002"))
ASKED = {
    "client_id": "cloison",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid scope_all",
    "state": "s",
    "nonce": "n",
    "code_challenge": compact.encode(hashlib.sha256(VERIFIER.encode()).digest()),
    "code_challenge_method": "S256",
    "person": PERSON.rpps,
}


class Browser:
    """A browser and a client in front of one provider."""

    def __init__(self) -> None:
        self.now = NOW
        self.provider = Provider(ISSUER, "cloison", BACK, [PERSON], lambda: self.now)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.provider.app()), base_url=ISSUER)

    async def code(self, **changed: str) -> dict[str, str]:
        answer = await self.http.get("/auth", params={**ASKED, **changed})
        assert answer.status_code == 302, answer.text
        return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def exchange(self, code: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "client_id": "cloison", "redirect_uri": BACK, "code": code}
        return await self.http.post("/token", data={**form, "code_verifier": VERIFIER, **changed})


@pytest.fixture
def browser() -> Browser:
    return Browser()


async def test_a_code_is_exchanged_for_a_signed_token_and_what_the_register_says(browser: Browser) -> None:
    back = await browser.code()
    assert (back["state"], back["iss"]) == ("s", ISSUER)
    said: dict[str, Any] = (await browser.exchange(back["code"])).json()
    published = (await browser.http.get("/jwks")).json()["keys"]
    assert "d" not in published[0]
    assert jws.deserialize_compact(said["id_token"], browser.provider.key, ["ES256"])
    person = (await browser.http.get("/userinfo", headers={"Authorization": f"Bearer {said['access_token']}"})).json()
    assert person["SubjectNameID"] == PERSON.rpps
    assert len(person["SubjectRefPro"]["exercices"][0]["activities"]) == 2


async def test_a_code_works_once_and_a_second_time_withdraws_what_it_gave(browser: Browser) -> None:
    code = (await browser.code())["code"]
    token = (await browser.exchange(code)).json()["access_token"]
    assert (await browser.exchange(code)).json() == {"error": "invalid_grant"}
    assert (await browser.http.get("/userinfo", headers={"Authorization": f"Bearer {token}"})).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"code_verifier": "w" * 43}, {"client_id": "other"}, {"redirect_uri": BACK + "2"}, {"grant_type": "x"}]
)
async def test_a_code_is_of_no_use_to_another_client(browser: Browser, wrong: dict[str, str]) -> None:
    assert (await browser.exchange((await browser.code())["code"], **wrong)).status_code == 400


async def test_a_code_lasts_a_minute(browser: Browser) -> None:
    code = (await browser.code())["code"]
    browser.now += timedelta(seconds=61)
    assert (await browser.exchange(code)).status_code == 400


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"redirect_uri": "https://evil.example"}])
async def test_nobody_is_sent_to_an_address_that_is_not_registered(browser: Browser, wrong: dict[str, str]) -> None:
    assert (await browser.http.get("/auth", params={**ASKED, **wrong})).status_code == 400


async def test_a_request_without_pkce_or_nonce_goes_back_with_its_error(browser: Browser) -> None:
    for wrong in ({"code_challenge_method": "plain"}, {"nonce": ""}, {"scope": "email"}, {"response_type": "token"}):
        assert (await browser.code(**wrong))["error"] == "invalid_request"
    assert (await browser.code(person="nobody"))["error"] == "access_denied"


async def test_the_page_lists_who_one_may_be_and_runs_nothing_that_a_name_holds(browser: Browser) -> None:
    page = await browser.http.get("/auth", params={name: value for name, value in ASKED.items() if name != "person"})
    assert PERSON.rpps in page.text
    assert "<b>" not in page.text


def test_the_register_is_made_of_the_practices_of_a_world(tmp_path: Path) -> None:
    lines = ["numero;raison_sociale", *(f"75000000{rank};Cabinet {rank}" for rank in range(6))]
    (tmp_path / "practices.csv").write_text("\n".join(lines))
    people = register(tmp_path / "practices.csv")
    assert [len(each.places) for each in people] == [2, 1, 1, 1, 1, 1, 0]
    assert people[-1].claims()["SubjectRole"] == []
