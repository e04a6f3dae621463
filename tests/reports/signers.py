"""Certificates of invented people, made for a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PASSPHRASE = b"correct horse"


class Party(NamedTuple):
    """A certificate and its key, and the certificate of whoever issued it."""

    certificate: Certificate
    key: ec.EllipticCurvePrivateKey
    issuer: Certificate | None = None

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def file(self, passphrase: bytes | None = None) -> bytes:
        """Give key, certificate and issuer as PEM."""
        lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        chain = self.issuer.public_bytes(Encoding.PEM) if self.issuer else b""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock) + self.pem + chain

    def p12(self, passphrase: bytes | None = None) -> bytes:
        """Give the same as PKCS#12."""
        lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        chain = [self.issuer] if self.issuer else None
        return pkcs12.serialize_key_and_certificates(b"x", self.key, self.certificate, chain, lock)


@cache
def party(
    name: str = "Jane Doe",
    *,
    issued: bool = False,
    begins: datetime = NOW - timedelta(days=30),
    days: int = 365,
    signs: bool = True,
) -> Party:
    """Make somebody, by an authority of Example Clinic or by themselves."""
    key, by = ec.generate_private_key(ec.SECP256R1()), authority() if issued else None
    subject = _name(name)
    made = _built(subject, by.certificate.subject if by else subject, key.public_key(), begins, days)
    use = x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=not signs, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = made.add_extension(use, critical=True)
    return Party(made.sign(by.key if by else key, hashes.SHA256()), key, by.certificate if by else None)


@cache
def authority(name: str = "Clinic CA") -> Party:
    """Make an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _built(_name(name), _name(name), key.public_key(), NOW - timedelta(days=400), 4000)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return Party(made.sign(key, hashes.SHA256()), key)


def _name(name: str) -> x509.Name:
    clinic = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Clinic")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), clinic])


def _built(subject: x509.Name, issuer: x509.Name, key: Any, begins: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )
