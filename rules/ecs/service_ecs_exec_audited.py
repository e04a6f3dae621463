"""ecs_service_ecs_exec_audited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.ecs._services import updated
from scanner.kinds.ecs import Cluster, ExecLogging
from scanner.kinds.ecs_services import Service
from scanner.kinds.logs import LogGroup
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Custodian, Effect
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ON = {"exec_enabled": True}
BOTH: dict[str, Any] = {
    "mode": "OVERRIDE",
    "key": "alias/exec",
    "log_group": "/exec",
    "log_group_encrypted": True,
    "bucket": "exec",
    "bucket_encrypted": True,
}


def cluster(**different: Any) -> Other:
    """Give an example's cluster whose sessions are recorded well, but for what is said."""
    return Other(Cluster, exec_logging=ExecLogging(**{**BOTH, **different}))


class ServiceEcsExecAudited(Rule):
    """ECS Exec is off, or its sessions are logged and encrypted.

    ECS Exec opens a shell beside running programs that hold ePHI. What is typed there and what comes back must be
    recorded where it is encrypted, and the session itself must run under a key of the account, so that the key's policy
    says who may open one. The cluster decides where sessions are recorded; recording only where the container's own
    output goes does not say that it is encrypted, and does not count.
    """

    kind = Service
    needs = (Cluster, LogGroup)
    severity = "medium"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)", "164.312(a)(1)")
    sources = (EcsGuide(58),)
    remedy = Custodian(
        "ecs-service",
        {"type": "modify", "update": {"enableExecuteCommand": False}},
        filters=[{"enableExecuteCommand": True}],
        effect=Effect(
            sets={"exec_enabled": False},
            after="tasks that start from now on take no sessions; those that run do until they are replaced",
            risk="medium",
            downtime="nobody can open a shell in new tasks any more",
            undo=[updated(enableExecuteCommand=True)],
            terraform={"aws_ecs_service": {"enable_execute_command": False}},
        ),
    )
    GOOD = (
        {"exec_enabled": False},
        Case({"exec_enabled": False}, lacking=[Cluster]),
        Case(ON, others=[cluster()]),
        Case(ON, others=[cluster(bucket="", bucket_encrypted=False)]),
        Case(ON, others=[cluster(log_group="", log_group_encrypted=False)]),
        Case(ON, others=[cluster(log_group_encrypted=False), Other(LogGroup, id="/exec", kms_key="k")]),
    )
    BAD = (
        Case(ON, others=[Other(Cluster)]),
        Case(ON, others=[cluster(mode="DEFAULT")]),
        Case(ON, others=[cluster(mode="NONE")]),
        Case(ON, others=[cluster(key="")]),
        Case(ON, others=[cluster(log_group="", bucket="")]),
        Case(ON, others=[cluster(log_group_encrypted=False), Other(LogGroup, id="/exec")]),
        Case(ON, others=[cluster(log_group_encrypted=False)]),
        Case(ON, others=[cluster(bucket_encrypted=False)]),
        Case(ON, others=[cluster(bucket_encrypted=False, log_group="")]),
    )
    SKIP = (Case({**ON, "status": "INACTIVE"}, others=[Other(Cluster)]),)
    UNKNOWN = (
        Case(ON),
        Case(ON, lacking=[Cluster]),
        Case(ON, others=[cluster(log_group_encrypted=False)], lacking=[LogGroup]),
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Services that are not gone."""
        return service.status != "INACTIVE"

    @staticmethod
    def check(service: Service, world: World) -> Iterator[Outcome]:
        if not service.exec_enabled:
            return
        found = world.get(Cluster, service.cluster)
        if found is None:
            raise Unknown(Gap("ecs.DescribeClusters", message=f"{service.cluster} was not seen"))
        logging, gaps = found.exec_logging, Gaps()
        if logging.mode != "OVERRIDE" or not (logging.log_group or logging.bucket):
            yield Fail("ECS Exec is on, and the cluster names no place where sessions are recorded", part="recording")
        if not logging.key:
            yield Fail("ECS Exec is on, and its sessions run under no key of the account", part="key")
        with gaps:
            if logging.log_group and not any_of(
                [lambda: logging.log_group_encrypted, lambda: _has_key(logging.log_group, world)]
            ):
                yield Fail(f"sessions are recorded in {logging.log_group} without encryption", part="log group")
        if logging.bucket and not logging.bucket_encrypted:
            yield Fail(f"sessions are recorded in {logging.bucket} without demanding encryption", part="bucket")
        yield from gaps


def _has_key(name: str, world: World) -> bool:
    group = world.get(LogGroup, name)
    return group is not None and bool(group.kms_key)
