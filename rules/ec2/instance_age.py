"""ec2_instance_age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from rules.ec2._own import own_and_running
from scanner.kinds.ec2_instances import Instance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

AT_LIMIT = datetime(2026, 5, 25, 2, 0, tzinfo=UTC)
BEFORE = datetime(2026, 5, 25, 1, 0, tzinfo=UTC)


class InstanceAge(Rule):
    """Running instances are not older than the allowed age.

    A host that has run for half a year without a start has missed updates that need one, has gathered changes that
    nobody wrote down, and nobody knows whether it could be built again. The age is counted from the last start, so an
    instance that was stopped and started counts as new.
    """

    kind = Instance
    severity = "medium"
    category = "operations"
    hipaa = ("164.308(a)(1)(ii)(B)",)
    aliases = ("prowler:ec2_instance_older_than_specific_days", "steampipe:ec2_instance_not_older_than_180_days")
    related = ("ec2_instance_image_age",)
    remedy = Runbook(
        "Member of a group: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP --region "
        "{region}, and for the future aws autoscaling update-auto-scaling-group --auto-scaling-group-name GROUP "
        "--max-instance-lifetime 7776000 --region {region}",
        "Outside of a group: launch a replacement from the Terraform code and move the work there.",
        "Then: aws ec2 terminate-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is replaced",
            terraform={"aws_autoscaling_group": {"max_instance_lifetime": 7776000}},
        ),
    )
    GOOD = (
        {"launched": AT_LIMIT},
        Case({"launched": BEFORE}, settings={"days": 181}),
    )
    BAD = (
        {"launched": BEFORE},
        Case({"launched": AT_LIMIT}, settings={"days": 179}),
    )
    SKIP = (
        {"launched": BEFORE, "state": "stopped"},
        {"launched": BEFORE, "state": "terminated"},
        {"launched": BEFORE, "operator": "ecs.amazonaws.com"},
    )

    class Settings(RuleSettings, frozen=True):
        """How long an instance may run."""

        days: Annotated[int, msgspec.Meta(description="Days since the last start, at most.", ge=1)] = 180

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Running instances that the customer runs."""
        return own_and_running(instance)

    @staticmethod
    def check(instance: Instance, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        age = as_of - instance.launched
        if age > timedelta(days=settings.days):
            yield Fail(f"it has been running since {instance.launched:%Y-%m-%d}, for {age.days} days")
