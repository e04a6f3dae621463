"""What CloudFront answers of origins and cache behaviours, read by pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

_SITE = re.compile(r"(.+)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?")
_BUCKET = re.compile(r"(.+)\.s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")


class Origin(msgspec.Struct, frozen=True):
    """An origin of a distribution.

    `identity` and `access_control` name the origin access identity and control that it signs by, `protocol` is how a
    custom origin is reached (`http-only`, `match-viewer`, `https-only`; empty for others), `vpc` a VPC origin's id.
    """

    id: str
    domain: str
    identity: str = ""
    access_control: str = ""
    protocol: str = ""
    vpc: str = ""

    @property
    def website(self) -> bool:
        """Whether it is the website endpoint of a bucket, which speaks HTTP only and knows no signatures."""
        return _SITE.fullmatch(self.domain) is not None

    @property
    def bucket(self) -> str:
        """The S3 bucket that it is; empty for other origins."""
        match = _SITE.fullmatch(self.domain) or _BUCKET.fullmatch(self.domain)
        return match.group(1) if match else ""


class Behavior(msgspec.Struct, frozen=True):
    """How requests for some paths are answered: the pattern (`*` for the default), and what viewers may speak."""

    path: str
    viewer: str


def origins(items: Sequence[Mapping[str, Any]]) -> tuple[Origin, ...]:
    """Read the origins of a distribution."""
    return tuple(
        Origin(
            item["Id"],
            item["DomainName"].lower(),
            identity=(item.get("S3OriginConfig") or {}).get("OriginAccessIdentity") or "",
            access_control=item.get("OriginAccessControlId") or "",
            protocol=(item.get("CustomOriginConfig") or {}).get("OriginProtocolPolicy") or "",
            vpc=(item.get("VpcOriginConfig") or {}).get("VpcOriginId") or "",
        )
        for item in items
    )


def behaviors(distribution: Mapping[str, Any]) -> tuple[Behavior, ...]:
    """Read the cache behaviours of a distribution, the default one first."""
    others = (distribution.get("CacheBehaviors") or {}).get("Items") or ()
    default = Behavior("*", distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"])
    return (default, *(Behavior(item["PathPattern"], item["ViewerProtocolPolicy"]) for item in others))
