"""Gaps of CloudFront: moto lists neither origin access identities nor VPC origins; the organisation makes none."""

from __future__ import annotations

from typing import Any

from moto.cloudfront.responses import CloudFrontResponse
from moto.cloudfront.urls import url_paths
from moto.core.responses import ActionResult

from scanner.demo.moto_gaps.graft import add


def _nothing(name: str) -> Any:
    def answer(_response: Any) -> ActionResult:
        return ActionResult({name: {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}})

    return answer


def install() -> None:
    """Extend moto in this process."""
    add(
        CloudFrontResponse,
        list_cloud_front_origin_access_identities=_nothing("CloudFrontOriginAccessIdentityList"),
        list_vpc_origins=_nothing("VpcOriginList"),
    )
    for name in ("origin-access-identity/cloudfront", "vpc-origin"):
        url_paths[f"{{0}}/2020-05-31/{name}$"] = CloudFrontResponse.dispatch
