"""log_group_encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from rules.log._kept import ENCRYPT
from scanner.kinds.cloudtrail import Trail
from scanner.kinds.containers import Container, LogConfiguration
from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.logs import LogGroup
from scanner.kinds.vpn import VPNConnection
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.inventory import World, any_of
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/claims"
GROUP = {"id": "/claims", "arn": ARN, "kms_key": ""}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


OTHER = LogConfiguration("awslogs", group="/database")


def _task(region: str = "", here: str = "", group: str = "/claims") -> Other:
    log = LogConfiguration("awslogs", group=group, region=region)
    return Other(
        TaskDefinition,
        region=here,
        containers=(Container("web"), Container("db", log=OTHER), Container("app", log=log)),
    )


VPN = Other(VPNConnection, tunnels=(Tunnel(), Tunnel(log_group=ARN)))
FLOW = Other(FlowLog, destination=ARN)
FLOW_BY_NAME = Other(FlowLog, destination="/claims")
TRAIL = Other(Trail, log_group=f"{ARN}:*")
SOURCES = (_task(), VPN, FLOW, FLOW_BY_NAME, TRAIL)


class GroupEncrypted(Rule):
    """Log groups with workload logs are encrypted with a KMS key.

    Logs of workloads hold what the workload handled: names in error messages, addresses, identifiers, ePHI before
    anyone notices. Under a customer managed key, reading them needs leave to use the key too, and each use is recorded.
    Groups are judged that a task definition, a VPN tunnel, a flow log or a trail of the account writes to.
    """

    kind = LogGroup
    needs = (TaskDefinition, VPNConnection, FlowLog, Trail)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(2)(iv)",)
    sources = (EcsGuide(65), EcsGuide(66))
    remedy = ENCRYPT
    GOOD = tuple(Case(GROUP | {"kms_key": KEY}, others=[source]) for source in SOURCES)
    BAD = (
        *(Case(GROUP, others=[source]) for source in SOURCES),
        Case(GROUP, others=[_task("us-east-1")]),
        Case(GROUP, others=[_task("us-east-1", here="eu-west-1")]),
    )
    SKIP = (
        GROUP,
        Case(GROUP, others=[_task(group="/other")]),
        Case(GROUP, others=[_task("eu-west-1")]),
        Case(GROUP, others=[_task(here="eu-west-1")]),
        Case(GROUP, others=[Other(FlowLog, destination="arn:aws:s3:::claims")]),
        Case(GROUP, others=[Other(Trail, log_group="")]),
        Case(GROUP, others=[Other(VPNConnection, tunnels=(Tunnel(),))]),
        Case(GROUP, others=[Other(FlowLog, destination=ARN.replace("us-east-1", "eu-west-1"))]),
    )
    UNKNOWN = tuple(Case(GROUP, lacking=[kind]) for kind in (TaskDefinition, VPNConnection, FlowLog, Trail))

    @staticmethod
    def applies(group: LogGroup, world: World) -> bool:
        """Log groups that tasks, VPN tunnels, flow logs or trails write to."""
        return any_of(
            (
                lambda: any_of(
                    world.candidates_everywhere(TaskDefinition, _groups_of, lambda: [(group.id, group.region)]),
                    lambda task: _from_task(task, group),
                ),
                lambda: any_of(
                    world.all(VPNConnection), lambda vpn: any(_is(group, tunnel.log_group) for tunnel in vpn.tunnels)
                ),
                lambda: any_of(world.all(FlowLog), lambda log: _is(group, log.destination)),
                lambda: any_of(world.all(Trail), lambda trail: _is(group, trail.log_group)),
            )
        )

    @staticmethod
    def check(group: LogGroup) -> Iterator[Fail]:
        if not group.kms_key:
            yield Fail("workload logs are encrypted without a KMS key")


def _from_task(task: TaskDefinition, group: LogGroup) -> bool:
    logs = [container.log for container in task.containers if container.log]
    return any(log.group == group.id and (log.region or task.region) == group.region for log in logs)


def _groups_of(_: World, task: TaskDefinition) -> Iterator[tuple[str, str]]:
    """Give the log groups that a task writes to, each with its Region, by which it is looked up."""
    for container in task.containers:
        if container.log:
            yield container.log.group, container.log.region or task.region


def _is(group: LogGroup, name: str) -> bool:
    return name.removesuffix(":*") in {group.id, group.arn}
