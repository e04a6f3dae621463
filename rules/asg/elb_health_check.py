"""asg_elb_health_check."""

from __future__ import annotations

from collections.abc import Iterator

from rules._former import former
from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.model.inventory import any_of
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import PhiCluster, WebProposal

GROUPS = ("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0a1b",)


_GRACE = 300
"""Seconds that a member has to start before the load balancer's check counts; AWS gives none by itself."""


def _checked(group: AutoScalingGroup, kinds: str, grace: int) -> Write:
    given = {"HealthCheckType": kinds, "HealthCheckGracePeriod": grace}
    return Write("autoscaling.UpdateAutoScalingGroup", {"AutoScalingGroupName": group.id, **given})


def _grace(group: AutoScalingGroup) -> int:
    return int(former(group, "box").get("HealthCheckGracePeriod", 0))


def _heed_balancer(group: AutoScalingGroup, _part: str) -> Iterator[Write]:
    """Keep the other checks; EC2's own is always made."""
    before = [name.strip() for name in group.health_check.split(",")]
    yield _checked(group, ",".join(sorted({*before, "ELB"} - {"EC2"})), max(_GRACE, _grace(group)))


def _as_before(group: AutoScalingGroup, _part: str) -> Iterator[Write]:
    yield _checked(group, group.health_check, _grace(group))


class ElbHealthCheck(Rule):
    """Auto Scaling groups behind a load balancer use its health check.

    By EC2's own check a host is well while it has power. If the program on it hangs, the load balancer takes it out and
    nobody puts another in: capacity melts away until the ePHI cannot be reached. With the load balancer's check the
    group replaces such hosts by itself. Load balancers that ECS registers its tasks with are not the group's.
    """

    kind = AutoScalingGroup
    severity = "low"
    category = "resilience"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.312(b)",
    )
    sources = (PhiCluster(), WebProposal())
    aliases = (
        "config:autoscaling-group-elb-healthcheck-required",
        "security-hub:AutoScaling.1",
        "prowler:autoscaling_group_elb_health_check_enabled",
        "steampipe:autoscaling_group_with_lb_use_health_check",
    )
    remedy = Direct(
        "autoscaling.UpdateAutoScalingGroup",
        by=_heed_balancer,
        why="Custodian has no action for it",
        effect=Effect(
            after="Members that the load balancer's health check fails are replaced, after the grace period: see first"
            " that all targets are healthy.",
            risk="medium",
            undo=_as_before,
            terraform={"aws_autoscaling_group": {"health_check_type": "ELB", "health_check_grace_period": _GRACE}},
        ),
    )
    GOOD = (
        {"health_check": "ELB", "target_groups": GROUPS},
        {"health_check": "EBS,ELB", "target_groups": GROUPS},
        {"health_check": "ELB", "load_balancers": ("classic",)},
    )
    BAD = (
        {"health_check": "EC2", "target_groups": GROUPS},
        {"health_check": "EC2", "load_balancers": ("classic",)},
        {"health_check": "EBS, VPC_LATTICE", "target_groups": GROUPS},
    )
    SKIP = ({"health_check": "EC2"},)

    @staticmethod
    def applies(group: AutoScalingGroup) -> bool:
        """Auto Scaling groups that are attached to a load balancer."""
        return any_of((lambda: group.target_groups, lambda: group.load_balancers))

    @staticmethod
    def check(group: AutoScalingGroup) -> Iterator[Fail]:
        if "ELB" not in {name.strip() for name in group.health_check.split(",")}:
            yield Fail(f"the health check is {group.health_check}, though a load balancer checks the members")
