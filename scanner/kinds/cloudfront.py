"""CloudFront: distributions, the controls and identities by which they sign, and VPC origins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.cloudfront_planned import planned_behaviors, planned_origins, template_behaviors, template_origins
from scanner.kinds.cloudfront_reading import Behavior, Origin, behaviors, origins
from scanner.kinds.common import tagged, tags
from scanner.kinds.planned_reading import present
from scanner.model.call import each, shared, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.secret import Secret

HEADER = Secret("Origins.Items[].CustomHeaders.Items[].HeaderValue", detect=False)
"""What CloudFront tells an origin in a header of the customer's: often the secret by which the origin knows it."""


def access_source(item: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a log delivery source whose access it logs; a source of other logs keeps no resource."""
    logged = (item.get("resourceArns") or [""])[0] if item.get("logType") == "ACCESS_LOGS" else ""
    return {"name": item["name"], "resource": logged, "status": item.get("status", "")}


class Distribution(Kind, cfn="AWS::CloudFront::Distribution", tf="aws_cloudfront_distribution", scope="global"):
    """A distribution: its origins, what viewers may speak, and whether it logs access.

    What it tells an origin in headers of its own, by which origins know it, is never kept.
    """

    item = each("cloudfront.ListDistributions", "DistributionList.Items")
    config = then("cloudfront.GetDistributionConfig", "DistributionConfig", Id="$item.Id")
    source = shared(
        "logs.DescribeDeliverySources", "deliverySources", own="$item.ARN", key="resource", parse=access_source
    )
    delivery = shared("logs.DescribeDeliveries", "deliveries", own="$source.name", key="deliverySourceName")
    labels = tagged("$item.ARN", "cloudfront:distribution")
    secrets = dict.fromkeys(("item", "config"), HEADER)

    id: str = fact("item.Id", plan="id", sample="E1A2B3C4D5E6F7")
    arn: str = fact("item.ARN", plan="arn", sample="arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    origins: tuple[Origin, ...] = fact(
        "item.Origins.Items",
        plan="+ origin",
        template="DistributionConfig.Origins",
        parse={"api": origins, "plan": planned_origins, "template": template_origins},
    )
    behaviors: tuple[Behavior, ...] = fact(
        "item",
        plan="default_cache_behavior + ordered_cache_behavior",
        template="DistributionConfig.DefaultCacheBehavior + DistributionConfig.CacheBehaviors",
        parse={"api": behaviors, "plan": planned_behaviors, "template": template_behaviors},
        sample=(Behavior("*", "redirect-to-https"),),
    )
    minimum_protocol: str = fact(
        "item.ViewerCertificate.MinimumProtocolVersion",
        plan="viewer_certificate[0].minimum_protocol_version",
        template="DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        default={"plan": "TLSv1", "template": "TLSv1"},
        sample="TLSv1.2_2021",
        doc="The security policy, named after the least version of TLS that it admits.",
    )
    default_certificate: bool = fact(
        "item.ViewerCertificate.CloudFrontDefaultCertificate",
        plan="viewer_certificate[0].cloudfront_default_certificate",
        template="DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate",
        default=False,
    )
    logs: bool = fact(
        "config.Logging.Enabled",
        plan="+ logging_config",
        template="+ DistributionConfig.Logging",
        parse={"plan": present, "template": present},
        default=False,
        sample=True,
        doc="Whether access logs go to a bucket.",
    )
    log_source: str = fact(
        "source.name", default={"api": ""}, doc="The delivery source of the access logs in CloudWatch Logs, if any."
    )
    log_delivery: str = fact(
        "delivery.id", default={"api": ""}, doc="The delivery that carries the source's logs somewhere, if any."
    )
    volatile = ("item.Status", "item.LastModifiedTime", "item.ETag")


class OriginAccessControl(
    Kind, cfn="AWS::CloudFront::OriginAccessControl", tf="aws_cloudfront_origin_access_control", scope="global"
):
    """An origin access control: whether CloudFront signs what it asks of an origin."""

    arn_format = "arn:{partition}:cloudfront::{account}:origin-access-control/{id}"

    control = each("cloudfront.ListOriginAccessControls", "OriginAccessControlList.Items")

    id: str = fact("control.Id", plan="id", sample="E1OAC")
    name: str = fact("control.Name", plan="name", template="OriginAccessControlConfig.Name", sample="media")
    tags: Mapping[str, str] = fact(Const({}))
    signing: str = fact(
        "control.SigningBehavior",
        plan="signing_behavior",
        template="OriginAccessControlConfig.SigningBehavior",
        sample="always",
    )


class OriginAccessIdentity(
    Kind,
    cfn="AWS::CloudFront::CloudFrontOriginAccessIdentity",
    tf="aws_cloudfront_origin_access_identity",
    scope="global",
):
    """An origin access identity, the older way: a user by whose name CloudFront asks S3."""

    arn_format = "arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity {id}"

    item = each("cloudfront.ListCloudFrontOriginAccessIdentities", "CloudFrontOriginAccessIdentityList.Items")

    id: str = fact("item.Id", plan="id", sample="E1OAI")
    tags: Mapping[str, str] = fact(Const({}))
    canonical_user: str = fact(
        "item.S3CanonicalUserId", plan="s3_canonical_user_id", sample="4e1d0ef8b2b1c3a5d7f9", doc="Its name in S3."
    )


class VpcOrigin(Kind, cfn="AWS::CloudFront::VpcOrigin", tf="aws_cloudfront_vpc_origin", scope="global"):
    """A load balancer or instance in a private subnet that distributions may have for an origin."""

    item = each("cloudfront.ListVpcOrigins", "VpcOriginList.Items")
    own = then("cloudfront.GetVpcOrigin", "VpcOrigin", Id="$item.Id")
    labels = tagged("$item.Arn", "cloudfront:vpcorigin")

    id: str = fact("item.Id", plan="id", sample="vo-1")
    arn: str = fact("item.Arn", plan="arn", sample="arn:aws:cloudfront::123456789012:vpcorigin/vo-1")
    name: str = fact("item.Name", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    protocol: str = fact(
        "own.VpcOriginEndpointConfig.OriginProtocolPolicy",
        plan="vpc_origin_endpoint_config[0].origin_protocol_policy",
        template="VpcOriginEndpointConfig.OriginProtocolPolicy",
        sample="https-only",
    )
    volatile = ("item.Status", "item.LastModifiedTime", "own.Status", "own.LastModifiedTime")
