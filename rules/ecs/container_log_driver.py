"""ecs_container_log_driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.containers import Container, LogConfiguration
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.logs import LogGroup
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Note, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


GROUP = Other(LogGroup, id="/ecs/web")


def _group(definition: TaskDefinition, name: str, log: LogConfiguration, world: World) -> Iterator[Outcome]:
    if not log.group:
        yield Fail("the driver awslogs is given no log group", part=name)
    elif world.get(LogGroup, log.group, region=log.region) is None:
        if log.creates_group and not definition.in_use:
            yield Note(f"{name}: the log group {log.group} will be created as the first task starts")
        else:
            yield Fail(f"the log group {log.group} does not exist", part=name)


def _created(definition: TaskDefinition, part: str) -> Iterator[Write]:
    """Make the log group that a container names; another driver or destination needs a revision and a release."""
    found = next((item.log for item in definition.containers if item.name == part), None)
    if found is None or found.driver != "awslogs" or not found.group:
        raise NotByMachine(
            f"{part} needs a logConfiguration with an approved driver and a destination: register a revision of"
            f" {definition.name} (aws ecs register-task-definition) and release it"
        )
    where = "" if found.region in {"", definition.region} else found.region
    yield Write("logs.CreateLogGroup", {"logGroupName": found.group}, where)
    yield Write("logs.PutRetentionPolicy", {"logGroupName": found.group, "retentionInDays": 2192}, where)


class ContainerLogDriver(Rule):
    """Containers log through an approved driver to an existing destination.

    What a container writes of its work with ePHI is the record that an examination rests on. Without a log driver it
    stays on the instance and goes with it; with a log group that does not exist it goes nowhere. Destinations of other
    drivers than awslogs are not looked up.
    """

    kind = TaskDefinition
    needs = (LogGroup,)
    severity = "high"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (EcsGuide(65), EcsGuide(66))
    remedy = Direct(
        "logs.CreateLogGroup",
        by=_created,
        also=("logs.PutRetentionPolicy",),
        why="Custodian mends log groups, it makes none",
        effect=Effect(
            after="the log group that the container is told to write to exists, and keeps what comes for six years",
            cost="CloudWatch Logs, about 0.50 USD a GB taken in and 0.03 USD a GB and month kept",
            lasting="the group holds what the container wrote: no machine deletes it",
            terraform={"aws_cloudwatch_log_group": {"name": "GROUP", "retention_in_days": 2192}},
            brings=("log_group_encrypted",),
        ),
    )
    GOOD = (
        Case({"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web")),)}, others=[GROUP]),
        Case(
            {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web", "us-east-1")),)},
            others=[GROUP],
        ),
        Case(
            {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web", "eu-west-1")),)},
            others=[Other(LogGroup, id="/ecs/web", region="eu-west-1")],
        ),
        {
            "containers": (
                Container("web", log=LogConfiguration("awsfirelens")),
                Container("b", log=LogConfiguration("splunk")),
            )
        },
        Case({"containers": (Container("web", log=LogConfiguration("syslog")),)}, settings={"drivers": ("syslog",)}),
        {
            "containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/new", creates_group=True)),),
            "in_use": False,
        },
    )
    BAD = (
        Case(
            {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web")), Container("b"))},
            others=[GROUP],
        ),
        {"containers": (Container("web", log=LogConfiguration("json-file")),)},
        {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web")),)},
        {"containers": (Container("web", log=LogConfiguration("awslogs")),)},
        {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web")),), "in_use": False},
        {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/new", creates_group=True)),)},
    )
    UNKNOWN = (
        Case({"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web")),)}, lacking=[LogGroup]),
        Case(
            {"containers": (Container("web", log=LogConfiguration("awslogs", "/ecs/web", "eu-west-1")),)},
            others=[GROUP],
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """Which drivers are approved."""

        drivers: Annotated[tuple[str, ...], msgspec.Meta(description="Log drivers that a container may use.")] = (
            "awslogs",
            "awsfirelens",
            "splunk",
            "fluentd",
        )

    @staticmethod
    def check(definition: TaskDefinition, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            with gaps:
                if container.log is None:
                    yield Fail("no log driver is configured", part=container.name)
                elif container.log.driver not in settings.drivers:
                    yield Fail(f"the log driver is {container.log.driver}", part=container.name)
                elif container.log.driver == "awslogs":
                    yield from _group(definition, container.name, container.log, world)
        yield from gaps
