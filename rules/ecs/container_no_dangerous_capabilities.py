"""ecs_container_no_dangerous_capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


def _plain(name: str) -> str:
    return name.upper().removeprefix("CAP_")


class ContainerNoDangerousCapabilities(Rule):
    """Containers add no Linux capability outside the allowed list.

    A Linux capability that is added, such as SYS_ADMIN or NET_ADMIN, gives a container a piece of the host's power, and
    with it a way to the ePHI of other tasks. On Fargate only SYS_PTRACE can be added, as tools of runtime protection
    need it: it is reported with a low severity until it is allowed in the settings.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(1)(ii)(B)")
    sources = (EcsGuide(71),)
    remedy = revision(
        '("{part}" | split(" ")) as [$container, $capability] | (.containerDefinitions[] | select(.name =='
        " $container)).linuxParameters.capabilities.add -= [$capability]",
        last=(
            "Where the program cannot do without, allow the capability in the settings of this rule, with the reason.",
        ),
    )
    GOOD = (
        {"containers": (Container("web"),)},
        Case(
            {"containers": (Container("web", added=("NET_BIND_SERVICE",)),)},
            settings={"allowed": ("NET_BIND_SERVICE",)},
        ),
        Case({"containers": (Container("web", added=("SYS_PTRACE",)),)}, settings={"allowed": ("CAP_SYS_PTRACE",)}),
    )
    BAD = (
        {"containers": (Container("web"), Container("log", added=("SYS_ADMIN",)))},
        {"containers": (Container("web", added=("SYS_PTRACE",)),)},
        {"containers": (Container("web", added=("SYS_PTRACE",)),), "requires": ("EC2",)},
        Case({"containers": (Container("web", added=("ALL",)),)}, settings={"allowed": ("NET_BIND_SERVICE",)}),
    )

    class Settings(RuleSettings, frozen=True):
        """What may be added."""

        allowed: Annotated[
            tuple[str, ...], msgspec.Meta(description="Linux capabilities that may be added, such as NET_BIND_SERVICE.")
        ] = ()

    @staticmethod
    def check(definition: TaskDefinition, settings: Settings) -> Iterator[Fail]:
        allowed = {_plain(name) for name in settings.allowed}
        for container in definition.containers:
            for name in container.added:
                if _plain(name) in allowed:
                    continue
                if _plain(name) == "SYS_PTRACE" and definition.only_fargate:
                    yield Fail(
                        f"{name} is added, the one that Fargate admits", part=f"{container.name} {name}", severity="low"
                    )
                else:
                    yield Fail(f"{name} is added", part=f"{container.name} {name}")
