"""alb_clb_access_logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import attribute
from scanner.kinds.elb import ClassicLoadBalancer
from scanner.kinds.elbv2 import LoadBalancer
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


LOGS = "access_logs.s3.enabled"


def _logs(balancer: LoadBalancer | ClassicLoadBalancer) -> bool:
    """Say whether access logs are on."""
    if isinstance(balancer, ClassicLoadBalancer):
        return balancer.logs
    return attribute(balancer, LOGS) == "true"


class ClbAccessLogging(Rule):
    """ALBs and Classic load balancers write access logs.

    Access logs say who asked for what, when, and how it was answered. Without them nobody can tell
    afterwards which records an intruder read. Whether the bucket that they go to is there is judged by elb_access_logs.
    """

    kind = LoadBalancer
    also = (ClassicLoadBalancer,)
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.308(a)(3)(ii)(A)", "164.308(a)(6)(ii)", "164.312(b)")
    aliases = (
        "config:elb-logging-enabled",
        "security-hub:ELB.5",
        "prowler:elb_logging_enabled",
        "prowler:elbv2_logging_enabled",
        "steampipe:elb_application_classic_lb_logging_enabled",
        "cis:v7.0/4.10",
    )
    related = ("elb_access_logs",)
    remedy = Runbook(
        "Choose a bucket for logs of this Region, or make one: aws s3api create-bucket --bucket BUCKET --region"
        " {region},"
        " encrypted with SSE-S3 (log delivery takes no other).",
        "Let log delivery write: aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json, with Allow"
        " s3:PutObject for the service logdelivery.elasticloadbalancing.amazonaws.com on"
        " arn:{partition}:s3:::BUCKET/AWSLogs/{account}/*",
        "Application Load Balancer: aws elbv2 modify-load-balancer-attributes --load-balancer-arn {arn} --attributes "
        "Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET --region {region}",
        "Classic: aws elb modify-load-balancer-attributes --load-balancer-name {name} --load-balancer-attributes "
        "'AccessLog={Enabled=true,S3BucketName=BUCKET}' --region {region}",
        effect=Effect(
            cost="S3 storage and requests of the logs",
            terraform={"aws_lb": {"access_logs": {"bucket": "BUCKET", "enabled": True}}},
        ),
    )
    GOOD = ({"attributes": {LOGS: "true"}}, Case({}, kind=ClassicLoadBalancer))
    BAD = ({"attributes": {LOGS: "false"}}, Case({"logs": False}, kind=ClassicLoadBalancer))
    SKIP = ({"attributes": {LOGS: "false"}, "type": "network"}, {"attributes": {LOGS: "false"}, "type": "gateway"})
    UNKNOWN = ({"attributes": {}},)

    @staticmethod
    def applies(balancer: LoadBalancer | ClassicLoadBalancer) -> bool:
        """Application and Classic Load Balancers."""
        return isinstance(balancer, ClassicLoadBalancer) or balancer.type == "application"

    @staticmethod
    def check(balancer: LoadBalancer | ClassicLoadBalancer) -> Iterator[Fail]:
        if not _logs(balancer):
            yield Fail("access logs are off")
