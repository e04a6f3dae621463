"""Signs a PDF (PAdES, an invisible signature that allows no change after it) and checks signatures."""

from __future__ import annotations

import io
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.extras import brought
from reports.words import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FIELD = "phiward"
WHY = "to sign a PDF, or to check a signature, needs"
PEM = b"-----BEGIN "
PEM_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
USES = {"digital_signature", "non_repudiation"}
"""What a certificate must be for, where it says what it is for: one of these."""
DAY = "%Y-%m-%d"
CLOCKS = timedelta(days=1)
"""How far the clock of who signed may be ahead."""


class SignError(ValueError):
    """What is to sign cannot; the message says why."""


class Signer(NamedTuple):
    """Who signs: the certificate, its key, and the certificates between it and its root (of `cryptography`)."""

    certificate: Any
    key: Any
    chain: Sequence[Any]


class Signature(NamedTuple):
    """What a signature is worth: who made it, when by their own clock, and what is wrong with it.

    `trusted` is None where nobody was named to trust. `over` is the last day of a certificate that has expired since.
    """

    who: str
    at: datetime | None = None
    trusted: bool | None = None
    over: datetime | None = None
    problems: Sequence[str] = ()


def load(text: bytes, passphrase: bytes | None, now: datetime, variable: str) -> Signer:
    """Read who signs: PKCS#12, or PEM with key, certificate and those between it and its root.

    Raises:
        SignError: it is neither, the passphrase (of the environment variable `variable`) is wrong, or the certificate
            may not sign now.
        ExtraError: pyHanko is missing.
    """
    brought("pyhanko", WHY, "pyHanko", "sign")
    signer = _of_pem(text, passphrase, variable) if PEM in text else _of_pkcs12(text, passphrase, variable)
    _may_sign(signer.certificate, now)
    return signer


def _of_pkcs12(text: bytes, passphrase: bytes | None, variable: str) -> Signer:
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, certificate, others = pkcs12.load_key_and_certificates(text, passphrase)
    except (ValueError, TypeError) as error:
        raise SignError(
            f"neither PEM nor a PKCS#12 file that opens with the passphrase in {variable}, which {_given(passphrase)}"
        ) from error
    if key is None or certificate is None:
        raise SignError("this PKCS#12 file holds no certificate with its private key")
    return Signer(certificate, key, others)


def _of_pem(text: bytes, passphrase: bytes | None, variable: str) -> Signer:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificates

    block = PEM_KEY.search(text)
    if block is None:
        raise SignError("this PEM file holds no private key; put key and certificates into one file")
    locked = b"ENCRYPTED" in block[0]
    try:
        key = load_pem_private_key(block[0], passphrase if locked else None)
    except (ValueError, TypeError) as error:
        why = f"does not open with the passphrase in {variable}, which {_given(passphrase)}"
        raise SignError(f"its private key {why if locked else 'cannot be read'}") from error
    try:
        known = load_pem_x509_certificates(text)
    except ValueError as error:
        raise SignError("this PEM file holds no certificate beside the key; put both into one file") from error
    own = [each for each in known if each.public_key() == key.public_key()]
    if not own:
        raise SignError("none of its certificates belongs to its private key")
    return Signer(own[0], key, [each for each in known if each is not own[0]])


def _given(passphrase: bytes | None) -> str:
    return "is not set" if passphrase is None else "is set"


def _may_sign(certificate: Any, now: datetime) -> None:
    """Refuse a certificate whose days are over or to come, or whose use is another.

    Raises:
        SignError: it may not sign now.
    """
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    who = clean(certificate.subject.rfc4514_string())
    if now > certificate.not_valid_after_utc:
        raise SignError(f"the certificate of {who} expired on {certificate.not_valid_after_utc:{DAY}}; renew it")
    if now < certificate.not_valid_before_utc:
        raise SignError(f"the certificate of {who} is valid from {certificate.not_valid_before_utc:{DAY}} only")
    try:
        use = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return
    if not (use.digital_signature or use.content_commitment):
        raise SignError(f"the certificate of {who} is not for signing: it has no key usage digitalSignature")


