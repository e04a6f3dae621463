"""cloudfront_viewer_policy_https."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudfront import Distribution
from scanner.kinds.cloudfront_reading import Behavior
from scanner.model.remedy import Custodian, Effect
from scanner.model.rule import Fail, Rule


class ViewerPolicyHttps(Rule):
    """CloudFront: viewers must use HTTPS.

    Over plain HTTP everyone on the way can read what a viewer is sent, and change it. Every cache behaviour must
    demand HTTPS or lead to it: a single path that does not is enough to leak a session. Which versions of TLS are
    admitted is judged by a rule of its own.
    """

    kind = Distribution
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(A)", "164.312(e)(1)")
    aliases = (
        "config:cloudfront-viewer-policy-https",
        "security-hub:CloudFront.3",
        "prowler:cloudfront_distributions_https_enabled",
        "steampipe:cloudfront_distribution_encryption_in_transit_enabled",
    )
    related = ("cloudfront_viewer_https",)
    remedy = Custodian(
        "distribution",
        {"type": "set-protocols", "ViewerProtocolPolicy": "redirect-to-https"},
        filters=[
            {
                "or": [
                    {"DefaultCacheBehavior.ViewerProtocolPolicy": "allow-all"},
                    {
                        "type": "value",
                        "key": "CacheBehaviors.Items[].ViewerProtocolPolicy",
                        "op": "contains",
                        "value": "allow-all",
                    },
                ]
            }
        ],
        effect=Effect(
            after="every behaviour that took plain HTTP redirects to HTTPS",
            risk="medium",
            lasting="a change needs the ETag that the distribution has then: aws cloudfront update-distribution --id"
            " {id} with ViewerProtocolPolicy allow-all",
            terraform={
                "aws_cloudfront_distribution": {
                    "default_cache_behavior": {"viewer_protocol_policy": "redirect-to-https"}
                }
            },
        ),
    )
    GOOD = ({"behaviors": (Behavior("*", "https-only"), Behavior("/api/*", "redirect-to-https"))},)
    BAD = (
        {"behaviors": (Behavior("*", "allow-all"),)},
        {"behaviors": (Behavior("*", "https-only"), Behavior("/api/*", "allow-all"))},
    )

    @staticmethod
    def check(distribution: Distribution) -> Iterator[Fail]:
        for behavior in distribution.behaviors:
            if behavior.viewer not in {"https-only", "redirect-to-https"}:
                yield Fail(f"viewers of {behavior.path} may use {behavior.viewer}", part=f"behaviour {behavior.path}")
