"""ecs_container_security_options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.inventory import all_of
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


SOUND = ("no-new-privileges", "apparmor:docker-default")


def _values(container: Container, name: str) -> list[str]:
    """Give the values of a security option, which is written `name:value`, `name=value` or as the name alone."""
    found = (option.replace("=", ":", 1).partition(":") for option in container.security_options)
    return [value for head, _, value in found if head == name]


def _on(values: list[str], off: str) -> bool:
    return bool(values) and off not in values


class ContainerSecurityOptions(Rule):
    """Containers set no-new-privileges and a mandatory access control label.

    On an instance all containers share one kernel. Without no-new-privileges a program in a container can become root
    by a set-user-id file; without a label of AppArmor or SELinux nothing but the file permissions keeps it from the
    files of its neighbours and of the host, ePHI among them. Filtering of system calls (seccomp) is on by default and
    must not be switched off.

    A profile that the instance gives to every container by itself cannot be seen. Windows and Fargate have no such
    options.
    """

    kind = TaskDefinition
    severity = "low"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(1)(ii)(B)")
    sources = (EcsGuide(71), EcsGuide(72))
    remedy = revision(
        '("{part}" | split(" ")[0]) as $container | (.containerDefinitions[] | select(.name =='
        ' $container)).dockerSecurityOptions = ["no-new-privileges", "apparmor:PROFILE"]',
        "Tell the instances' agent that it may: ECS_SELINUX_CAPABLE=true or ECS_APPARMOR_CAPABLE=true in ecs.config;"
        " with SELinux the option is label:type:TYPE.",
    )
    GOOD = (
        {"requires": ("EC2",), "containers": (Container("web", security_options=SOUND),)},
        {
            "requires": (),
            "containers": (Container("web", security_options=("no-new-privileges:true", "label:type:a")),),
        },
        {
            "requires": ("EC2", "FARGATE"),
            "containers": (
                Container("web", security_options=("no-new-privileges=true", "label=level:s0", "seccomp:/web.json")),
            ),
        },
    )
    BAD = (
        {"requires": ("EC2",), "containers": (Container("log", security_options=SOUND), Container("web"))},
        {"requires": ("EC2",), "containers": (Container("web", security_options=("no-new-privileges",)),)},
        {"requires": ("EC2",), "containers": (Container("web", security_options=("apparmor:web",)),)},
        {
            "requires": ("EC2",),
            "containers": (Container("web", security_options=("no-new-privileges:false", "apparmor:web")),),
        },
        {
            "requires": ("EC2",),
            "containers": (Container("web", security_options=("no-new-privileges", "apparmor:unconfined")),),
        },
        {
            "requires": ("EC2",),
            "containers": (Container("web", security_options=("no-new-privileges", "label:disable")),),
        },
        {"requires": ("EC2",), "containers": (Container("web", security_options=(*SOUND, "seccomp=unconfined")),)},
    )
    SKIP = (
        {"containers": (Container("web"),)},
        {"requires": ("EC2",), "os_family": "WINDOWS_SERVER_2022_CORE", "containers": (Container("web"),)},
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions of Linux containers that may run on instances."""
        return all_of((lambda: not definition.only_fargate, lambda: not definition.on_windows))

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for container in definition.containers:
            if not _on(_values(container, "no-new-privileges"), "false"):
                yield Fail("no-new-privileges is not set", part=f"{container.name} no-new-privileges")
            if not (_on(_values(container, "apparmor"), "unconfined") or _on(_values(container, "label"), "disable")):
                yield Fail("neither an AppArmor profile nor an SELinux label is set", part=f"{container.name} label")
            if "unconfined" in _values(container, "seccomp"):
                yield Fail("seccomp is unconfined: every system call is allowed", part=f"{container.name} seccomp")