def sign(drawn: bytes, signer: Signer, now: datetime) -> bytes:
    """Give the PDF with an invisible PAdES signature after it, which says `now` and permits no change.

    The bytes of the PDF stay as they are: the signature is appended.

    Raises:
        ExtraError: pyHanko is missing.
    """
    brought("pyhanko", WHY, "pyHanko", "sign")
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    class Plain(IncrementalPdfFileWriter):
        """Leaves the metadata as they are, where the library would write the time of its clock into them."""

        def _update_meta(self) -> None:
            pass

    class Dated(PdfSigner):
        """Takes the moment from its caller, and keeps to PDF 1.7, which PDF/A-3 is made of: no extensions."""

        def init_signing_session(self, *given: Any, **named: Any) -> Any:
            session = super().init_signing_session(*given, **named)
            session.system_time = now
            return session

        def register_extensions(self, *given: Any, **named: Any) -> None:
            pass

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    _apart(lambda: Dated(meta, _pyhanko(signer)).sign_pdf(Plain(io.BytesIO(drawn)), output=out))
    return out.getvalue()


def _apart(work: Callable[[], Any]) -> Any:
    """Do it in a thread of its own: pyHanko starts an event loop, and who calls may be within one already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _pyhanko(signer: Signer) -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.keys import load_private_key_from_pemder_data
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = signer.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    others = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    others.register_multiple(_certificates(signer.chain))
    (own,) = _certificates([signer.certificate])
    return SimpleSigner(own, load_private_key_from_pemder_data(key, None), others)


def _certificates(given: Sequence[Any]) -> list[Any]:
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]
    from cryptography.hazmat.primitives.serialization import Encoding

    return [Certificate.load(each.public_bytes(Encoding.DER)) for each in given]


def roots(text: bytes) -> list[Any]:
    """Read the certificates to trust, PEM or one in DER.

    Raises:
        SignError: there is none.
        ExtraError: pyHanko is missing.
    """
    brought("pyhanko", WHY, "pyHanko", "sign")
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

    try:
        return list(load_pem_x509_certificates(text)) if PEM in text else [load_der_x509_certificate(text)]
    except ValueError as error:
        raise SignError("holds no certificate in PEM or DER") from error


def check(data: bytes, trust: Sequence[Any], now: datetime) -> list[Signature]:
    """Check every signature of a PDF: over all of the file, unbroken, by whom; `trust` are roots.

    A certificate is judged at the moment that the signature names, since it may well have expired by `now`; that moment
    is the signer's word, as there is no time-stamp.

    Raises:
        ExtraError: pyHanko is missing.
    """
    brought("pyhanko", WHY, "pyHanko", "sign")
    from pyhanko.pdf_utils.misc import PdfError as BrokenError
    from pyhanko.pdf_utils.reader import PdfFileReader

    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        found = PdfFileReader(io.BytesIO(data)).embedded_signatures
    except (BrokenError, ValueError, KeyError) as error:
        return [_unreadable(error)]
    return [_checked(each, trust, now) for each in found]


def _unreadable(error: Exception) -> Signature:
    return Signature("somebody", problems=[f"it cannot be read: {clean(str(error))}"])


def _checked(signature: Any, trust: Sequence[Any], now: datetime) -> Signature:
    from pyhanko.pdf_utils.misc import PdfError as BrokenError
    from pyhanko.sign.general import UnacceptableSignerError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    try:
        at = signature.self_reported_timestamp
        at = at.astimezone(UTC) if at else None
        moment = min(at or now, now)
        context = ValidationContext(trust_roots=_certificates(trust), moment=moment, allow_fetching=False)
        uses = KeyUsageConstraints(key_usage=USES)
        status = _apart(
            lambda: validate_pdf_signature(signature, signer_validation_context=context, key_usage_settings=uses)
        )
    except (SignatureValidationError, UnacceptableSignerError, BrokenError, ValueError, KeyError) as error:
        return _unreadable(error)
    ends = status.signing_cert.not_valid_after
    problems = list(_problems(status, trusting=bool(trust)))
    if at is None or at > now + CLOCKS:
        problems.append("it names no moment, or one to come")
    if trust and not status.signing_cert.not_valid_before <= moment <= ends:
        problems.append(f"its certificate was not valid at the moment it names, {moment:%Y-%m-%d %H:%M} UTC")
    trusted = status.trusted if trust else None
    return Signature(_who(status.signing_cert), at, trusted, ends if now > ends else None, problems)


def _problems(status: Any, *, trusting: bool) -> Iterator[str]:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not status.intact:
        yield "what it covers was changed after it was made"
    elif not status.valid:
        yield "it was not made with the key of its certificate"
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        yield "it does not cover the whole file: something was added after it was made"
    elif not status.docmdp_ok:
        yield "the file was changed in a way that the signature forbids"
    if trusting and status.intact and status.valid and not status.trusted:
        yield "its certificate does not lead to those given to trust"


def _who(certificate: Any) -> str:
    names = certificate.subject.native
    said = [str(names[part]) for part in ("common_name", "organization_name") if names.get(part)]
    return clean(", ".join(said) or certificate.subject.human_friendly)
