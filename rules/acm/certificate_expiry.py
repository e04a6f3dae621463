"""acm_certificate_expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.acm import Certificate
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


class CertificateExpiry(Rule):
    """Certificates are renewed before expiry.

    A certificate that has ended shuts out everybody who heeds the warning, and teaches the others to pass over it.
    ACM renews what it issued by itself, weeks before the end, where its names can still be validated; what was
    imported somebody has to renew. Certificates that were never issued or have been revoked have no end to wait for.
    Certificates that nothing uses are judged too.
    """

    kind = Certificate
    severity = "medium"
    category = "operations"
    hipaa = ("164.308(a)(4)(ii)(A)", "164.312(e)(1)")
    aliases = (
        "config:acm-certificate-expiration-check",
        "security-hub:ACM.1",
        "prowler:acm_certificates_expiration_check",
        "steampipe:acm_certificate_not_expired",
        "steampipe:acm_certificate_expires_30_days",
    )
    related = ("alb_certificate_from_acm_valid",)
    remedy = Runbook(
        "See why it was not renewed: aws acm describe-certificate --certificate-arn {arn} --region {region} "
        "--query Certificate.RenewalSummary",
        "Issued by Amazon: add the CNAME records that the answer names to the DNS zone, and ACM renews it.",
        "Imported: get a new one and import it over the old: aws acm import-certificate --certificate-arn {arn} "
        "--certificate fileb://cert.pem --private-key fileb://key.pem --certificate-chain fileb://chain.pem",
        "Not used any more: aws acm delete-certificate --certificate-arn {arn} --region {region}",
        effect=Effect(risk="high", downtime="clients refuse the certificate from its last day on"),
    )

    class Settings(RuleSettings, frozen=True):
        """How early a certificate must be renewed."""

        days: Annotated[int, msgspec.Meta(description="Days that it must still be valid, and more.", ge=0)] = 30

    GOOD = (
        {},
        {"not_after": datetime(2026, 12, 21, 2, 0, 1, tzinfo=UTC)},
        {"not_after": datetime(2026, 12, 22, 2, 0, tzinfo=UTC), "type": "IMPORTED"},
        Case({"not_after": datetime(2026, 12, 1, tzinfo=UTC)}, settings={"days": 7}),
    )
    BAD = (
        {"not_after": datetime(2026, 12, 21, 2, 0, tzinfo=UTC)},
        {"not_after": datetime(2026, 12, 20, 2, 0, tzinfo=UTC)},
        {"not_after": datetime(2026, 11, 1, tzinfo=UTC), "status": "EXPIRED"},
        {"not_after": datetime(2026, 12, 1, tzinfo=UTC), "status": "INACTIVE"},
        Case({"not_after": datetime(2027, 1, 1, tzinfo=UTC)}, settings={"days": 60}),
    )
    SKIP = tuple(
        {"not_after": datetime(2026, 11, 1, tzinfo=UTC), "status": status}
        for status in ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "REVOKED")
    )

    @staticmethod
    def applies(certificate: Certificate) -> bool:
        """Certificates that were issued or imported, and not revoked."""
        return certificate.status in {"ISSUED", "INACTIVE", "EXPIRED"}

    @staticmethod
    def check(certificate: Certificate, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        end = certificate.not_after
        if end <= as_of:
            yield Fail(f"the certificate ended on {end:%Y-%m-%d}")
        elif end <= as_of + timedelta(days=settings.days):
            yield Fail(f"the certificate ends on {end:%Y-%m-%d}, in {(end - as_of).days} days")
