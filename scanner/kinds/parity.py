"""What of each kind is compared between accounts that are built alike, beyond what its declaration says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scanner.engine.parity.plan import Shape
from scanner.engine.parity.shapes import lasting, shape_of

if TYPE_CHECKING:
    from scanner.model.canon import Canon
    from scanner.model.kind import Kind

NOT_COMPARED: Mapping[str, str] = {
    "AWS::Backup::ProtectedResource": "what was copied, not how it is to be",
    "AWS::CloudTrail::ShadowTrail": "the trails are compared as AWS::CloudTrail::Trail; an organization's are one",
    "AWS::EC2::Snapshot": "data that comes and goes; backup plans are compared",
    "AWS::EC2::Volume": "comes and goes with its instance; launch templates are compared",
    "AWS::GuardDuty::Finding": "what was observed",
    "AWS::IAM::Policy": "compared as the policy, role, group or user that it belongs to",
    "AWS::RDS::DBClusterSnapshot": "data that comes and goes; the retention of the cluster is compared",
    "AWS::RDS::DBSnapshot": "data that comes and goes; the retention of the instance is compared",
}
"""Kinds that are not compared, and why."""

WITHOUT: Mapping[str, tuple[str, ...]] = {
    "AWS::AutoScaling::AutoScalingGroup": ("instances", "desired"),
    "AWS::CertificateManager::Certificate": ("in_use_by",),
    "AWS::CloudFront::CloudFrontOriginAccessIdentity": ("canonical_user",),
    "AWS::Config::ConfigurationRecorder": ("last_status",),
    "AWS::Config::DeliveryChannel": ("failures",),
    "AWS::EC2::Instance": (
        "compliance", "private_ip", "public_ips", "ssm_ping", "subnet", "subnets", "volumes", "zone",
    ),
    "AWS::EC2::LaunchTemplate": ("default_version", "latest_version"),
    "AWS::EC2::NatGateway": ("public_ips", "zones"),
    "AWS::EC2::Subnet": ("zone_id",),
    "AWS::ECS::ContainerInstance": ("agent_connected", "availability_zone", "instance_id", "status"),
    "AWS::ECS::Service": ("failed_deployments", "steadiness", "task_definitions", "task_sets"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("load_balancers",),
    "AWS::IAM::Role": ("services",),
    "AWS::RDS::DBInstance": ("exportable_logs", "zone"),
}  # fmt: skip
"""Facts that AWS chooses or observes, or that another resource's facts say too."""

OWN: Mapping[str, tuple[str, ...]] = {"AWS::S3::Bucket": ("owner",)}
"""Facts that hold an id of the account's own: its canonical user."""


def _own(view: Any) -> str | None:
    """Name what is the account's own, not what another account shares with it."""
    return lasting(view) if view.owner in {"", view.account} else None


def _group(view: Any) -> str | None:
    return str(view.group_name) if view.owner in {"", view.account} else None


def _customer_key(view: Any) -> str | None:
    return None if view.manager == "AWS" else str(view.alias_name or "")


def _role(view: Any) -> str | None:
    return None if view.service_linked else lasting(view)


def _policy(view: Any) -> str | None:
    return None if view.aws_managed else lasting(view)


def _active(view: Any) -> str | None:
    return lasting(view) if view.status == "ACTIVE" else None


NAMED: Mapping[str, Callable[[Any], str | None]] = {
    "AWS::EC2::NetworkAcl": _own,
    "AWS::EC2::RouteTable": _own,
    "AWS::EC2::SecurityGroup": _group,
    "AWS::EC2::Subnet": _own,
    "AWS::EC2::VPC": _own,
    "AWS::ECS::Cluster": _active,
    "AWS::ECS::Service": _active,
    "AWS::IAM::ManagedPolicy": _policy,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _customer_key,
}
"""How resources are known in every account, where that is not their name or id, and which are the account's own."""


def shapes(kinds: Mapping[str, type[Kind]], canons: Mapping[str, Canon]) -> tuple[Shape, ...]:
    """Give the shapes by which whole accounts are compared: all settings of all kinds that are settings."""
    found = (
        shape_of(
            kind, canons.get(cfn), name=NAMED.get(cfn, lasting), without=WITHOUT.get(cfn, ()), own=OWN.get(cfn, ())
        )
        for cfn, kind in sorted(kinds.items())
        if cfn not in NOT_COMPARED
    )
    return tuple(shape for shape in found if shape is not None)
