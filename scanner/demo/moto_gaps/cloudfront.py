"""CloudFront: how origins in S3 are reached, of which moto keeps nothing, and lists that are empty here.

The organisation has no origin access identity and no VPC origin. AWS: API_Origin,
API_ListCloudFrontOriginAccessIdentities, API_ListVpcOrigins.
"""

from __future__ import annotations

from typing import Any

import moto.cloudfront.urls
from moto.cloudfront.models import Origin
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult

from scanner.demo.moto_gaps.graft import add, after

EXTENDS: frozenset[str] = frozenset(
    {
        "cloudfront.CreateDistribution",
        "cloudfront.ListCloudFrontOriginAccessIdentities",
        "cloudfront.ListVpcOrigins",
        "cloudfront.UpdateDistribution",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_EMPTY = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0, "Items": []}


def _with_access(origin: Any, _nothing: None, given: dict[str, Any], *_args: Any, **_kwargs: Any) -> None:
    """CreateDistribution: moto forgets the origin access control, and an empty origin access identity."""
    origin.origin_access_control_id = given.get("OriginAccessControlId", "")
    if "S3OriginConfig" in given:
        origin.s3_origin_config = {"OriginAccessIdentity": given["S3OriginConfig"]["OriginAccessIdentity"]}


def _none_of(member: str) -> Any:
    def answer(_response: Any) -> ActionResult:
        return ActionResult({member: _EMPTY})

    return answer


def install() -> None:
    """Extend moto's CloudFront answers, and the paths that it hears."""
    paths: dict[str, Any] = moto.cloudfront.urls.url_paths
    for path in ("origin-access-identity/cloudfront", "vpc-origin"):
        paths[f"{{0}}/2020-05-31/{path}$"] = CloudFrontResponse.dispatch
    after(Origin, "__init__", _with_access)
    add(
        CloudFrontResponse,
        list_cloud_front_origin_access_identities=_none_of("CloudFrontOriginAccessIdentityList"),
        list_vpc_origins=_none_of("VpcOriginList"),
    )
