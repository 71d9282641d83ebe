"""One contract for every provider of keys, run on keys in a file and on SoftHSM."""

import os
import secrets
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.softhsm import shared_token

from cloison.errors import Corruption, Misuse, Unavailable
from cloison.storage.keys import WRAPPED_KEY_BYTES, KeyProvider, use_of
from cloison.storage.keys_file import FileKeys
from cloison.storage.keys_pkcs11 import Pkcs11Keys
from cloison.storage.keys_reasons import (
    ENVELOPE_FOREIGN,
    KEY_UNKNOWN,
    KEY_WRONG_USE,
    KEYS_LOCKED,
    KEYS_NOT_FOR_PRODUCTION,
    KEYS_READABLE_BY_OTHERS,
)


@pytest.fixture(scope="session")
def token() -> Pkcs11Keys:
    """A SoftHSM token of this test run's own."""
    return shared_token()


@pytest.fixture
def file_keys(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys.json", "a passphrase for tests")


@pytest.fixture(params=["file", pytest.param("pkcs11", marks=pytest.mark.pkcs11)])
def keys(request: pytest.FixtureRequest) -> Iterator[KeyProvider]:
    source = request.getfixturevalue("file_keys" if request.param == "file" else "token")
    provider: KeyProvider = source.open()
    provider.create(["kek/1", "kek/2", "index/1/card/1", "index/2/card/1", "sign/checkpoint", "spool"])
    yield provider
    for key_id in ("kek/1", "kek/2", "index/1/card/1", "index/2/card/1", "sign/checkpoint", "spool"):
        provider.destroy(key_id)


def test_an_index_key_gives_the_same_hmac_each_time_and_another_for_another_insurer(keys: KeyProvider):
    first, again, other = *keys.hmac("index/1/card/1", [b"a", b"a"]), keys.hmac("index/2/card/1", [b"a"])[0]

    assert first == again != other
    assert len(first) == 32


def test_a_wrapped_key_opens_with_its_aad_and_with_no_other(keys: KeyProvider):
    secret = secrets.token_bytes(32)
    [envelope] = keys.wrap("kek/1", [secret], [b"row 1"])

    assert len(envelope) == WRAPPED_KEY_BYTES
    assert secret not in envelope
    assert keys.unwrap("kek/1", [envelope], [b"row 1"]) == [secret]
    with pytest.raises(Corruption):
        keys.unwrap("kek/1", [envelope], [b"row 2"])


def test_a_wrapped_key_does_not_open_under_another_insurer(keys: KeyProvider):
    [envelope] = keys.wrap("kek/1", [bytes(32)], [b"row"])

    with pytest.raises(Corruption):
        keys.unwrap("kek/2", [envelope], [b"row"])


def test_any_altered_byte_of_an_envelope_is_refused(keys: KeyProvider):
    [envelope] = keys.wrap("kek/1", [bytes(32)], [b"row"])

    for position in range(len(envelope)):
        altered = bytearray(envelope)
        altered[position] ^= 1
        with pytest.raises((Corruption, Misuse)):
            keys.unwrap("kek/1", [altered], [b"row"])
    with pytest.raises(Misuse):
        keys.unwrap("kek/1", [envelope[:20]], [b"row"])


def test_a_rotated_key_opens_what_its_older_epochs_sealed(keys: KeyProvider):
    [before] = keys.wrap("kek/1", [b"s" * 32], [b""])

    assert keys.rotate("kek/1") == keys.epoch("kek/1") == 2

    [after] = keys.wrap("kek/1", [b"t" * 32], [b""])
    assert (before[1:3], after[1:3]) == (b"\0\1", b"\0\2")
    assert keys.unwrap("kek/1", [before, after], [b"", b""]) == [b"s" * 32, b"t" * 32]


def test_a_destroyed_key_opens_nothing_even_when_its_name_is_used_again(keys: KeyProvider):
    [envelope] = keys.wrap("kek/1", [bytes(32)], [b""])
    keys.destroy("kek/1")

    with pytest.raises(Misuse) as refused:
        keys.unwrap("kek/1", [envelope], [b""])
    assert refused.value.reason is KEY_UNKNOWN

    assert keys.create(["kek/1"]) == ["kek/1"]
    with pytest.raises(Corruption):
        keys.unwrap("kek/1", [envelope], [b""])


def test_a_signature_is_verified_by_any_living_epoch(keys: KeyProvider):
    [old] = keys.sign("sign/checkpoint", [b"tree head"])
    public = keys.public_key("sign/checkpoint")
    keys.rotate("sign/checkpoint")
    [new] = keys.sign("sign/checkpoint", [b"tree head"])

    assert old != new
    assert public != keys.public_key("sign/checkpoint")
    assert keys.verify("sign/checkpoint", [b"tree head"] * 2 + [b"other"], [old, new, new]) == [True, True, False]


def test_creating_a_key_twice_keeps_the_first(keys: KeyProvider):
    [before] = keys.hmac("index/1/card/1", [b"a"])

    assert keys.create(["index/1/card/1"]) == []
    assert keys.hmac("index/1/card/1", [b"a"]) == [before]


def test_a_key_serves_no_other_use_than_its_name_says(keys: KeyProvider):
    for misuse in (
        lambda: keys.hmac("kek/1", [b""]),
        lambda: keys.wrap("index/1/card/1", [bytes(32)], [b""]),
        lambda: keys.sign("kek/1", [b""]),
        lambda: keys.rotate("index/1/card/1"),
        lambda: keys.create(["kek/one"]),
    ):
        with pytest.raises(Misuse) as refused:
            misuse()
        assert refused.value.reason is KEY_WRONG_USE


def test_threads_share_a_provider(keys: KeyProvider):
    expected = keys.hmac("index/1/card/1", [b"a"])
    seen: list[list[bytes]] = []

    def work() -> None:
        seen.extend(keys.hmac("index/1/card/1", [b"a"]) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [expected] * 80


def test_a_provider_says_whether_it_is_for_production(keys: KeyProvider):
    health = keys.health()

    assert health.ready
    assert health.production is (health.provider == "pkcs11")


def test_no_provider_shows_a_secret(keys: KeyProvider, file_keys: FileKeys):
    assert "passphrase" not in repr(file_keys)
    assert "1234" not in repr(keys)
    assert "1234" not in repr(Pkcs11Keys("library", "cloison", "1234"))


@pytest.mark.pkcs11
def test_a_key_of_the_module_cannot_be_read(token: Pkcs11Keys):
    import pkcs11  # noqa: PLC0415  the module may be absent
    from pkcs11 import Attribute  # noqa: PLC0415

    token.open().create(["kek/9", "index/9/card/1", "sign/nine"])
    with pkcs11.lib(token.library).get_token(token_label=token.token).open() as session:
        for key_id in ("kek/9", "index/9/card/1", "sign/nine"):
            kinds = (pkcs11.ObjectClass.SECRET_KEY, pkcs11.ObjectClass.PRIVATE_KEY)
            held = [k for k in session.get_objects({Attribute.LABEL: key_id}) if k.object_class in kinds]
            assert len(held) == 1
            assert held[0][Attribute.EXTRACTABLE] is False
            with pytest.raises(pkcs11.AttributeSensitive):
                _ = held[0][Attribute.VALUE]


@pytest.mark.pkcs11
def test_development_envelopes_are_refused_in_production(token: Pkcs11Keys, file_keys: FileKeys):
    development, production = file_keys.open(), token.open()
    development.create(["kek/3"])
    production.create(["kek/3"])

    for sealing, opening in ((development, production), (production, development)):
        with pytest.raises(Misuse) as refused:
            opening.unwrap("kek/3", sealing.wrap("kek/3", [bytes(32)], [b""]), [b""])
        assert refused.value.reason is ENVELOPE_FOREIGN


@pytest.mark.pkcs11
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-pkcs11 tidying a dead search
@pytest.mark.parametrize("lost", ["session", "login"])
def test_a_module_that_forgot_this_process_is_logged_in_to_again(token: Pkcs11Keys, lost: str):
    import pkcs11  # noqa: PLC0415  the module may be absent

    keys = token.open()
    keys.create(["index/7/card/1"])
    before = keys.hmac("index/7/card/1", [b"a"])
    keeper = pkcs11.lib(token.library).get_token(token_label=token.token).open() if lost == "session" else None

    keys._open().close()  # the login goes with the last session of the process

    assert keys.hmac("index/7/card/1", [b"a"]) == before
    if keeper is not None:
        keeper.close()


@pytest.mark.pkcs11
def test_a_forked_child_logs_in_for_itself(token: Pkcs11Keys):
    keys = token.open()
    keys.create(["index/7/card/1"])
    before = keys.hmac("index/7/card/1", [b"a"])
    receiving, sending = os.pipe()

    child = os.fork()
    if not child:
        try:
            os.write(sending, keys.hmac("index/7/card/1", [b"a"])[0])
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(receiving, 32) == before[0]
    assert keys.hmac("index/7/card/1", [b"a"]) == before


def test_an_absent_module_is_unavailable():
    with pytest.raises(Unavailable):
        Pkcs11Keys("/nowhere/libpkcs11.so", "cloison", "1234").open()


@pytest.mark.parametrize("listeners", [("0.0.0.0:8080",), ("127.0.0.1:8080", "10.0.0.4:443"), ("[::]:80",), ("host",)])
def test_file_keys_refuse_to_start_behind_an_open_listener(file_keys: FileKeys, listeners: tuple[str, ...]):
    with pytest.raises(Misuse) as refused:
        FileKeys(file_keys.path, file_keys.passphrase, listeners=listeners).open()
    assert refused.value.reason is KEYS_NOT_FOR_PRODUCTION
    assert not file_keys.path.exists()


def test_file_keys_refuse_to_start_in_production(file_keys: FileKeys):
    with pytest.raises(Misuse) as refused:
        FileKeys(file_keys.path, file_keys.passphrase, environment="production").open()
    assert refused.value.reason is KEYS_NOT_FOR_PRODUCTION


def test_file_keys_serve_on_the_loopback(file_keys: FileKeys):
    listeners = ("127.0.0.1:8000", "[::1]:8000", "localhost:80", "/run/cloison.sock", "::1")
    assert FileKeys(file_keys.path, file_keys.passphrase, listeners=listeners).open().health().ready


def test_file_keys_need_their_passphrase_and_a_private_file(file_keys: FileKeys):
    file_keys.open().create(["kek/1"])
    assert stat.S_IMODE(file_keys.path.stat().st_mode) == 0o600

    with pytest.raises(Misuse) as refused:
        FileKeys(file_keys.path, "another").open()
    assert refused.value.reason is KEYS_LOCKED

    file_keys.path.chmod(0o644)
    with pytest.raises(Misuse) as refused:
        file_keys.open()
    assert refused.value.reason is KEYS_READABLE_BY_OTHERS


def test_two_processes_see_the_keys_that_each_makes_and_destroys(file_keys: FileKeys):
    here, there = file_keys.open(), file_keys.open()
    here.create(["index/1/card/1"])
    there.create(["index/2/card/1"])

    assert here.hmac("index/2/card/1", [b"a"]) == there.hmac("index/2/card/1", [b"a"])
    there.destroy("index/1/card/1")
    with pytest.raises(Misuse):
        here.hmac("index/1/card/1", [b"a"])


@pytest.mark.parametrize("name", ["", "kek", "kek/", "kek/a", "index/1/card", "index/1/card/x", "sign", "spool/1"])
def test_a_key_has_a_name_of_the_grammar(name: str):
    with pytest.raises(Misuse):
        use_of(name)
