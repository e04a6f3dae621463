"""AWS WAF: web ACLs, those of a Region and those of CloudFront, and where they log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.common import tagged, tags
from scanner.model.call import each, shared
from scanner.model.kind import Const, Kind, fact

ARN = "arn:aws:wafv2:us-east-1:123456789012:{}/webacl/claims/a1b2c3d4-1111-2222-3333-444455556666"
DESTINATIONS = ("arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-claims",)


def _logging(scope: str, owner: str = "CUSTOMER") -> Any:
    """Ask once where all web ACLs of a scope log, as far as this owner set it up."""
    return shared(
        "wafv2.ListLoggingConfigurations",
        "LoggingConfigurations",
        own="$acl.ARN",
        key="ResourceArn",
        Scope=scope,
        LogScope=owner,
    )


def _destinations() -> Any:
    return fact(
        "log.LogDestinationConfigs",
        plan="aws_wafv2_web_acl_logging_configuration.log_destination_configs",
        template="AWS::WAFv2::LoggingConfiguration.LogDestinationConfigs",
        default=(),
        sample=DESTINATIONS,
        doc="The ARNs of what it logs to by the account's own configuration; none where it has no such configuration.",
    )


def _lake() -> Any:
    return fact(
        "lake.ResourceArn",
        plan=Const(value=False),
        template=Const(value=False),
        parse=bool,
        default={"api": False},
        sample=False,
        doc="Whether Amazon Security Lake collects its logs.",
    )


class WebACL(Kind, cfn="AWS::WAFv2::WebACL", tf="aws_wafv2_web_acl"):
    """A web ACL for what lives in a Region: load balancers, API Gateway and others."""

    acl = each("wafv2.ListWebACLs", "WebACLs", Scope="REGIONAL")
    log = _logging("REGIONAL")
    lake = _logging("REGIONAL", "SECURITY_LAKE")
    labels = tagged("$acl.ARN", "wafv2")

    id: str = fact("acl.ARN", plan="arn", sample=ARN.format("regional"))
    arn: str = fact("acl.ARN", plan="arn", sample=ARN.format("regional"))
    name: str = fact("acl.Name", plan="name", template="Name", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    destinations: tuple[str, ...] = _destinations()
    in_security_lake: bool = _lake()
    tf_parts = {"aws_wafv2_web_acl_logging_configuration": "resource_arn"}
    cfn_parts = {"AWS::WAFv2::LoggingConfiguration": "ResourceArn"}
    volatile = ("acl.LockToken",)


class CloudFrontWebACL(Kind, cfn="AWS::WAFv2::CloudFrontWebACL", scope="global"):
    """A web ACL for CloudFront, which WAF keeps in the home Region of the partition.

    CloudFormation knows it as AWS::WAFv2::WebACL of the scope CLOUDFRONT. Source: WAFV2 API Reference, ListWebACLs.
    """

    acl = each("wafv2.ListWebACLs", "WebACLs", Scope="CLOUDFRONT")
    log = _logging("CLOUDFRONT")
    lake = _logging("CLOUDFRONT", "SECURITY_LAKE")
    labels = tagged("$acl.ARN", "wafv2")

    id: str = fact("acl.ARN", sample=ARN.format("global"))
    arn: str = fact("acl.ARN", sample=ARN.format("global"))
    name: str = fact("acl.Name", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", template="Tags", parse=tags(), default={})
    destinations: tuple[str, ...] = _destinations()
    in_security_lake: bool = _lake()
    tf_parts = {"aws_wafv2_web_acl_logging_configuration": "resource_arn"}
    cfn_parts = {"AWS::WAFv2::LoggingConfiguration": "ResourceArn"}
    volatile = ("acl.LockToken",)
