"""ecs_container_no_static_host_port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container, PortMapping
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class ContainerNoStaticHostPort(Rule):
    """Containers in bridge mode use dynamic host ports.

    A fixed port of the host can be taken once: a second copy of the task finds no place on the instance, and a new
    version must wait until the old one is gone. With a dynamic port, which Docker chooses, copies that serve ePHI can
    stand side by side, and none is reached at an address that others could have occupied before it.
    """

    kind = TaskDefinition
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)",)
    sources = (EcsGuide(10), EcsGuide(11))
    remedy = revision(
        '("{part}" | split(" ")) as [$container, $port] | (.containerDefinitions[] | select(.name =='
        " $container).portMappings[] | select(.containerPort == ($port | tonumber))).hostPort = 0",
        "Let clients find the tasks by a load balancer's target group or by service discovery with SRV records.",
        "Open the instances' security group to the load balancer for the range 32768-65535: aws ec2"
        " authorize-security-group-ingress --group-id GROUP --protocol tcp --port 32768-65535 --source-group BALANCER"
        " --region {region}",
    )
    GOOD = (
        {"network_mode": "bridge", "containers": (Container("web", ports=(PortMapping(80), PortMapping(81))),)},
        {"network_mode": "", "containers": (Container("web", ports=(PortMapping(80, 0),)),)},
    )
    BAD = (
        {
            "network_mode": "bridge",
            "containers": (Container("log"), Container("web", ports=(PortMapping(80), PortMapping(443, 8443)))),
        },
        {"network_mode": "", "containers": (Container("web", ports=(PortMapping(80, 80),)),)},
    )
    SKIP = (
        {"containers": (Container("web", ports=(PortMapping(80, 80),)),)},
        {"network_mode": "host", "containers": (Container("web", ports=(PortMapping(80, 80),)),)},
        {
            "network_mode": "",
            "os_family": "WINDOWS_SERVER_2022_CORE",
            "containers": (Container("web", ports=(PortMapping(80, 80),)),),
        },
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions in the bridge mode, which on Linux is also the default."""
        return definition.in_bridge_mode

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for container in definition.containers:
            for port in container.ports:
                if port.host_port:
                    yield Fail(
                        f"port {port.container_port} is bound to port {port.host_port} of the host",
                        part=f"{container.name} {port.container_port}",
                    )
