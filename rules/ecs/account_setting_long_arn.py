"""ecs_account_setting_long_arn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.ecs._settings import setting_of
from scanner.kinds.account import RegionSettings
from scanner.kinds.ecs import Cluster
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


NAMES = ("serviceLongArnFormat", "taskLongArnFormat", "containerInstanceLongArnFormat", "tagResourceAuthorization")
IN_FORCE = {"enabled", "on"}
CLUSTER = Other(Cluster)


def settings(**different: str) -> dict[str, Any]:
    """Give an example's settings, all in force but for what is said."""
    return {"ecs_settings": {**dict.fromkeys(NAMES, "enabled"), "tagResourceAuthorization": "on", **different}}


def _long(_region: RegionSettings, part: str) -> Iterator[Write]:
    """Choose the long format; who may tag what is made is left to a person."""
    if not part.endswith("LongArnFormat"):
        raise NotByMachine(
            "roles that make services, tasks or instances would be refused without ecs:TagResource: grant it first,"
            " then aws ecs put-account-setting-default --name tagResourceAuthorization --value on"
        )
    yield Write("ecs.PutAccountSettingDefault", {"name": part, "value": "enabled"})


class AccountSettingLongArn(Rule):
    """Long ARNs and tag-on-create authorization are on for ECS.

    Policies that say who may touch which task by its cluster's name or by its tags need names that hold the cluster,
    and a check of the right to tag: without it, whoever may start a task may give it the tag that opens the ePHI. The
    settings are each Region's own.
    """

    kind = RegionSettings
    needs = (Cluster,)
    severity = "low"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(53),)
    remedy = Direct(
        "ecs.PutAccountSettingDefault",
        by=_long,
        why="Cloud Custodian has no action for the account settings of ECS",
        effect=Effect(
            after="services, tasks and instances that are made from now on have ARNs with their cluster's name",
            lasting="AWS keeps the long format once it is chosen",
        ),
    )
    GOOD = (
        Case(settings(), others=[CLUSTER]),
        Case(settings(tagResourceAuthorization="enabled"), others=[CLUSTER], lacking=[Cluster]),
    )
    BAD = (
        *(Case(settings(**{name: "disabled"}), others=[CLUSTER]) for name in NAMES),
        Case(settings(tagResourceAuthorization="off"), others=[CLUSTER]),
        Case({"ecs_settings": {"taskLongArnFormat": "disabled"}}, others=[CLUSTER]),
    )
    SKIP = (settings(tagResourceAuthorization="off"),)
    UNKNOWN = (
        Case({"ecs_settings": {}}, others=[CLUSTER]),
        Case(settings(tagResourceAuthorization="off"), lacking=[Cluster]),
    )

    @staticmethod
    def applies(_region: RegionSettings, world: World) -> bool:
        """Regions with clusters."""
        return world.first(Cluster) is not None

    @staticmethod
    def check(region: RegionSettings) -> Iterator[Outcome]:
        gaps = Gaps()
        for name in NAMES:
            with gaps:
                value = setting_of(region, name)
                if value not in IN_FORCE:
                    yield Fail(f"{name} is {value}", part=name)
        yield from gaps
