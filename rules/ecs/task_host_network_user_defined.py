"""ecs_task_host_network_user_defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.images import is_root
from scanner.model.inventory import any_of
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def _chosen(container: Container) -> bool:
    """Whether the task definition says how much a container may: openly privileged, or as a user other than root."""
    return container.privileged or (bool(container.user) and not is_root(container.user))


class TaskHostNetworkUserDefined(Rule):
    """Host-network task definitions set an explicit non-root user or explicit privilege choice.

    A container in the host's network is no longer kept apart from the instance, so how much it may do there has to be
    somebody's decision. Where the task definition names neither a user other than root nor privileged, nobody made one,
    and the container runs as root beside everything else on the instance that handles ePHI. A user that only the image
    names does not count here.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa = (
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
    )
    aliases = (
        "config:ecs-task-definition-user-for-host-mode-check",
        "security-hub:ECS.1",
        "prowler:ecs_task_definitions_host_networking_mode_users",
        "steampipe:ecs_task_definition_user_for_host_mode_check",
    )
    related = ("ecs_container_non_root", "ecs_task_no_host_network_mode", "ecs_container_not_privileged")
    remedy = revision(
        '.networkMode = "awsvpc" | .containerDefinitions[].portMappings[]? |= del(.hostPort)',
        "Choose private subnets and make a security group of its own: aws ec2 create-security-group --group-name NAME"
        " --description TASKS --vpc-id VPC --region {region}",
        last=(
            (
                "ECS takes the network configuration with the release (--network-configuration), and a load balancer"
                " needs a target group of type ip: a service with one of another type must be made anew."
            ),
            (
                "Where the host's network is needed, set user of {part} to a number above 0 instead, or privileged to"
                " true where it does need the host's rights."
            ),
        ),
        terraform={"network_mode": "awsvpc"},
        risk="high",
    )
    GOOD = (
        {"network_mode": "awsvpc", "containers": (Container("web"),)},
        {"network_mode": "", "containers": (Container("web"),)},
        {"network_mode": "host", "containers": (Container("web", user="1000"), Container("agent", privileged=True))},
        {"network_mode": "host", "containers": (Container("web", user="root", privileged=True),)},
    )
    BAD = (
        {"network_mode": "host", "containers": (Container("web"),)},
        {"network_mode": "host", "containers": (Container("log", user="fluent"), Container("web", user="0:0"))},
        {"network_mode": "host", "containers": (Container("log", privileged=True), Container("web", user="root"))},
    )

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if any_of(
            (
                lambda: definition.network_mode != "host",
                lambda: all(_chosen(container) for container in definition.containers),
            )
        ):
            return
        for container in definition.containers:
            if not _chosen(container):
                yield Fail(
                    f"in the host's network the container runs as {container.user or 'whatever user its image names'},"
                    " and is not marked as privileged",
                    part=container.name,
                )
