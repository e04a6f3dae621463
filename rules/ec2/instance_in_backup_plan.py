"""ec2_instance_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._backup import NEEDS, NOT_TAKEN, REMEDY, bad, good, in_backup_plan, unknown
from scanner.kinds.ec2_instances import Instance
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


class InstanceInBackupPlan(Rule):
    """Instances are covered by an AWS Backup plan.

    A server whose disk holds ePHI or what is needed to read it must be there again after it is lost, and from backups
    that nobody on the server can delete. A selection names resources by ARN, by type or by tag; all three are read,
    with what is left out and with the types that the Region is opted in to. Whether a backup was made lately is
    another question. Members of an Auto Scaling group are replaced, not restored, and not judged unless the settings
    ask for it.
    """

    kind = Instance
    needs = NEEDS
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = ("config:ec2-resources-protected-by-backup-plan", "steampipe:ec2_instance_protected_by_backup_plan")
    remedy = REMEDY
    GOOD = (*good("EC2"),)
    BAD = (
        *bad("EC2"),
        Case({"group": "hosts"}, settings={"group_members": True}),
    )
    SKIP = ({"state": "terminated"}, {"group": "hosts"})
    UNKNOWN = (*unknown("EC2"),)

    class Settings(RuleSettings, frozen=True):
        """Whether members of groups are judged."""

        group_members: Annotated[
            bool, msgspec.Meta(description="Whether instances of Auto Scaling groups are judged, too.")
        ] = False

    @staticmethod
    def applies(instance: Instance, settings: Settings) -> bool | str:
        """Instances that are not terminated and that no Auto Scaling group replaces."""
        if instance.gone:
            return "it is terminated"
        return True if settings.group_members or not instance.group else "its Auto Scaling group replaces it"

    @staticmethod
    def check(instance: Instance, world: World) -> Iterator[Fail]:
        if not in_backup_plan(world, instance, "EC2"):
            yield Fail(NOT_TAKEN)
