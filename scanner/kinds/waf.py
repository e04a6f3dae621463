"""AWS WAF Classic: the web ACLs for CloudFront, and where they log."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.model.call import applied, each, shared, then
from scanner.model.kind import Kind, fact


def arn_of(partition: str, account: str, name: str) -> str:
    """Make the ARN of a web ACL, which the listing leaves out (WAF Classic API Reference, LoggingConfiguration)."""
    return f"arn:{partition}:waf::{account}:webacl/{name}"


OWN = applied(arn_of, "$partition", "$account", "$acl.WebACLId")


class ClassicWebACL(Kind, cfn="AWS::WAF::WebACL", tf="aws_waf_web_acl", scope="global"):
    """A web ACL of WAF Classic for CloudFront."""

    arn_format = "arn:{partition}:waf::{account}:webacl/{id}"

    acl = each("waf.ListWebACLs", "WebACLs")
    log = shared("waf.ListLoggingConfigurations", "LoggingConfigurations", own=OWN, key="ResourceArn")
    labels = then("waf.ListTagsForResource", "TagInfoForResource.TagList", ResourceARN=OWN)

    id: str = fact("acl.WebACLId", plan="id", sample="a1b2c3d4-1111-2222-3333-444455556666")
    name: str = fact("acl.Name", plan="name", template="Name", sample="claims")
    tags: Mapping[str, str] = fact("labels", plan="tags", parse=tags(), default={"api": {}, "plan": {}})
    destinations: tuple[str, ...] = fact(
        "log.LogDestinationConfigs",
        default={"api": ()},
        sample=("arn:aws:firehose:us-east-1:123456789012:deliverystream/aws-waf-logs-claims",),
        doc="The ARNs of what it logs to; none where it has no logging configuration.",
    )
