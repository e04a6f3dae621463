"""cloudfront_s3_origin_access_control."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudfront import Distribution, OriginAccessControl
from scanner.kinds.cloudfront_reading import Origin
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import WebProposal

BUCKET = "media.s3.us-east-1.amazonaws.com"
SITE = "media.s3-website-us-east-1.amazonaws.com"
WEB = Origin("web", "web.example.org", protocol="https-only")
CONTROLLED = Origin("media", BUCKET, access_control="E1OAC")
IDENTIFIED = Origin("media", BUCKET, identity="origin-access-identity/cloudfront/E1OAI")


def _case(*origins: Origin, signing: str = "always") -> Case:
    return Case({"origins": origins}, others=[Other(OriginAccessControl, id="E1OAC", signing=signing)])


class S3OriginAccessControl(Rule):
    """S3 origins use origin access control or identity.

    Unless CloudFront signs what it asks of a bucket, the bucket must be open to everyone to be an origin, and the
    distribution's HTTPS, firewall and logs can be gone round. An access control must sign: one that never does is
    none. A bucket's website endpoint knows no signatures.
    """

    kind = Distribution
    needs = (OriginAccessControl,)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (WebProposal(),)
    remedy = Runbook(
        "Make an origin access control: aws cloudfront create-origin-access-control --origin-access-control-config"
        " Name=NAME,SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3",
        "Put its id into the S3 origins of the distribution (for a website endpoint, use the bucket itself as origin):"
        " aws cloudfront update-distribution --id {id} --if-match ETAG --distribution-config file://config.json",
        "Let cloudfront.amazonaws.com read by the bucket policy, with aws:SourceArn {arn}, and take everyone else out.",
        effect=Effect(
            risk="high",
            downtime="all that the bucket serves, where its policy does not yet admit the distribution",
            terraform={"aws_cloudfront_distribution": {"origin": {"origin_access_control_id": "CONTROL"}}},
        ),
    )
    GOOD = (
        _case(CONTROLLED),
        _case(CONTROLLED, signing="no-override"),
        _case(IDENTIFIED, WEB),
        Case({"origins": (IDENTIFIED,)}, lacking=[OriginAccessControl]),
    )
    BAD = (
        _case(Origin("media", BUCKET)),
        _case(CONTROLLED, Origin("other", "other.s3.amazonaws.com")),
        _case(CONTROLLED, signing="never"),
        _case(Origin("media", SITE, protocol="http-only")),
        _case(Origin("media", SITE, access_control="E1OAC")),
        Case({"origins": (CONTROLLED,)}, others=[Other(OriginAccessControl, id="E2OAC")]),
    )
    SKIP = (_case(WEB),)
    UNKNOWN = (Case({"origins": (CONTROLLED,)}, lacking=[OriginAccessControl]),)

    @staticmethod
    def applies(distribution: Distribution) -> bool:
        """Distributions with a bucket for an origin."""
        return any(item.bucket for item in distribution.origins)

    @staticmethod
    def check(distribution: Distribution, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for origin in distribution.origins:
            with gaps:
                wrong = _unsigned(origin, world) if origin.bucket else ""
                if wrong:
                    yield Fail(f"origin {origin.id} ({origin.domain}) {wrong}", part=f"origin {origin.id}")
        yield from gaps


def _unsigned(origin: Origin, world: World) -> str:
    if origin.website:
        return "is a website endpoint, for which CloudFront cannot sign"
    if origin.identity:
        return ""
    if not origin.access_control:
        return "has neither an origin access control nor an identity"
    control = world.get(OriginAccessControl, origin.access_control)
    if control is None:
        return f"names the origin access control {origin.access_control}, which does not exist"
    return f"has an origin access control that never signs ({control.name})" if control.signing == "never" else ""
