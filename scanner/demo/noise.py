"""What happens in every night and is no change: hosts and tasks come and go, documents are written anew as they were.

None of it turns the verdict of what stays, or is to be told as drift. What moto cannot do is left out: it answers every
image scan with a finding of its own, so no image is scanned.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scanner.demo.actors import act_as
from scanner.demo.finding import named
from scanner.demo.replacing import Member, replace_member
from scanner.demo.systems.cloud import HOME

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud

_GROUPS = (
    Member("phi-cluster", "phi-host", "phi-cluster", "phi-host"),
    Member("city-webapps", "webapps-production", "webapps-production", "webapp-host"),
    Member("cell-alpha", "utility-host", "utility", "utility-host"),
    Member("cell-beta", "utility-host", "utility", "utility-host"),
)
# Account, cluster, service, family, who deploys.
_DEPLOYED = (
    ("phi-cluster", "phi-cluster", "clinic-api", "clinic-api", "pipeline-deploy"),
    ("city-webapps", "webapps-production", "boards", "boards-production", "jenkins-deploy"),
    ("cell-alpha", "analytics", "compliance-analytics", "compliance-analytics", "terraform"),
)
_GIVEN = (  # what DescribeTaskDefinition answers of what RegisterTaskDefinition was given
    *("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes"),
    *("placementConstraints", "requiresCompatibilities", "cpu", "memory", "pidMode", "ipcMode"),
)


def make_noise(organisation: Organisation, night: int) -> None:
    """Do in a night what every night brings; the same in every run."""
    occasion = f"noise of night {night}"
    member = _GROUPS[night % len(_GROUPS)]
    replace_member(organisation, act_as(organisation, member.account, "auto-scaling", occasion), member)
    account, cluster, service, family, deployer = _DEPLOYED[night % len(_DEPLOYED)]
    _deploy(act_as(organisation, account, deployer, occasion), cluster, service, family, times=1 + night % 3)
    phi = organisation.clouds["phi-cluster"]
    organisation.server.happen("tasks", account=phi.account, region=HOME, cluster="phi-cluster", service="lab-results")
    platform = act_as(organisation, "phi-cluster", "platform-terraform", occasion)
    _rewrite_bucket(platform, f"phi-cluster-records-{platform.account}", backwards=night % 2 == 1)
    _blink(organisation)
    _ring(act_as(organisation, "city-webapps", "jon.silva", occasion), night)


def _deploy(cloud: Cloud, cluster: str, service: str, family: str, *, times: int) -> None:
    """Register what is registered already, and run it; the revision has another number and is the same."""
    ecs = cloud.client("ecs")
    found = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
    given = {name: found["taskDefinition"][name] for name in _GIVEN if found["taskDefinition"].get(name)}
    for _ in range(times):
        ecs.register_task_definition(**given, tags=found["tags"])
    ecs.update_service(cluster=cluster, service=service, taskDefinition=family)  # its newest revision


def _rewrite_bucket(cloud: Cloud, name: str, *, backwards: bool) -> None:
    """Put a bucket's policy and tags as they are, with keys, statements' lists and tags in another order."""
    s3 = cloud.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_turned(policy, backwards=backwards)))
    tags = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    s3.put_bucket_tagging(
        Bucket=name, Tagging={"TagSet": sorted(tags, key=lambda tag: str(tag["Key"]), reverse=backwards)}
    )


def _turned(value: Any, *, backwards: bool) -> Any:
    if isinstance(value, dict):
        return {name: _turned(value[name], backwards=backwards) for name in sorted(value, reverse=backwards)}
    if isinstance(value, list):
        turned = [_turned(part, backwards=backwards) for part in value]
        return sorted(turned, key=json.dumps, reverse=backwards)
    return value


def _blink(organisation: Organisation) -> None:
    """Let a tunnel that is up go down and come up: its LastStatusChange moves."""
    cloud = organisation.clouds["city-webapps"]
    found = named(cloud.client("ec2").describe_vpn_connections()["VpnConnections"], "datacenter-b")
    for status in ("DOWN", "UP"):
        organisation.server.happen(
            "tunnel",
            account=cloud.account,
            region=HOME,
            connection=found["VpnConnectionId"],
            tunnel=0,
            status=status,
        )


def _ring(cloud: Cloud, night: int) -> None:
    """Let an alarm change its state, as a test of it does."""
    state = ("OK", "ALARM")[night % 2]
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName="datacenter-b-tunnel-down", StateValue=state, StateReason=f"tried in night {night}"
    )
