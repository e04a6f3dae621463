"""vpc_flow_logs_have_v3_fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ec2_gateways import DEFAULT_FIELDS, FlowLog
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


WANTED = ("vpc-id", "subnet-id", "instance-id")


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
    remedy = Runbook(
        "aws ec2 create-flow-logs with the same resource and destination and a --log-format that adds "
        "${vpc-id} ${subnet-id} ${instance-id} to the fields of {id}",
        "After ten minutes see that aws ec2 describe-flow-logs says ACTIVE and SUCCESS",
        "aws ec2 delete-flow-logs --flow-log-ids {id}",
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
