"""ec2_instance_detailed_monitoring."""

from __future__ import annotations

from collections.abc import Iterator

from rules.ec2._own import own
from scanner.kinds.ec2_instances import Instance
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule


class InstanceDetailedMonitoring(Rule):
    """Detailed (1-minute) monitoring is on.

    Basic monitoring looks every five minutes. A host that fails, or that begins to send data out, is noticed that much
    later, and a group scales that much later. One-minute figures also show what happened when somebody must find out
    afterwards.
    """

    kind = Instance
    severity = "low"
    category = "operations"
    hipaa = ("164.312(b)",)
    aliases = (
        "config:ec2-instance-detailed-monitoring-enabled",
        "prowler:ec2_instance_detailed_monitoring_enabled",
        "steampipe:ec2_instance_detailed_monitoring_enabled",
    )
    remedy = Direct(
        "ec2.MonitorInstances",
        {"InstanceIds": ["{id}"]},
        why="Custodian's action could not be proved; the launch template must be changed as well",
        effect=Effect(
            sets={"monitoring": "enabled"},
            cost="CloudWatch metrics, about 2.10 USD a month for an instance",
            undo=[Write("ec2.UnmonitorInstances", {"InstanceIds": ["{id}"]})],
            terraform={"aws_instance": {"monitoring": True}},
        ),
    )
    GOOD = ({"monitoring": "enabled"}, {"monitoring": "pending"})
    BAD = ({"monitoring": "disabled"}, {"monitoring": "disabling"}, {"monitoring": "disabled", "state": "stopped"})
    SKIP = (
        {"monitoring": "disabled", "state": "terminated"},
        {"monitoring": "disabled", "operator": "ecs.amazonaws.com"},
    )

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Instances that the customer runs."""
        return own(instance)

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if instance.monitoring not in {"enabled", "pending"}:
            yield Fail(f"detailed monitoring is {instance.monitoring}")
