"""EventBridge: buses and rules with their targets; Scheduler: the schedules that start tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scanner.kinds.common import tagged, tags
from scanner.kinds.planned_reading import named
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.planned import Known
from scanner.model.secret import Secret


def _started(targets: Any) -> tuple[str, ...]:
    named = (item.get("EcsParameters", {}).get("TaskDefinitionArn", "") for item in targets)
    return tuple(dict.fromkeys(name for name in named if name))


def _clusters(targets: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item["Arn"]) for item in targets if item.get("EcsParameters")))


def planned_clusters(given: Known) -> tuple[str, ...]:
    """Name the clusters on which a rule's targets run tasks, in Terraform's words."""
    return named(item["arn"] for item in given["aws_cloudwatch_event_target"] if item.get("ecs_target"))


def starts_tasks(target: str) -> bool:
    """Whether the target of a schedule runs ECS tasks: a cluster, or the universal target for RunTask."""
    return ":ecs:" in target and (":cluster/" in target or target.casefold().endswith(":ecs:runtask"))


def _schedule(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "StartsTasks": starts_tasks(str(item.get("Target", {}).get("Arn", "")))}


def run_task_definition(text: str) -> str:
    """Name the task definition in the input of a universal target for RunTask; nothing where it is none."""
    try:
        given = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(given, Mapping):
        return ""
    return str(next((value for name, value in given.items() if name.casefold() == "taskdefinition"), ""))


def _scheduled(target: Mapping[str, Any]) -> str:
    """Name the task definition that a schedule's target starts; of the input, only the probe's answer was kept."""
    text = target.get("Input")
    probed = text.get("task_definition", "") if isinstance(text, Mapping) else ""
    return str((target.get("EcsParameters") or {}).get("TaskDefinitionArn") or probed)


class EventBus(Kind, cfn="AWS::Events::EventBus", tf="aws_cloudwatch_event_bus"):
    """An event bus; every account has the one named default."""

    bus = each("events.ListEventBuses", "EventBuses")
    labels = then("events.ListTagsForResource", "Tags", ResourceARN="$bus.Arn")

    id: str = fact("bus.Name", plan="name", template="Name", sample="default")
    arn: str = fact("bus.Arn", plan="arn")
    tags: Mapping[str, str] = fact(
        "labels", plan="tags", template="Tags", parse=tags(), default={"plan": {}, "template": {}}
    )


class EventRule(Kind, cfn="AWS::Events::Rule", tf="aws_cloudwatch_event_rule"):
    """An EventBridge rule; the targets are read of those that are switched on."""

    rule = each("events.ListRules", "Rules", of=EventBus, EventBusName="$of.id")
    targets = then(
        "events.ListTargetsByRule",
        "Targets",
        when="rule.State != 'DISABLED'",
        Rule="$rule.Name",
        EventBusName="$rule.EventBusName",
    )
    tagging = tagged("$rule.Arn", "events:rule")

    id: str = fact("rule.Arn", plan="arn", sample="arn:aws:events:us-east-1:123456789012:rule/nightly")
    arn: str = fact("rule.Arn", plan="arn")
    name: str = fact("rule.Name", plan="name", template="Name")
    tags: Mapping[str, str] = fact("tagging.Tags", plan="tags", template="Tags", parse=tags(), default={})
    state: str = fact("rule.State", sample="ENABLED")
    task_definitions: tuple[str, ...] = fact(
        "targets",
        plan="aws_cloudwatch_event_target[].ecs_target[].task_definition_arn",
        template="Targets[].EcsParameters.TaskDefinitionArn",
        parse={"api": _started, "plan": named, "template": named},
        default=(),
    )
    clusters: tuple[str, ...] = fact(
        "targets",
        plan="+ aws_cloudwatch_event_target",
        template="Targets",
        parse={"api": _clusters, "plan": planned_clusters, "template": _clusters},
        default=(),
        doc="The clusters that the tasks run on.",
    )
    tf_parts = {"aws_cloudwatch_event_target": "rule"}
    secrets = {
        "targets": (
            Secret("[].Input"),
            Secret("[].InputTransformer.InputTemplate"),
            Secret("[].HttpParameters.HeaderParameters"),
            Secret("[].HttpParameters.QueryStringParameters"),
        )
    }


class Schedule(Kind, cfn="AWS::Scheduler::Schedule", tf="aws_scheduler_schedule"):
    """A schedule of EventBridge Scheduler; its target is read where it is switched on and runs ECS tasks.

    Schedules have no tags; their groups have.
    """

    schedule = each("scheduler.ListSchedules", "Schedules", parse=_schedule)
    detail = then(
        "scheduler.GetSchedule",
        when="schedule.StartsTasks and schedule.State == 'ENABLED'",
        expect="Target",
        Name="$schedule.Name",
        GroupName="$schedule.GroupName",
    )

    id: str = fact(
        "schedule.Arn", plan="arn", sample="arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"
    )
    arn: str = fact("schedule.Arn", plan="arn")
    name: str = fact("schedule.Name", plan="name", template="Name")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    state: str = fact(
        "schedule.State",
        plan="state",
        template="State",
        default={"plan": "ENABLED", "template": "ENABLED"},
        sample="ENABLED",
    )
    task_definition: str = fact(
        "detail.Target",
        plan="target[0].ecs_parameters[0].task_definition_arn",
        template="Target.EcsParameters.TaskDefinitionArn",
        parse={"api": _scheduled},
        default="",
    )
    target: str = fact(
        "schedule.Target.Arn",
        plan="target[0].arn",
        template="Target.Arn",
        sample="arn:aws:ecs:us-east-1:123456789012:cluster/phi",
    )
    secrets = {"detail": Secret("Target.Input", probes={"task_definition": run_task_definition})}
    volatile = ("schedule.LastModificationDate", "detail.LastModificationDate")
