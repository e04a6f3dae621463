"""cloudfront_viewer_https."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudfront import Distribution
from scanner.kinds.cloudfront_reading import Behavior
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Gaps, Missing, Rule
from scanner.model.source import WebProposal

HTTPS = ("https-only", "redirect-to-https")
MODERN = ("TLSv1.2", "TLSv1.3")


class ViewerHttps(Rule):
    """Viewers use HTTPS with TLS 1.2 or above.

    What viewers send and see passes networks that nobody vouches for. Every cache behaviour must demand HTTPS or lead
    to it, and the security policy must refuse TLS 1.0 and 1.1, whose flaws are known. With CloudFront's own certificate
    (cloudfront.net) the security policy is TLSv1, whatever was asked for.
    """

    kind = Distribution
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (WebProposal(),)
    remedy = Runbook(
        "Get a certificate for the distribution's names from ACM in us-east-1.",
        "Read the configuration: aws cloudfront get-distribution-config --id {id}",
        "Set ViewerProtocolPolicy to redirect-to-https on every behaviour, and in ViewerCertificate the certificate,"
        " SSLSupportMethod sni-only and MinimumProtocolVersion TLSv1.2_2021.",
        "Put it back with the ETag that was read: aws cloudfront update-distribution --id {id} --if-match ETAG"
        " --distribution-config file://config.json",
        effect=Effect(
            risk="medium",
            downtime="viewers that know TLS 1.1 at the most are refused",
            follows=("cloudfront_viewer_policy_https",),
            terraform={
                "aws_cloudfront_distribution": {
                    "default_cache_behavior": {"viewer_protocol_policy": "redirect-to-https"},
                    "viewer_certificate": {
                        "acm_certificate_arn": "CERTIFICATE",
                        "ssl_support_method": "sni-only",
                        "minimum_protocol_version": "TLSv1.2_2021",
                    },
                }
            },
        ),
    )
    GOOD = (
        {"behaviors": (Behavior("*", "https-only"), Behavior("/api/*", "redirect-to-https"))},
        {"minimum_protocol": "TLSv1.2_2018"},
        {"minimum_protocol": "TLSv1.3_2025"},
    )
    BAD = (
        {"behaviors": (Behavior("*", "allow-all"),)},
        {"behaviors": (Behavior("*", "https-only"), Behavior("/api/*", "allow-all"))},
        *({"minimum_protocol": name} for name in ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")),
        {"default_certificate": True, "minimum_protocol": "TLSv1.2_2021"},
    )

    @staticmethod
    def check(distribution: Distribution) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            for behavior in distribution.behaviors:
                if behavior.viewer not in HTTPS:
                    yield Fail(
                        f"viewers of {behavior.path} may use {behavior.viewer}", part=f"behaviour {behavior.path}"
                    )
        with gaps:
            if not distribution.minimum_protocol.startswith(MODERN):
                yield Fail(f"the security policy {distribution.minimum_protocol} admits TLS before 1.2", part="tls")
            elif distribution.default_certificate:
                yield Fail("under CloudFront's own certificate viewers may use TLS 1.0", part="tls")
        yield from gaps
