"""ec2_instance_ebs_optimized."""

from __future__ import annotations

from collections.abc import Iterator

from rules.ec2._own import own
from scanner.kinds.ec2_instances import Instance, InstanceType
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule

BARE = {"instance_type": "m3.xlarge", "ebs_optimized": False}


def _always(instance: Instance, world: World) -> bool:
    """Say whether every instance of the type is EBS-optimized.

    Raises:
        Unknown: the type was not described.
    """
    its = world.get(InstanceType, instance.instance_type)
    if its is None:
        raise Unknown(Gap("ec2.DescribeInstanceTypes", message=f"{instance.instance_type} was not described"))
    return its.ebs_optimized == "default"


class InstanceEbsOptimized(Rule):
    """Instances are EBS-optimized.

    Where volumes and the network share one line, a busy network starves the disk: databases of ePHI stall, and backups
    do not end in their window. Nearly all present types have a line of their own for volumes, without being asked.
    """

    kind = Instance
    needs = (InstanceType,)
    severity = "low"
    category = "operations"
    hipaa = (
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = ("config:ebs-optimized-instance", "steampipe:ec2_instance_ebs_optimized")
    remedy = Runbook(
        "Prefer a present-day type, whose instances are EBS-optimized by themselves: aws ec2 "
        "describe-instance-types --filters Name=ebs-info.ebs-optimized-support,Values=default --region {region}",
        "Stop it: aws ec2 stop-instances --instance-ids {id} --region {region}",
        "aws ec2 modify-instance-attribute --instance-id {id} --instance-type Value=TYPE --region {region}; where "
        "the present type offers it: aws ec2 modify-instance-attribute --instance-id {id} --ebs-optimized --region "
        "{region}",
        "aws ec2 start-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is stopped for some minutes, and loses a public address that is no Elastic IP",
            cost="another type has another price",
            terraform={"aws_instance": {"ebs_optimized": True}},
        ),
    )
    GOOD = (
        {"ebs_optimized": True},
        Case({"instance_type": "m5.large", "ebs_optimized": False}, others=[Other(InstanceType)]),
        Case({"ebs_optimized": True}, lacking=[InstanceType]),
    )
    BAD = (
        Case(BARE, others=[Other(InstanceType, id="m3.xlarge", ebs_optimized="supported")]),
        Case(BARE, others=[Other(InstanceType, id="m3.xlarge", ebs_optimized="unsupported"), Other(InstanceType)]),
    )
    SKIP = (
        Case({**BARE, "state": "terminated"}, others=[Other(InstanceType, id="m3.xlarge", ebs_optimized="supported")]),
        {**BARE, "operator": "ecs.amazonaws.com"},
    )
    UNKNOWN = (BARE, Case(BARE, lacking=[InstanceType]))

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Instances that the customer runs."""
        return own(instance)

    @staticmethod
    def check(instance: Instance, world: World) -> Iterator[Fail]:
        if not any_of((lambda: instance.ebs_optimized, lambda: _always(instance, world))):
            yield Fail(f"it is not EBS-optimized, nor are instances of its type {instance.instance_type} by default")
