"""vpc_flow_logs_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._former import former
from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ec2_network import VPC
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


ACCEPTED = Other(FlowLog, id="fl-1", subject="vpc-1", traffic="ACCEPT")


_SAME = ("LogDestinationType", "LogDestination", "DeliverLogsPermissionArn", "DestinationOptions")
_IDS = ("vpc-id", "subnet-id", "instance-id")


def _record(vpc: VPC, _part: str, around: Around) -> Iterator[Write]:
    """Make a flow log like one of a neighbour, that works and whose records nobody else takes."""
    for log in sorted(around.world.all(FlowLog), key=lambda log: (-len(log.fields), log.id)):
        if log.subject.startswith("vpc-") and log.subject != vpc.id and not _lacks(log):
            given = former(log, "box")
            asked = {name: given[name] for name in _SAME if given.get(name)}
            if "LogDestination" not in asked:
                asked["LogGroupName"] = given["LogGroupName"]
            if "DeliverCrossAccountRole" not in given:
                form = " ".join(f"${{{name}}}" for name in dict.fromkeys((*log.fields, *_IDS)))
                whose = {"ResourceType": "VPC", "ResourceIds": [vpc.id], "TrafficType": "ALL", "LogFormat": form}
                yield Write("ec2.CreateFlowLogs", {**whose, **asked})
                return
    raise NotByMachine(
        "no other VPC of the account has a working flow log in the Region, so where the records go is to be chosen:"
        f" aws ec2 create-flow-logs --resource-type VPC --resource-ids {vpc.id} --traffic-type ALL"
        f" --log-destination-type s3 --log-destination arn:aws:s3:::BUCKET --region {vpc.region}"
    )


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
    remedy = Direct(
        "ec2.CreateFlowLogs",
        by=_record,
        across=True,
        why="Custodian's action does not know where the account's other flow logs go",
        effect=Effect(
            after="a flow log of all traffic goes where another VPC's goes, and names VPC, subnet and instance",
            cost="vended logs, about 0.50 USD a GB to CloudWatch Logs or 0.25 USD a GB to S3",
            lasting="the flow log's id is known only when it is made; to go back: aws ec2 delete-flow-logs",
            terraform={
                "aws_flow_log": {
                    "vpc_id": "{id}",
                    "traffic_type": "ALL",
                    "log_destination": "WHERE THE OTHER FLOW LOGS GO",
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
