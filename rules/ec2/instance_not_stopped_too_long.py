"""ec2_instance_not_stopped_too_long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from rules.ec2._own import own
from scanner.kinds.ec2_instances import Instance
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

LAUNCHED = datetime(2025, 1, 1, tzinfo=UTC)
AT_LIMIT = datetime(2026, 10, 22, 2, 0, tzinfo=UTC)
BEFORE = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)


def _stopped_since(instance: Instance) -> datetime:
    """Give the moment when the instance stopped.

    Raises:
        Unknown: the reason for the last change of state does not say when it was.
    """
    if instance.changed is None:
        raise Unknown(Gap("ec2.DescribeInstances", message="since when the instance is stopped is not said"))
    return instance.changed


class InstanceNotStoppedTooLong(Rule):
    """Instances are not left stopped beyond the limit.

    An instance that is stopped for weeks is patched by nobody, watched by nobody, and still holds on its volumes the
    ePHI that it had. When it is started again it comes up with every hole that became known meanwhile. Where AWS does
    not say when an instance stopped, its last start bounds it; else the matter stays open.
    """

    kind = Instance
    severity = "medium"
    category = "operations"
    hipaa = ("164.308(a)(1)(ii)(B)",)
    aliases = (
        "config:ec2-stopped-instance",
        "security-hub:EC2.4",
        "prowler:ec2_instance_stopped_older_than_specific_days",
        "steampipe:ec2_stopped_instance_90_days",
        "steampipe:ec2_stopped_instance_30_days",
    )
    remedy = Runbook(
        "Ask the owner whether the instance is still needed: aws ec2 describe-tags --filters "
        "Name=resource-id,Values={id} --region {region}",
        "If its data must be kept: aws ec2 create-snapshots --instance-specification InstanceId={id} --region {region}",
        "Terminate it: aws ec2 terminate-instances --instance-ids {id} --region {region}; or start it again and "
        "patch it: aws ec2 start-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            cost="snapshots, about 0.05 USD a GB and month",
        ),
    )
    GOOD = (
        {"state": "stopped", "launched": LAUNCHED, "changed": AT_LIMIT},
        {"state": "stopped", "launched": AT_LIMIT, "changed": None},
        Case({"state": "stopped", "launched": LAUNCHED, "changed": BEFORE}, settings={"days": 31}),
    )
    BAD = (
        {"state": "stopped", "launched": LAUNCHED, "changed": BEFORE},
        Case({"state": "stopped", "launched": LAUNCHED, "changed": AT_LIMIT}, settings={"days": 29}),
    )
    SKIP = (
        {"state": "running", "launched": LAUNCHED, "changed": BEFORE},
        {"state": "terminated", "launched": LAUNCHED, "changed": BEFORE},
        {"state": "stopped", "launched": LAUNCHED, "changed": BEFORE, "operator": "ecs.amazonaws.com"},
    )
    UNKNOWN = ({"state": "stopped", "launched": BEFORE, "changed": None},)

    class Settings(RuleSettings, frozen=True):
        """How long an instance may be stopped."""

        days: Annotated[int, msgspec.Meta(description="Days for which an instance may be stopped.", ge=0)] = 30

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Instances that are stopped and that the customer runs."""
        return own(instance) if instance.state == "stopped" else False

    @staticmethod
    def check(instance: Instance, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        limit = timedelta(days=settings.days)
        if not any_of((lambda: as_of - instance.launched <= limit, lambda: as_of - _stopped_since(instance) <= limit)):
            since = _stopped_since(instance)
            yield Fail(f"it has been stopped since {since:%Y-%m-%d}, for {(as_of - since).days} days")
