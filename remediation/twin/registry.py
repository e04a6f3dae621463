"""Which function rebuilds which kind, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from remediation.twin.site import Site
from scanner.model.resource import Resource

Build = Callable[[Site, Resource], None]

BUILDS: dict[str, Build] = {}
"""By CloudFormation type: makes the resource and pairs its ids. Kinds that AWS makes along with another are found."""

FINISHES: dict[str, Build] = {}
"""By CloudFormation type: what can be set only when everything is there, as rules between security groups."""

ORDER: tuple[str, ...] = (
    "AWS::::Account", "AWS::::Region", "AWS::Organizations::Organization",
    "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::InstanceProfile", "AWS::IAM::Group", "AWS::IAM::User",
    "AWS::IAM::Policy", "AWS::KMS::Key", "AWS::SNS::Topic", "AWS::Logs::LogGroup", "AWS::S3::Bucket",
    "AWS::CertificateManager::Certificate",
    "AWS::EC2::VPC", "AWS::EC2::InternetGateway", "AWS::EC2::Subnet", "AWS::EC2::PrefixList", "AWS::EC2::SecurityGroup",
    "AWS::EC2::NetworkAcl", "AWS::EC2::RouteTable", "AWS::EC2::NatGateway", "AWS::EC2::CustomerGateway",
    "AWS::EC2::VPNGateway", "AWS::EC2::VPNConnection", "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::FlowLog", "AWS::EC2::Volume", "AWS::EC2::OwnImage", "AWS::EC2::Image", "AWS::EC2::Snapshot",
    "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration", "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancing::LoadBalancer", "AWS::EC2::Instance", "AWS::AutoScaling::AutoScalingGroup",
    "AWS::EFS::FileSystem", "AWS::ECR::Repository", "AWS::ECR::Image", "AWS::ECS::CapacityProvider",
    "AWS::ECS::Cluster", "AWS::ECS::ContainerInstance", "AWS::ECS::TaskDefinition", "AWS::ECS::Service",
    "AWS::RDS::DBSubnetGroup", "AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup",
    "AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::EFS::MountTarget", "AWS::ECS::Task",
    "AWS::EC2::NetworkInterface",
)  # fmt: skip
"""Kinds that others refer to come first; those that are not named here follow, by name."""


def load() -> None:
    """Load every module of builders."""
    from remediation.twin import kinds

    for module in iter_modules(kinds.__path__):
        import_module(f"{kinds.__name__}.{module.name}")


def builds(*kinds: str) -> Callable[[Build], Build]:
    """Register a function that makes resources of these kinds."""

    def keep(function: Build) -> Build:
        BUILDS.update(dict.fromkeys(kinds, function))
        return function

    return keep


def finishes(*kinds: str) -> Callable[[Build], Build]:
    """Register a function that finishes resources of these kinds."""

    def keep(function: Build) -> Build:
        FINISHES.update(dict.fromkeys(kinds, function))
        return function

    return keep


def place(kind: str) -> tuple[int, str]:
    """Give where a kind comes in the order of building."""
    return (ORDER.index(kind) if kind in ORDER else len(ORDER), kind)
