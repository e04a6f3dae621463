"""vpc_flow_logs_have_v3_fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._former import former
from scanner.kinds.ec2_gateways import DEFAULT_FIELDS, FlowLog
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


WANTED = ("vpc-id", "subnet-id", "instance-id")


_TYPES = {"vpc-": "VPC", "subnet-": "Subnet", "eni-": "NetworkInterface"}
_KEPT = ("TrafficType", "LogDestinationType", "LogDestination", "DeliverLogsPermissionArn", "DestinationOptions")


def _replace(log: FlowLog, _part: str) -> Iterator[Write]:
    """Take the old log away first: EC2 refuses a second one of the same resource to the same destination."""
    given = former(log, "box")
    kind = next((name for start, name in _TYPES.items() if log.subject.startswith(start)), None)
    if kind is None or "DeliverCrossAccountRole" in given:
        raise NotByMachine("the log is not of a VPC, subnet or interface, or is delivered to another account")
    asked = {name: given[name] for name in _KEPT if given.get(name)}
    if "LogDestination" not in asked:
        asked["LogGroupName"] = given["LogGroupName"]
    fields = dict.fromkeys((*log.fields, *WANTED))
    asked |= {
        "ResourceIds": [log.subject],
        "ResourceType": kind,
        "LogFormat": " ".join(f"${{{name}}}" for name in fields),
        "MaxAggregationInterval": given.get("MaxAggregationInterval", 600),
    }
    if log.tags:
        tags = [{"Key": key, "Value": value} for key, value in log.tags.items() if not key.startswith("aws:")]
        asked["TagSpecifications"] = [{"ResourceType": "vpc-flow-log", "Tags": tags}]
    yield Write("ec2.DeleteFlowLogs", {"FlowLogIds": [log.id]})
    yield Write("ec2.CreateFlowLogs", asked)


class FlowLogsHaveV3Fields(Rule):
    """Flow logs record the VPC, subnet and instance ids.

    An interface that is gone by the time of the inquiry says nothing any more. A record that names the VPC, the subnet
    and the instance tells even after years which system with ePHI spoke with whom. A flow log's format cannot be
    changed: a new log takes the place of the old one. Flow logs of transit gateways have fields of their own.
    """

    kind = FlowLog
    severity = "low"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (EcsGuide(63),)
    remedy = Direct(
        "ec2.CreateFlowLogs",
        also=("ec2.DeleteFlowLogs",),
        by=_replace,
        why="a flow log cannot be changed, and Custodian's action takes no format",
        effect=Effect(
            after="A flow log of the same traffic with the same destination takes its place; it records all that the"
            " old one did and vpc-id, subnet-id and instance-id.",
            risk="medium",
            downtime="traffic of some minutes is not recorded",
            cost="longer records: about a quarter more of what the destination charges for",
            lasting="records that were written stay; the format is not taken back, since the new one holds all of it",
            terraform={"aws_flow_log": {"log_format": "THE FORMER FIELDS ${vpc-id} ${subnet-id} ${instance-id}"}},
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        fields: Annotated[tuple[str, ...], msgspec.Meta(description="The fields that a record must have.")] = WANTED

    GOOD = (
        {"fields": WANTED},
        {"fields": (*DEFAULT_FIELDS, *WANTED)},
        Case({"fields": ("vpc-id",)}, settings={"fields": ["vpc-id"]}),
    )
    BAD = (
        {"fields": DEFAULT_FIELDS},
        *({"fields": tuple(name for name in WANTED if name != lacking)} for lacking in WANTED),
    )
    SKIP = (
        {"subject": "tgw-0123456789abcdef0", "fields": DEFAULT_FIELDS},
        {"subject": "tgw-attach-0123456789abcdef0", "fields": DEFAULT_FIELDS},
    )

    @staticmethod
    def applies(log: FlowLog) -> bool:
        """Flow logs of VPCs, subnets and network interfaces."""
        return not log.subject.startswith("tgw-")

    @staticmethod
    def check(log: FlowLog, settings: Settings) -> Iterator[Fail]:
        lacking = [name for name in settings.fields if name not in log.fields]
        if lacking:
            yield Fail(f"its records lack {', '.join(lacking)}")
