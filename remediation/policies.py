"""A rule's remedy made out for one finding: a Cloud Custodian policy, an API operation or a runbook.

Nothing is carried out here. A policy names its resources by id, repeats the failing condition, which Custodian checks
again when it runs, and bounds how many resources it may touch.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from remediation.filling import HOME_REGION, filled, region_of, spoken
from scanner.model.remedy import Custodian, Direct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.model.finding import Finding
    from scanner.model.rule import Rule

IDENTIFIERS: Mapping[str, tuple[str, str]] = {
    "ami": ("ImageId", "image/"),
    "app-elb": ("LoadBalancerArn", ""),
    "app-elb-target-group": ("TargetGroupArn", ""),
    "asg": ("AutoScalingGroupName", "autoScalingGroupName/"),
    "cloudtrail": ("TrailARN", ""),
    "distribution": ("Id", "distribution/"),
    "ebs": ("VolumeId", "volume/"),
    "ebs-snapshot": ("SnapshotId", "snapshot/"),
    "ec2": ("InstanceId", "instance/"),
    "ecr": ("repositoryName", "repository/"),
    "ecs": ("clusterArn", ""),
    "ecs-service": ("serviceArn", ""),
    "ecs-task": ("taskArn", ""),
    "ecs-task-definition": ("taskDefinitionArn", ""),
    "efs": ("FileSystemId", "file-system/"),
    "iam-group": ("Arn", ""),
    "iam-policy": ("Arn", ""),
    "iam-role": ("Arn", ""),
    "iam-user": ("Arn", ""),
    "kms-key": ("KeyId", "key/"),
    "launch-template-version": ("LaunchTemplateId", "launch-template/"),
    "log-group": ("logGroupName", "log-group:"),
    "rds": ("DBInstanceIdentifier", ":db:"),
    "s3": ("Name", ":::"),
    "security-group": ("GroupId", "security-group/"),
    "subnet": ("SubnetId", "subnet/"),
    "vpc": ("VpcId", "vpc/"),
}
"""Custodian's resource types: the member by which a resource is named, and what stands before it in the ARN.

A resource that AWS gives no ARN is known by its id.
"""

WHOLE_ACCOUNT = frozenset({"account"})
"""Custodian's resource types of which there is one in each account and Region."""


class RemedyError(ValueError):
    """The remedy cannot be made out for the finding: the message says why."""


def render(rule: type[Rule], finding: Finding) -> dict[str, Any]:
    """Make out a rule's remedy for a finding, as plain values: `kind` is custodian, direct or runbook.

    Where Custodian cannot name the resource, the runbook says why.
    """
    where = {"account": finding.account, "region": region_of(finding)}
    remedy = rule.remedy
    if isinstance(remedy, Custodian):
        try:
            made = policy(rule.id, remedy, finding.members or (finding.resource,))
        except RemedyError as error:
            return {"kind": "runbook", **where, "steps": [str(error)]}
        name = f"{made['name']}-{finding.fingerprint[:8]}"
        return {"kind": "custodian", **where, "policy": {**made, "name": name}}
    words = _words(rule, finding)
    if isinstance(remedy, Direct):
        said = {"operation": remedy.operation, "parameters": filled(dict(remedy.parameters), words), "why": remedy.why}
        more = {"operations": list(remedy.operations)} if remedy.also else {}
        return {"kind": "direct", **where, **said, **more}
    said = spoken(words)
    return {"kind": "runbook", **where, "steps": [filled(step, said) if "{" in step else step for step in remedy.steps]}


def policy(rule: str, remedy: Custodian, resources: Sequence[str]) -> dict[str, Any]:
    """Make the policy that mends resources: these by id, the failing condition, the actions, a bound.

    Raises:
        RemedyError: Custodian's type has no entry in `IDENTIFIERS`, an ARN does not fit, or a name would be expanded.
    """
    return {
        "name": rule.replace("_", "-"),
        "resource": f"aws.{remedy.resource}",
        "filters": [*_by_id(rule, remedy.resource, resources), *remedy.filters],
        "actions": list(remedy.actions),
        "max-resources": len(resources),
    }


def _by_id(rule: str, resource: str, arns: Sequence[str]) -> list[dict[str, Any]]:
    if resource in WHOLE_ACCOUNT:
        return []
    if resource not in IDENTIFIERS:
        raise RemedyError(f"{rule}: it is not known how Custodian's type {resource} names its resources")
    member, before = IDENTIFIERS[resource]
    values = []
    for arn in arns:
        _, _, name = arn.partition(before) if before and arn.startswith("arn:") else ("", "", arn)
        if not name or (not before and not arn.startswith("arn:")):
            raise RemedyError(f"{rule}: {arn} is no ARN of Custodian's type {resource}")
        if "{" in name or "}" in name:
            raise RemedyError(
                f"{rule}: Custodian takes the braces in {name} for a variable of its own; change it by hand"
            )
        values.append(name)
    return [{"type": "value", "key": member, "op": "in", "value": values}]


def _words(rule: type[Rule], finding: Finding) -> dict[str, str]:
    return {
        "id": _id(rule, finding),
        "arn": finding.resource,
        "name": finding.name,
        "region": region_of(finding),
        "account": finding.account,
        "partition": finding.resource.split(":")[1] if finding.resource.startswith("arn:") else "aws",
        "part": finding.part,
    }


def _id(rule: type[Rule], finding: Finding) -> str:
    """Give the resource's own id; where a finding's key is the group's, it is read from the ARN."""
    if rule.kind.identity == ("id",) or not rule.kind.arn_format:
        return finding.key
    match = _arns_like(rule.kind.arn_format).fullmatch(finding.resource)
    return match["id"] if match else finding.key


@cache
def _arns_like(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda name: f"(?P<{name[1]}>.+?)", re.escape(form)))


def problems(policy: Mapping[str, Any]) -> list[str]:
    """Say what Custodian's own schema and checks find wrong with a policy; nothing when it is valid.

    Each policy is checked by itself with one loader: many together take many times longer.
    """
    from c7n.exceptions import PolicyValidationError

    try:
        loaded(policy)
    except PolicyValidationError as error:
        return [str(error)]
    return []


def loaded(policy: Mapping[str, Any]) -> list[Any]:
    """Load a policy as Custodian would run it, checked by its own schema.

    Raises:
        c7n.exceptions.PolicyValidationError: it is none.
    """
    found = list(_loader().load_data({"policies": [dict(policy)]}, "memory://policy", session_factory=None))
    for each in found:
        each.expand_variables(each.get_variables())
        each.validate()
    return found


@cache
def _loader() -> Any:
    from c7n.config import Config
    from c7n.loader import PolicyLoader

    config = Config.empty(
        region=HOME_REGION["aws"], account_id="123456789012", output_dir="", cache_period=0, dryrun=True
    )
    return PolicyLoader(config)
