"""cloudfront_origin_https."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudfront import Distribution, VpcOrigin
from scanner.kinds.cloudfront_reading import Origin
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import WebProposal


def _origin(protocol: str = "https-only", **different: str) -> Origin:
    return Origin("web", different.pop("domain", "web.example.org"), protocol=protocol, **different)


MEDIA = Origin("media", "media.s3.us-east-1.amazonaws.com", access_control="E1OAC")
INSIDE = Origin("inside", "internal.example.org", vpc="vo-1")


class OriginHttps(Rule):
    """Origins are reached over HTTPS only.

    A lock in the viewer's browser says nothing of the way from CloudFront to the origin, which may cross the internet.
    Custom and VPC origins must be reached over HTTPS whatever the viewer used; the website endpoint of a bucket speaks
    plain HTTP only. Other S3 origins are reached by the viewer's protocol, so that HTTPS for viewers decides for them.
    """

    kind = Distribution
    needs = (VpcOrigin,)
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (WebProposal(),)
    remedy = Runbook(
        "See that the origin answers HTTPS with a certificate for its name; instead of a bucket's website endpoint, use"
        " the bucket itself with an origin access control.",
        "Read the configuration: aws cloudfront get-distribution-config --id {id}",
        "Set OriginProtocolPolicy to https-only and OriginSslProtocols to TLSv1.2 on each custom origin; a VPC origin"
        " has them in its own configuration: aws cloudfront update-vpc-origin",
        "Put it back with the ETag that was read: aws cloudfront update-distribution --id {id} --if-match ETAG"
        " --distribution-config file://config.json",
        effect=Effect(
            risk="high",
            downtime="all that the origin serves, where it does not answer HTTPS with a certificate for its name",
            terraform={
                "aws_cloudfront_distribution": {
                    "origin": {
                        "custom_origin_config": {
                            "origin_protocol_policy": "https-only",
                            "origin_ssl_protocols": ["TLSv1.2"],
                        }
                    }
                }
            },
        ),
    )
    GOOD = (
        {"origins": (_origin(), MEDIA)},
        Case({"origins": (INSIDE,)}, others=[Other(VpcOrigin, id="vo-1")]),
    )
    BAD = (
        {"origins": (_origin("http-only"),)},
        {"origins": (MEDIA, _origin("match-viewer"))},
        {"origins": (_origin("http-only", domain="site.s3-website-us-east-1.amazonaws.com"),)},
        Case({"origins": (INSIDE,)}, others=[Other(VpcOrigin, id="vo-1", protocol="http-only")]),
        Case({"origins": (INSIDE,)}, others=[Other(VpcOrigin, id="vo-1", protocol="match-viewer")]),
        Case({"origins": (INSIDE, _origin("http-only"))}, lacking=[VpcOrigin]),
    )
    SKIP = ({"origins": (MEDIA,)},)
    UNKNOWN = (Case({"origins": (INSIDE,)}, lacking=[VpcOrigin]), {"origins": (INSIDE,)})

    @staticmethod
    def applies(distribution: Distribution) -> bool:
        """Distributions with a custom origin or a VPC origin."""
        return any(item.protocol or item.vpc for item in distribution.origins)

    @staticmethod
    def check(distribution: Distribution, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for origin in distribution.origins:
            with gaps:
                protocol = _vpc_protocol(origin, world) if origin.vpc else origin.protocol
                if protocol and protocol != "https-only":
                    yield Fail(
                        f"origin {origin.id} ({origin.domain}) is reached by {protocol}", part=f"origin {origin.id}"
                    )
        yield from gaps


def _vpc_protocol(origin: Origin, world: World) -> str:
    """A VPC origin that another account shares is not seen here."""
    found = world.get(VpcOrigin, origin.vpc)
    if found is None:
        message = f"the VPC origin {origin.vpc} is not the account's own"
        raise Unknown(Gap(message=message, state=GapState.NOT_COLLECTED))
    return found.protocol
