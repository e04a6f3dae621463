"""vpc_flow_logs_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ec2_network import VPC
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


ACCEPTED = Other(FlowLog, id="fl-1", subject="vpc-1", traffic="ACCEPT")


class FlowLogsEnabled(Rule):
    """VPCs have an active flow log.

    Without a record of who talked to whom, a leak of ePHI over the network leaves no trace, and how far it went can
    never be said. Rejected traffic is the least that must be kept; a log of accepted traffic alone, a log of one
    subnet, and a log that AWS cannot deliver do not count.
    """

    kind = VPC
    needs = (FlowLog,)
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.308(a)(3)(ii)(A)", "164.308(a)(6)(ii)", "164.312(b)", "164.312(c)(2)")
    sources = (EcsGuide(23), EcsGuide(63))
    aliases = (
        "config:vpc-flow-logs-enabled",
        "security-hub:EC2.6",
        "prowler:vpc_flow_logs_enabled",
        "steampipe:vpc_flow_logs_enabled",
        "cis:v3.0/3.7",
        "cis:v4.0/3.7",
        "cis:v5.0/3.7",
        "cis:v6.0/4.7",
        "cis:v7.0/4.7",
    )
    remedy = Runbook(
        "Choose where the records go: a log group kept for six years with the role that writes to it, or a bucket "
        "of the auditors",
        "aws ec2 create-flow-logs --resource-type VPC --resource-ids {id} --traffic-type ALL "
        "--log-destination-type s3 --log-destination arn:aws:s3:::BUCKET --log-format '${version} ${account-id} "
        "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} "
        "${end} ${action} ${log-status} ${vpc-id} ${subnet-id} ${instance-id}' --region {region}",
        "After ten minutes see that it says ACTIVE and SUCCESS: aws ec2 describe-flow-logs --filter "
        "Name=resource-id,Values={id} --region {region}",
        effect=Effect(
            cost="vended logs, about 0.50 USD a GB to CloudWatch Logs or 0.25 USD a GB to S3",
            terraform={
                "aws_flow_log": {
                    "vpc_id": "{id}",
                    "traffic_type": "ALL",
                    "log_destination_type": "s3",
                    "log_destination": "THE BUCKET'S ARN",
                }
            },
        ),
    )
    GOOD = (
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="vpc-1", traffic="ALL")]),
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="vpc-1", traffic="REJECT", delivery="")]),
        Case({"id": "vpc-1"}, others=[ACCEPTED, Other(FlowLog, id="fl-2", subject="vpc-1")]),
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="vpc-1")], lacking=[FlowLog]),
    )
    BAD = (
        {"id": "vpc-1"},
        Case({"id": "vpc-1"}, others=[ACCEPTED]),
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="vpc-1", status="FAILED")]),
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="vpc-1", delivery="FAILED", delivery_error="denied")]),
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="subnet-1")]),
        Case({"id": "vpc-1"}, others=[Other(FlowLog, subject="vpc-2")]),
    )
    SKIP = ({"owner": "210987654321"},)
    UNKNOWN = (Case({"id": "vpc-1"}, lacking=[FlowLog]), Case({"id": "vpc-1"}, others=[ACCEPTED], lacking=[FlowLog]))

    @staticmethod
    def applies(vpc: VPC) -> bool:
        """VPCs that the account owns."""
        return vpc.owner in {"", vpc.account}

    @staticmethod
    def check(vpc: VPC, world: World) -> Iterator[Fail]:
        if any_of(world.all(FlowLog, subject=vpc.id), lambda log: not _lacks(log)):
            return
        said = [f"{log.id} {_lacks(log)}" for log in world.all(FlowLog, subject=vpc.id)]
        yield Fail("; ".join(said) or "the VPC has no flow log")


def _lacks(log: FlowLog) -> str:
    if log.status != "ACTIVE":
        return f"is not active ({log.status})"
    if log.traffic not in {"ALL", "REJECT"}:
        return f"records {log.traffic} traffic only"
    return f"is not delivered ({log.delivery_error or 'no reason given'})" if log.delivery == "FAILED" else ""
