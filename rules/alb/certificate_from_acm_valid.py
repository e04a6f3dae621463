"""alb_certificate_from_acm_valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from scanner.kinds.acm import CERTIFICATE, Certificate
from scanner.kinds.elbv2 import Listener
from scanner.kinds.elbv2_reading import ListenerCertificate
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal


class CertificateFromAcmValid(Rule):
    """Listener certificates are from ACM, valid and strong.

    A certificate is the patient's only proof of whom they speak to. One that ACM issues is renewed before it ends
    and its key never leaves AWS; one that was uploaded is renewed by somebody who remembers. Imported certificates
    count as not managed by ACM unless the settings admit them, and certificates kept in IAM always.
    """

    kind = Listener
    severity = "high"
    hipaa_proposed = ("164.312(e)(2)(ii)", "164.312(d)")
    sources = (WebProposal(), EcsGuide(60))
    needs = (Certificate,)
    remedy = Runbook(
        "Request a certificate for the same names: aws acm request-certificate --domain-name NAME "
        "--validation-method DNS --key-algorithm EC_prime256v1 --region {region}",
        "Add the CNAME records that ACM names to the DNS zone and wait until the certificate is ISSUED.",
        "Serve it: aws elbv2 modify-listener --listener-arn {arn} --certificates CertificateArn=CERTIFICATE",
        "Remove the old one: aws elbv2 remove-listener-certificates --listener-arn {arn} "
        "--certificates CertificateArn=OLD",
        effect=Effect(
            risk="medium",
            downtime="clients that pin the old certificate cannot connect",
            terraform={"aws_lb_listener": {"certificate_arn": "CERTIFICATE"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days that a certificate must still be valid.", ge=0)] = 30
        allow_imported: Annotated[
            bool, msgspec.Meta(description="Admit certificates that were issued elsewhere and imported into ACM.")
        ] = False

    IN_IAM = ListenerCertificate("arn:aws:iam::123456789012:server-certificate/claims")
    GOOD = (
        Case({}, others=[Other(Certificate)]),
        Case({"protocol": "TLS"}, others=[Other(Certificate, key_algorithm="EC_prime256v1")]),
        Case({}, others=[Other(Certificate, key_algorithm="RSA_4096", type="PRIVATE")]),
        Case({}, others=[Other(Certificate, type="IMPORTED")], settings={"allow_imported": True}),
        Case({}, others=[Other(Certificate, not_after=datetime(2026, 12, 21, 3, 0, tzinfo=UTC))]),
    )
    BAD = (
        Case({"certificates": (IN_IAM,)}),
        Case({"certificates": (ListenerCertificate(CERTIFICATE), IN_IAM)}, others=[Other(Certificate)]),
        Case({}, others=[Other(Certificate, type="IMPORTED")]),
        Case({}, others=[Other(Certificate, status="EXPIRED")]),
        Case({}, others=[Other(Certificate, not_after=datetime(2026, 12, 21, 1, 0, tzinfo=UTC))]),
        Case({}, others=[Other(Certificate, not_after=datetime(2026, 12, 1, tzinfo=UTC))], settings={"days": 20}),
        Case({}, others=[Other(Certificate, not_before=datetime(2026, 11, 22, tzinfo=UTC))]),
        Case({}, others=[Other(Certificate, key_algorithm="RSA_1024")]),
    )
    SKIP = ({"protocol": "HTTP"}, {"protocol": "UDP"})
    UNKNOWN = (Case({}, lacking=[Certificate]), Case({}, others=[]))

    @staticmethod
    def applies(listener: Listener) -> bool:
        """HTTPS and TLS listeners."""
        return listener.protocol in {"HTTPS", "TLS"}

    @staticmethod
    def check(listener: Listener, world: World, settings: Settings, as_of: datetime) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for served in listener.certificates:
            if served.arn.split(":")[2] != "acm":
                yield Fail("the certificate is kept in IAM, not in ACM", part=f"certificate {served.arn}")
                continue
            with gaps:
                certificate = world.get(Certificate, served.arn)
                if certificate is None:
                    message = f"the certificate {served.arn} is served, but ACM does not list it"
                    raise Unknown(Gap("acm.ListCertificates", message=message, state=GapState.PARTIAL))
                flaws = list(_flaws(certificate, settings, as_of, gaps))
                if flaws:
                    yield Fail(f"the certificate {'; '.join(flaws)}", part=f"certificate {served.arn}")
        yield from gaps


def _flaws(
    certificate: Certificate, settings: CertificateFromAcmValid.Settings, as_of: datetime, gaps: Gaps
) -> Iterator[str]:
    with gaps:
        if certificate.status != "ISSUED":
            yield f"has the status {certificate.status}"
            return
    with gaps:
        if certificate.type == "IMPORTED" and not settings.allow_imported:
            yield "was imported, so that ACM does not renew it"
    with gaps:
        if certificate.not_after < as_of + timedelta(days=settings.days):
            yield f"ends on {certificate.not_after:%Y-%m-%d}, in less than {settings.days} days"
    with gaps:
        if certificate.not_before > as_of:
            yield f"begins only on {certificate.not_before:%Y-%m-%d}"
    with gaps:
        if certificate.key_algorithm.startswith("RSA_") and int(certificate.key_algorithm.removeprefix("RSA_")) < 2048:
            yield f"has the key {certificate.key_algorithm}"
