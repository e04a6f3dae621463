"""elb_access_logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import attribute
from scanner.kinds.elbv2 import Listener, LoadBalancer
from scanner.kinds.s3 import Bucket
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

ENABLED, BUCKET = "access_logs.s3.enabled", "access_logs.s3.bucket"
ON = {ENABLED: "true", BUCKET: "logs"}
OFF = {ENABLED: "false", BUCKET: "logs"}
LOGS = Other(Bucket, id="logs")
TLS = Other(Listener, protocol="TLS")


class AccessLogs(Rule):
    """Load balancers write access logs to an existing bucket.

    Access logs say who asked for what, when, and how it was answered; a bucket that has gone takes none. Network Load
    Balancers log connections of TLS listeners only; those without any are not judged. Where the bucket is in no
    account of the scan, whether it exists is unknown.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (EcsGuide(65),)
    needs = (Bucket, Listener)
    remedy = Runbook(
        "Choose a bucket for logs of this Region, or make one: aws s3api create-bucket --bucket BUCKET --region"
        " {region},"
        " encrypted with SSE-S3 (log delivery takes no other).",
        "Let log delivery write: aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json, with Allow"
        " s3:PutObject for the service logdelivery.elasticloadbalancing.amazonaws.com (delivery.logs.amazonaws.com for"
        " Network Load Balancers) on arn:{partition}:s3:::BUCKET/AWSLogs/{account}/*",
        "Log there: aws elbv2 modify-load-balancer-attributes --load-balancer-arn {arn} --attributes "
        "Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET --region {region}",
        "Ask for something through the load balancer and look for the log after five minutes.",
        effect=Effect(
            cost="S3 storage and requests of the logs",
            terraform={"aws_lb": {"access_logs": {"bucket": "BUCKET", "enabled": True}}},
        ),
    )
    GOOD = (
        Case({"attributes": ON}, others=[LOGS]),
        Case({"attributes": ON}, others=[Other(Bucket, id="logs", account="210987654321")]),
        Case({"attributes": ON, "type": "network"}, others=[LOGS, TLS]),
    )
    BAD = (
        Case({"attributes": OFF}, others=[LOGS]),
        Case({"attributes": ON | {BUCKET: ""}}, others=[LOGS]),
        Case({"attributes": OFF, "type": "network"}, others=[LOGS, TLS]),
    )
    SKIP = (
        {"attributes": OFF, "type": "gateway"},
        Case({"attributes": OFF, "type": "network"}, others=[Other(Listener, protocol="TCP")]),
        Case({"attributes": OFF, "type": "network"}, others=[Other(Listener, protocol="TLS", load_balancer="arn:b")]),
    )
    UNKNOWN = (
        {"attributes": {}},
        Case({"attributes": ON}, others=[Other(Bucket, id="others")]),
        Case({"attributes": ON}, lacking=[Bucket]),
        Case({"attributes": {ENABLED: "true"}}, others=[LOGS]),
        Case({"attributes": OFF, "type": "network"}, lacking=[Listener]),
    )

    @staticmethod
    def applies(balancer: LoadBalancer, world: World) -> bool:
        """Application Load Balancers, and Network Load Balancers with a TLS listener."""
        if balancer.type != "network":
            return balancer.type == "application"
        return any_of(world.all(Listener, load_balancer=balancer.id), lambda listener: listener.protocol == "TLS")

    @staticmethod
    def check(balancer: LoadBalancer, world: World) -> Iterator[Fail]:
        if attribute(balancer, ENABLED) != "true":
            yield Fail("access logs are off")
            return
        name = attribute(balancer, BUCKET)
        if not name:
            yield Fail("access logs are on, but go to no bucket")
        elif world.get(Bucket, name) is None and not world.inventory.named(Bucket, name):
            raise Unknown(
                Gap("s3.ListBuckets", message=f"the bucket {name} is in no account of the scan, if it exists")
            )
