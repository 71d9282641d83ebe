"""Certificates of machines: read, judged, named by their SHA-256; and an authority of our own for sandboxes.

In production a certificate of IGC-Sante is registered by its SHA-256, and who signed it is the business of the TLS
layer. The authority here signs for a sandbox: its root is made with the home, and nobody else trusts it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc.jwk import ECKey, RSAKey

from cloison.errors import Misuse
from cloison.identity import compact
from cloison.identity.administration_reasons import KEY_UNREADABLE
from cloison.identity.compact import RSA_BITS_MIN

ORGANISATION = "Cloison, demonstration"
CURVES = (ec.SECP256R1, ec.SECP384R1)
DIGESTS = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
AUTHORITY_LASTS = timedelta(days=730)
BACKDATED = timedelta(minutes=5)
"""Clocks differ: a certificate is good a little before it was made."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and its certificate, both PEM."""

    key: bytes = field(repr=False)
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """What we keep of a certificate, once it is judged good enough."""

    thumbprint: bytes
    valid_from: datetime
    valid_to: datetime
    key: compact.Key = field(repr=False)


def read(pem: bytes) -> Certificate:
    """A certificate to register. Raises Misuse when it cannot be read or is not strong enough."""
    try:
        found = x509.load_pem_x509_certificate(pem)
        digest = found.signature_hash_algorithm
        if not isinstance(digest, DIGESTS):
            raise Misuse(KEY_UNREADABLE, cause="signed with a weak digest")
        key = _judged(found.public_key())
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise Misuse(KEY_UNREADABLE, cause="not a certificate in PEM") from wrong
    return Certificate(found.fingerprint(hashes.SHA256()), found.not_valid_before_utc, found.not_valid_after_utc, key)


def thumbprint_of_der(der: bytes) -> bytes:
    """What names the certificate that a TLS layer hands over."""
    return hashlib.sha256(der).digest()


def new_authority(now: datetime) -> Pair:
    """The root of a sandbox."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Cloison demonstration authority")
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(_pem_of(key), built.public_bytes(serialization.Encoding.PEM))


def new_client(authority: Pair, name: str, now: datetime, lasts: timedelta) -> Pair:
    """A key and a certificate for a machine client of this sandbox."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(authority, key.public_key(), name, now, lasts, ExtendedKeyUsageOID.CLIENT_AUTH, ())
    return Pair(_pem_of(key), certificate)


def new_server(authority: Pair, hosts: Sequence[str], now: datetime, lasts: timedelta) -> Pair:
    """A key and a certificate for the server of this sandbox."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(authority, key.public_key(), hosts[0], now, lasts, ExtendedKeyUsageOID.SERVER_AUTH, hosts)
    return Pair(_pem_of(key), certificate)


def certify(authority: Pair, request: bytes, name: str, now: datetime, lasts: timedelta) -> bytes:
    """A certificate for whoever holds the key of this request (PKCS #10, PEM). The name in it is ours to give."""
    try:
        asked = x509.load_pem_x509_csr(request)
        good = asked.is_signature_valid
        public = asked.public_key()
        _judged(public)
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as wrong:
        raise Misuse(KEY_UNREADABLE, cause="not a request in PEM") from wrong
    if not good or not isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise Misuse(KEY_UNREADABLE, cause="the request is not signed with its own key")
    return _sign(authority, public, name, now, lasts, ExtendedKeyUsageOID.CLIENT_AUTH, ())


def _sign(
    authority: Pair,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    name: str,
    now: datetime,
    lasts: timedelta,
    use: x509.ObjectIdentifier,
    hosts: Sequence[str],
) -> bytes:
    root = x509.load_pem_x509_certificate(authority.certificate)
    root_key = serialization.load_pem_private_key(authority.key, None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey), "the authority is ours"
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(root.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(min(now + lasts, root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
    return builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _judged(public: object) -> compact.Key:
    """The key as we use it. Raises Misuse when it is not one of ours, or weak."""
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, CURVES):
        return ECKey.import_key(public)
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= RSA_BITS_MIN:
        return RSAKey.import_key(public)
    raise Misuse(KEY_UNREADABLE, cause="P-256, P-384 or RSA of 2048 bits and more")


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
