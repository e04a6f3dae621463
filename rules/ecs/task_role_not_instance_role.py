"""ecs_task_role_not_instance_role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._clusters import clusters_of
from rules.ecs._revisions import revision
from rules.ecs._roles import roles_of
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.events import EventRule, Schedule
from scanner.kinds.iam import InstanceProfile
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/phi"
DEFINITION = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
TASK_ROLE = "arn:aws:iam::123456789012:role/web-task"
HOST_ROLE = "arn:aws:iam::123456789012:role/ecs-instances"
PROFILE = "arn:aws:iam::123456789012:instance-profile/ecs-instances"
HOST = (Other(ContainerInstance), Other(Instance, profile=PROFILE), Other(InstanceProfile))


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _roles_in_cluster(world: World, host: ContainerInstance) -> Iterator[tuple[str, str]]:
    return ((host.cluster, _name(role)) for role in roles_of(world, host))


def _hosts_in(world: World, cluster: str, role: str) -> Iterator[ContainerInstance]:
    """Go over the container instances of a cluster that may have a role."""
    wanted = [(cluster, _name(role))]
    return world.candidates(ContainerInstance, _roles_in_cluster, lambda: wanted, cluster=cluster)


class TaskRoleNotInstanceRole(Rule):
    """The task role differs from the container instances' role.

    The instances' role lets the ECS agent take part in the cluster. A task that runs under it can pose as an instance,
    and what the task needs of ePHI is given to every instance, and so to each task that reaches an instance's metadata.
    Servers outside of EC2 are not looked at.
    """

    kind = TaskDefinition
    needs = (Service, Task, EventRule, Schedule, ContainerInstance, Instance, InstanceProfile)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(55), EcsGuide(58))
    remedy = revision(
        '.taskRoleArn = "ROLE"',
        "Create a role that ecs-tasks.amazonaws.com alone may assume: aws iam create-role --role-name NAME"
        " --assume-role-policy-document file://trust.json",
        "Let it do what the task needs and no more: aws iam put-role-policy --role-name NAME --policy-name task"
        " --policy-document file://policy.json",
        last=("Take from the instances' role what only the task needed.",),
        terraform={"task_role_arn": "ROLE"},
    )
    GOOD = (
        Case({"task_role": TASK_ROLE}, others=[Other(Service), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(Service)]),
        Case({"task_role": HOST_ROLE}, others=[Other(Service, cluster="another"), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(Service, task_definitions=("other:1",)), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(Task, task_definition="other:1"), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(EventRule), Other(Schedule), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(Service), Other(ContainerInstance, instance_id="mi-1")]),
        Case({"task_role": HOST_ROLE}, others=[Other(Service), Other(ContainerInstance), Other(Instance)]),
    )
    BAD = (
        Case({"task_role": HOST_ROLE}, others=[Other(Service), *HOST]),
        Case({"task_role": "ecs-instances"}, others=[Other(Service), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(Task), *HOST]),
        Case(
            {"task_role": HOST_ROLE},
            others=[Other(EventRule, task_definitions=(DEFINITION,), clusters=(CLUSTER,)), *HOST],
        ),
        Case(
            {"task_role": HOST_ROLE}, others=[Other(EventRule, task_definitions=("web",), clusters=(CLUSTER,)), *HOST]
        ),
        Case({"task_role": HOST_ROLE}, others=[Other(Schedule, task_definition=DEFINITION), *HOST]),
        Case({"task_role": HOST_ROLE}, others=[Other(Service), *HOST], lacking=[ContainerInstance]),
    )
    SKIP = ({"task_role": ""},)
    UNKNOWN = (
        Case({"task_role": TASK_ROLE}, others=[Other(Service), *HOST], lacking=[ContainerInstance]),
        Case({"task_role": TASK_ROLE}, others=HOST, lacking=[Service]),
        Case({"task_role": TASK_ROLE}, others=HOST, lacking=[Task]),
        Case({"task_role": TASK_ROLE}, others=[Other(Service), Other(ContainerInstance)]),
        Case({"task_role": TASK_ROLE}, others=[Other(Service), *HOST[:2]], lacking=[InstanceProfile]),
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with a task role."""
        return bool(definition.task_role)

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        shared: dict[str, str] = {}
        for cluster in clusters_of(definition, world, gaps):
            with gaps:
                for host in _hosts_in(world, cluster, definition.task_role):
                    with gaps:
                        if any(_name(role) == _name(definition.task_role) for role in roles_of(world, host)):
                            shared[cluster] = host.instance_id
        for cluster, instance in sorted(shared.items()):
            yield Fail(
                f"{definition.task_role} is also the role of {instance} in {cluster}", part=f"cluster {_name(cluster)}"
            )
        yield from gaps
