"""A rule's remedy made out for one finding: a Cloud Custodian policy, an API operation or a runbook.

Nothing is carried out here. A policy names its resources by id, repeats the failing condition, which Custodian checks
again when it runs, and bounds how many resources it may touch.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from scanner.model.remedy import Custodian, Direct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.model.finding import Finding
    from scanner.model.rule import Rule

HOME_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where a global service of each partition is called."""

IDENTIFIERS: Mapping[str, tuple[str, str]] = {
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

    Raises:
        RemedyError: the rule's Custodian type has no entry in `IDENTIFIERS`, or the ARN does not fit it.
    """
    where = {"account": finding.account, "region": region_of(finding)}
    if isinstance(rule.remedy, Custodian):
        return {"kind": "custodian", **where, "policy": custodian_policy(rule, finding)}
    if isinstance(rule.remedy, Direct):
        return {"kind": "direct", **where, **direct_step(rule, finding)}
    words = _words(rule, finding)
    return {"kind": "runbook", **where, "steps": [_filled(step, words) for step in rule.remedy.steps]}


def custodian_policy(rule: type[Rule], finding: Finding) -> dict[str, Any]:
    """Make the policy that mends a finding: its resources by id, the failing condition, the actions, a bound.

    Raises:
        RemedyError: the remedy is none of Custodian's, its type has no entry in `IDENTIFIERS`, or an ARN does not fit.
    """
    remedy = rule.remedy
    if not isinstance(remedy, Custodian):
        raise RemedyError(f"{rule.id}: the remedy is no Custodian policy")
    resources = finding.members or (finding.resource,)
    return {
        "name": f"{rule.id.replace('_', '-')}-{finding.fingerprint[:8]}",
        "resource": f"aws.{remedy.resource}",
        "filters": [*_by_id(rule.id, remedy.resource, resources), *remedy.filters],
        "actions": list(remedy.actions),
        "max-resources": len(resources),
    }


def _by_id(rule: str, resource: str, arns: tuple[str, ...]) -> list[dict[str, Any]]:
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
        values.append(name)
    return [{"type": "value", "key": member, "op": "in", "value": values}]


def direct_step(rule: type[Rule], finding: Finding) -> dict[str, Any]:
    """Make the API operation that mends a finding: `operation`, its `parameters` with the names filled in, and `why`.

    Raises:
        RemedyError: the remedy is no API operation.
    """
    remedy = rule.remedy
    if not isinstance(remedy, Direct):
        raise RemedyError(f"{rule.id}: the remedy is no API operation")
    return {
        "operation": remedy.operation,
        "parameters": _filled(dict(remedy.parameters), _words(rule, finding)),
        "why": remedy.why,
    }


def region_of(finding: Finding) -> str:
    """Give the Region where a finding is mended: its own, else the ARN's, else the home of its partition's services."""
    if finding.region != "global":
        return finding.region
    parts = [*finding.resource.split(":"), "", "", "", ""]
    return parts[3] or HOME_REGION.get(parts[1], HOME_REGION["aws"])


def _words(rule: type[Rule], finding: Finding) -> dict[str, str]:
    return {
        "id": _id(rule, finding),
        "arn": finding.resource,
        "name": finding.name,
        "region": region_of(finding),
        "account": finding.account,
    }


def _id(rule: type[Rule], finding: Finding) -> str:
    """Give the resource's own id; where a finding's key is the group's, it is read from the ARN."""
    if rule.kind.identity == ("id",) or not rule.kind.arn_format:
        return finding.key
    pattern = re.sub(r"\\\{(\w+)\\\}", lambda name: f"(?P<{name[1]}>.+?)", re.escape(rule.kind.arn_format))
    match = re.fullmatch(pattern, finding.resource)
    return match["id"] if match else finding.key


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """Put the finding's names where a remedy says `{id}`, `{arn}`, `{name}`, `{region}` or `{account}`."""
    if isinstance(value, str):
        return re.sub(r"\{(id|arn|name|region|account)\}", lambda name: words[name[1]], value)
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(item, words) for item in value]
    return value


def problems(policy: Mapping[str, Any]) -> list[str]:
    """Say what Custodian's own schema and checks find wrong with a policy; nothing when it is valid.

    Each policy is checked by itself with one loader: many together take many times longer.
    """
    from c7n.exceptions import PolicyValidationError

    try:
        loaded = _loader().load_data({"policies": [dict(policy)]}, "memory://policy", session_factory=None)
        for found in loaded:
            found.expand_variables(found.get_variables())
            found.validate()
    except PolicyValidationError as error:
        return [str(error)]
    return []


@cache
def _loader() -> Any:
    from c7n.config import Config
    from c7n.loader import PolicyLoader

    config = Config.empty(
        region=HOME_REGION["aws"], account_id="123456789012", output_dir="", cache_period=0, dryrun=True
    )
    return PolicyLoader(config)
