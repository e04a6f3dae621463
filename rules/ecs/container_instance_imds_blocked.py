"""ecs_container_instance_imds_blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.ecs._roles import instance_of
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.user_data import UserData
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Note, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


V4, V6 = "169.254.169.254", "fd00:ec2::254"
HOST = "arn:aws:ecs:us-east-1:123456789012:container-instance/phi/0a1b2c3d"
OPEN: dict[str, Any] = {"http_tokens": "optional", "hop_limit": 2}
AGENT = UserData(awsvpc_block_imds=True)
IN_AWSVPC = (
    Other(Task, container_instance=HOST, task_definition="a"),
    Other(Service, launch_type="EC2", task_definitions=("a",)),
    Other(TaskDefinition, id="a"),
)


def _ways(host: ContainerInstance, box: Instance, world: World) -> tuple[tuple[str, Callable[[], bool]], ...]:
    """Give the ways by which containers may be kept from the metadata service."""
    return (
        ("switching the metadata service off", lambda: box.http_endpoint == "disabled"),
        (
            "IMDSv2 with a hop limit of 1",
            lambda: all_of((lambda: box.http_tokens == "required", lambda: box.hop_limit == 1)),
        ),
        ("a firewall rule in user data", lambda: _dropped(box)),
        (
            "ECS_AWSVPC_BLOCK_IMDS, as all tasks are in awsvpc mode",
            lambda: box.user_data.awsvpc_block_imds and _only_awsvpc(host, world),
        ),
    )


def _dropped(box: Instance) -> bool:
    if V4 not in box.user_data.imds_block:
        return False
    return V6 in box.user_data.imds_block or box.imds_ipv6 != "enabled"


def _only_awsvpc(host: ContainerInstance, world: World) -> bool:
    """Say whether all that runs on the instance, or may be placed there by a service, is in awsvpc mode."""
    tasks = world.all(Task, container_instance=host.id)
    services = world.all(Service, cluster=host.cluster)
    return all_of(
        (
            lambda: all_of(tasks, lambda task: not task.runs or _awsvpc(task.task_definition, world)),
            lambda: all_of(
                services,
                lambda service: (
                    service.on_fargate or all_of(service.task_definitions, lambda name: _awsvpc(name, world))
                ),
            ),
        )
    )


def _awsvpc(name: str, world: World) -> bool:
    definition = world.get(TaskDefinition, name)
    if definition is None:
        raise Unknown(Gap("ecs.DescribeTaskDefinition", message=f"{name} was not seen"))
    return definition.network_mode == "awsvpc"


def _box(host: ContainerInstance, around: Around | None) -> Instance:
    box = instance_of(around.world, host) if around else None
    if box is None:
        raise NotByMachine("the instance behind it is not at hand")
    return box


def _answering(box: Instance, tokens: str, hops: int) -> Write:
    values = {"InstanceId": box.id, "HttpTokens": tokens, "HttpPutResponseHopLimit": hops}
    return Write("ec2.ModifyInstanceMetadataOptions", values)


def _held_back(host: ContainerInstance, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield _answering(_box(host, around), "required", 1)


def _as_before(host: ContainerInstance, _part: str, around: Around | None = None) -> Iterator[Write]:
    box = _box(host, around)
    yield _answering(box, box.http_tokens, box.hop_limit)


class ContainerInstanceImdsBlocked(Rule):
    """Containers cannot reach the instance's metadata service.

    A container that reaches its instance's metadata service takes the instance's role, and with it whatever ePHI the
    role can read: one hole in one web application is enough. A firewall rule counts only if it drops the service's own
    address, 169.254.169.254, and fd00:ec2::254 where the service answers over IPv6; the address printed in the founding
    guide, 192.0.2.0, is an example and stops nothing. Rules made by other means than user data cannot be seen, and
    tasks in the host network mode pass by all of this; they have a rule of their own.
    """

    kind = ContainerInstance
    needs = (Instance, Task, Service, TaskDefinition)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(58),)
    remedy = Direct(
        "ec2.ModifyInstanceMetadataOptions",
        by=_held_back,
        across=True,
        why="tokens and hop limit belong together here: Custodian skips an instance on which one of them is right",
        effect=Effect(
            after="containers with networks of their own cannot reach the metadata service; instances that the group"
            " starts anew need the same in its launch template",
            risk="medium",
            downtime="programs that use the role of the instance, or metadata without a token, are refused",
            undo=_as_before,
            terraform={
                "aws_launch_template": {
                    "metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 1}
                }
            },
        ),
    )
    GOOD = (
        Case({}, others=[Other(Instance)]),
        Case({}, others=[Other(Instance, **OPEN | {"http_endpoint": "disabled"})]),
        Case({}, others=[Other(Instance, **OPEN, user_data=UserData(imds_block=(V4,)))]),
        Case({}, others=[Other(Instance, **OPEN, imds_ipv6="enabled", user_data=UserData(imds_block=(V4, V6)))]),
        Case({}, others=[Other(Instance, **OPEN, user_data=AGENT)]),
        Case({}, others=[Other(Instance, **OPEN, user_data=AGENT), *IN_AWSVPC]),
        Case(
            {},
            others=[
                Other(Instance, **OPEN, user_data=AGENT),
                Other(Task, container_instance="other", task_definition="b"),
            ],
        ),
        Case(
            {},
            others=[
                Other(Instance, **OPEN, user_data=AGENT),
                Other(Task, container_instance=HOST, task_definition="b", desired_status="STOPPED"),
                Other(Service, launch_type="EC2", task_definitions=("b",), cluster="other"),
                Other(Service, launch_type="FARGATE", task_definitions=("b",)),
                Other(TaskDefinition, id="b", network_mode="bridge"),
            ],
        ),
    )
    BAD = (
        Case({}, others=[Other(Instance, **OPEN)]),
        Case({}, others=[Other(Instance, http_tokens="optional")]),
        Case({}, others=[Other(Instance, hop_limit=2)]),
        Case({}, others=[Other(Instance, **OPEN, user_data=UserData(imds_block=(V6,)))]),
        Case({}, others=[Other(Instance, **OPEN, imds_ipv6="enabled", user_data=UserData(imds_block=(V4,)))]),
        Case(
            {},
            others=[
                Other(Instance, **OPEN, user_data=AGENT),
                Other(Task, container_instance=HOST, task_definition="b"),
                Other(TaskDefinition, id="b", network_mode="bridge"),
            ],
        ),
        Case(
            {},
            others=[
                Other(Instance, **OPEN, user_data=AGENT),
                Other(Service, launch_type="EC2", task_definitions=("a", "b")),
                Other(TaskDefinition, id="a"),
                Other(TaskDefinition, id="b", network_mode="bridge"),
            ],
        ),
    )
    SKIP = ({"instance_id": "mi-0123456789abcdef0"},)
    UNKNOWN = (
        Case({}),
        Case({}, lacking=[Instance]),
        Case({}, others=[Other(Instance, **OPEN, user_data=AGENT)], lacking=[Task]),
        Case({}, others=[Other(Instance, **OPEN, user_data=AGENT)], lacking=[Service]),
        Case(
            {},
            others=[
                Other(Instance, **OPEN, user_data=AGENT),
                Other(Task, container_instance=HOST, task_definition="b"),
            ],
        ),
    )

    @staticmethod
    def applies(host: ContainerInstance) -> bool:
        """Container instances on EC2."""
        return host.instance_id.startswith("i-")

    @staticmethod
    def check(host: ContainerInstance, world: World) -> Iterator[Outcome]:
        box = instance_of(world, host)
        if box is None:
            return
        held: list[str] = []

        def holds(way: tuple[str, Callable[[], bool]]) -> bool:
            held.extend([way[0]] if way[1]() else [])
            return bool(held)

        if any_of(_ways(host, box, world), holds):
            yield Note(f"blocked by {held[0]}")
            return
        yield Fail(
            f"tokens are {box.http_tokens}, the hop limit is {box.hop_limit}, and user data drops"
            f" {' and '.join(box.user_data.imds_block) or 'no address of the metadata service'} for containers"
        )
