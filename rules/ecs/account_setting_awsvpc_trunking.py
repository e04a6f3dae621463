"""ecs_account_setting_awsvpc_trunking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._settings import setting_of
from scanner.kinds.account import RegionSettings
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_tasks import Task
from scanner.model.inventory import any_of
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


ON, OFF = {"ecs_settings": {"awsvpcTrunking": "enabled"}}, {"ecs_settings": {"awsvpcTrunking": "disabled"}}
SERVICE = Other(Service, launch_type="EC2")
TASK = Other(Task, container_instance="host", subnets=("subnet-a",))


class AccountSettingAwsvpcTrunking(Rule):
    """awsvpc trunking is on where awsvpc tasks run on EC2.

    Each task in awsvpc mode needs a network interface of its own, and an instance has few. Without trunking services
    that hold ePHI wait for room, or share interfaces in another network mode. The setting is each Region's own; it
    holds for instances that are registered after it was made.
    """

    kind = RegionSettings
    needs = (Service, Task)
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(12), EcsGuide(13))
    remedy = Direct(
        "ecs.PutAccountSettingDefault",
        {"name": "awsvpcTrunking", "value": "enabled"},
        why="Cloud Custodian has no action for the account settings of ECS",
        effect=Effect(
            sets={"ecs_settings": {"awsvpcTrunking": "enabled"}},
            after="instances that are registered from now on have a trunk interface; those that are there have not",
            undo=[Write("ecs.PutAccountSettingDefault", {"name": "awsvpcTrunking", "value": "disabled"})],
        ),
    )
    GOOD = (Case(ON, others=[SERVICE]), Case(ON, others=[TASK]))
    BAD = (
        Case(OFF, others=[SERVICE]),
        Case(OFF, others=[TASK]),
        Case(OFF, others=[Other(Service, launch_type="", capacity_providers=("phi-asg",))]),
        Case(OFF, others=[SERVICE], lacking=[Service, Task]),
    )
    SKIP = (
        OFF,
        Case(OFF, others=[Other(Service)]),
        Case(OFF, others=[Other(Service, launch_type="EC2", subnets=())]),
        Case(OFF, others=[Other(Service, launch_type="EC2", status="INACTIVE")]),
        Case(OFF, others=[Other(Task, subnets=("subnet-a",))]),
        Case(OFF, others=[Other(Task, container_instance="host")]),
        Case(OFF, others=[Other(Task, container_instance="host", subnets=("subnet-a",), desired_status="STOPPED")]),
    )
    UNKNOWN = (
        Case({"ecs_settings": {}}, others=[SERVICE]),
        Case(OFF, lacking=[Service]),
        Case(OFF, lacking=[Task]),
    )

    @staticmethod
    def applies(_region: RegionSettings, world: World) -> bool:
        """Regions where tasks in awsvpc mode run on EC2."""
        return any_of(
            (
                lambda: any_of(world.all(Service), _has_interfaces_on_ec2),
                lambda: any_of(
                    world.all(Task), lambda task: task.runs and bool(task.container_instance) and bool(task.subnets)
                ),
            )
        )

    @staticmethod
    def check(region: RegionSettings) -> Iterator[Fail]:
        if setting_of(region, "awsvpcTrunking") != "enabled":
            yield Fail("awsvpc trunking is off")


def _has_interfaces_on_ec2(service: Service) -> bool:
    return service.status == "ACTIVE" and bool(service.all_subnets) and not service.on_fargate
