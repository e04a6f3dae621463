"""Distributions as Terraform plans and CloudFormation templates write them, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_cloudfront_distribution); CloudFormation
(AWS::CloudFront::Distribution).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.cloudfront_reading import Behavior, Origin, behaviors, origins
from scanner.kinds.planned_reading import first
from scanner.model.planned import Known, is_token


def _shaped_origin(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Id": item["origin_id"],
        "DomainName": item["domain_name"],
        "S3OriginConfig": {
            "OriginAccessIdentity": first(item.get("s3_origin_config")).get("origin_access_identity"),
        },
        "OriginAccessControlId": item.get("origin_access_control_id"),
        "CustomOriginConfig": {
            "OriginProtocolPolicy": first(item.get("custom_origin_config")).get("origin_protocol_policy"),
        },
        "VpcOriginConfig": {"VpcOriginId": first(item.get("vpc_origin_config")).get("vpc_origin_id")},
    }


def _told(found: tuple[Origin, ...]) -> tuple[Origin, ...]:
    if any(is_token(origin.domain) for origin in found):
        raise ValueError("an origin's domain name is not known yet")
    return found


def planned_origins(given: Known) -> tuple[Origin, ...]:
    """Read a distribution's origins in Terraform's words.

    Raises:
        ValueError: an origin's domain name belongs to what is planned itself.
    """
    return _told(origins([_shaped_origin(item) for item in given["origin"]]))


def template_origins(given: Sequence[Mapping[str, Any]]) -> tuple[Origin, ...]:
    """Read a distribution's origins in CloudFormation's words, which are the API's.

    Raises:
        ValueError: an origin's domain name belongs to what is planned itself.
    """
    return _told(origins(given))


def planned_behaviors(given: Known) -> tuple[Behavior, ...]:
    """Read a distribution's cache behaviours in Terraform's words, the default one first."""
    default = first(given["default_cache_behavior"])
    others = given.get("ordered_cache_behavior") or ()
    return (
        Behavior("*", default["viewer_protocol_policy"]),
        *(Behavior(item["path_pattern"], item["viewer_protocol_policy"]) for item in others),
    )


def template_behaviors(given: Known) -> tuple[Behavior, ...]:
    """Read a distribution's cache behaviours in CloudFormation's words, the default one first."""
    others = given.get("DistributionConfig.CacheBehaviors") or ()
    return behaviors(
        {
            "DefaultCacheBehavior": given["DistributionConfig.DefaultCacheBehavior"],
            "CacheBehaviors": {"Items": others},
        }
    )
