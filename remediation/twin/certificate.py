"""A self-made certificate that stands for one whose private key nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

_CURVES = {"EC_prime256v1": "SECP256R1", "EC_secp384r1": "SECP384R1", "EC_secp521r1": "SECP521R1"}


def self_made(
    domain: str, names: Sequence[str], algorithm: str, valid: tuple[datetime, datetime], serial: int = 1
) -> dict[str, Any]:
    """Make a certificate as ACM imports it: Certificate and PrivateKey in PEM.

    `algorithm` is ACM's (RSA_2048, EC_prime256v1), `names` are alternative ones, `valid` is from when until when.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    private = _private(algorithm)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(serial)
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
        builder = builder.add_extension(alternatives, critical=False)
    pem = serialization.Encoding.PEM
    return {
        "Certificate": builder.sign(private, hashes.SHA256()).public_bytes(pem),
        "PrivateKey": private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    }


def _private(algorithm: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if algorithm in _CURVES:
        return ec.generate_private_key(getattr(ec, _CURVES[algorithm])())
    size = int(algorithm.rpartition("_")[2])
    return rsa.generate_private_key(public_exponent=65537, key_size=size)
