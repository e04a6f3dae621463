"""ecs_task_no_host_pid_or_ipc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Fail, Gaps, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


class TaskNoHostPidOrIpc(Rule):
    """Tasks do not share the host's PID or IPC namespace.

    A task in the host's PID namespace sees every process on the instance, reads its environment with the credentials
    in it, and may stop it. In the host's IPC namespace it reads the shared memory of all others. Either lets one
    task take the ePHI that another one handles.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(68),)
    remedy = revision(
        "del(.pidMode, .ipcMode)",
        "Find out what the task watches on the host; agents of ECS Exec and Container Insights need no host namespace.",
        terraform={"pid_mode": "task", "ipc_mode": "task"},
    )
    GOOD = ({}, {"pid_mode": "task", "ipc_mode": "task"}, {"ipc_mode": "none"})
    BAD = ({"pid_mode": "host"}, {"ipc_mode": "host"}, {"pid_mode": "host", "ipc_mode": "task"})

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if definition.pid_mode == "host":
                yield Fail("the task shares the host's PID namespace", part="PID")
        with gaps:
            if definition.ipc_mode == "host":
                yield Fail("the task shares the host's IPC namespace", part="IPC")
        yield from gaps
