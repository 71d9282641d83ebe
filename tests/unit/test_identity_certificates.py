"""Certificates of a sandbox work in a real handshake, and weak ones are not registered."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cloison.errors import Misuse
from cloison.identity import certificates
from cloison.identity.certificates import Pair

NOW = datetime.now(UTC)
"""The TLS layer has a clock of its own."""
A_YEAR = timedelta(days=365)
AUTHORITY = certificates.new_authority(NOW)


def files(folder: Path, name: str, pair: Pair) -> tuple[Path, Path]:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(pair.certificate)
    key.write_bytes(pair.key)
    return certificate, key


def handshake(folder: Path, client: Pair | None) -> bytes:
    """What the server learns of its client: the SHA-256 of its certificate."""
    root = folder / "ca.pem"
    root.write_bytes(AUTHORITY.certificate)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(root))
    pair = certificates.new_server(AUTHORITY, ["localhost", "127.0.0.1"], NOW, A_YEAR)
    server.load_cert_chain(*files(folder, "server", pair))
    server.verify_mode = ssl.CERT_REQUIRED
    here, there = socket.socketpair()
    seen: list[bytes] = []

    def serve() -> None:
        try:
            with server.wrap_socket(there, server_side=True) as connection:
                seen.append(certificates.thumbprint_of_der(connection.getpeercert(True) or b""))
                connection.sendall(b"welcome")
        except ssl.SSLError:
            there.close()

    thread = threading.Thread(target=serve)
    thread.start()
    browser = ssl.create_default_context(cafile=str(root))
    if client is not None:
        browser.load_cert_chain(*files(folder, "client", client))
    try:
        with browser.wrap_socket(here, server_hostname="localhost") as connection:
            connection.recv(7)
    except (ssl.SSLError, OSError):
        here.close()
    thread.join()
    return seen[0] if seen else b""


def test_a_certificate_of_the_sandbox_is_known_by_its_digest_in_a_handshake(tmp_path: Path):
    client = certificates.new_client(AUTHORITY, "pharmacy", NOW, A_YEAR)
    assert handshake(tmp_path, client) == certificates.read(client.certificate).thumbprint
    assert client.key not in repr(client).encode()


def test_a_certificate_of_another_authority_and_one_that_ended_do_not_come_through(tmp_path: Path):
    stranger = certificates.new_client(certificates.new_authority(NOW), "pharmacy", NOW, A_YEAR)
    ended = certificates.new_client(AUTHORITY, "pharmacy", NOW - timedelta(hours=1), timedelta(minutes=30))
    server = certificates.new_server(AUTHORITY, ["localhost"], NOW, A_YEAR)
    for client in (stranger, ended, server, None):
        assert handshake(tmp_path, client) == b""


def test_a_certificate_ends_with_its_authority():
    made = certificates.new_client(AUTHORITY, "pharmacy", NOW, 10 * A_YEAR)
    assert certificates.read(made.certificate).valid_to <= NOW + certificates.AUTHORITY_LASTS


def test_a_request_is_signed_by_its_own_key_and_the_name_is_ours():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody else")])
    asked = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    pem = certificates.certify(AUTHORITY, asked.public_bytes(serialization.Encoding.PEM), "pharmacy", NOW, A_YEAR)
    made = x509.load_pem_x509_certificate(pem)
    assert [each.value for each in made.subject][-1] == "pharmacy"


@pytest.mark.parametrize("kind", ["curve", "short", "text"])
def test_what_is_weak_or_no_certificate_is_not_registered(kind: str):
    if kind == "text":
        pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    else:
        weak = ec.generate_private_key(ec.SECP256K1()) if kind == "curve" else rsa.generate_private_key(65537, 1024)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(weak.public_key())
        builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + A_YEAR)
        pem = builder.sign(weak, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(Misuse, match=r"identity\.key_unreadable"):
        certificates.read(pem)
