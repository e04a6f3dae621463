"""What a template's references to its own resources stand for: the id or ARN where it is known, else a token."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from scanner.model.planned import token

REF_IS_ARN = frozenset(
    """AWS::ACMPCA::CertificateAuthority AWS::CertificateManager::Certificate AWS::ECS::Service AWS::ECS::TaskDefinition
    AWS::ElasticLoadBalancingV2::Listener AWS::ElasticLoadBalancingV2::ListenerRule AWS::IAM::ManagedPolicy
    AWS::ElasticLoadBalancingV2::LoadBalancer AWS::ElasticLoadBalancingV2::TargetGroup AWS::SecretsManager::Secret
    AWS::SNS::Topic AWS::CloudWatch::CompositeAlarm AWS::StepFunctions::StateMachine""".split()
)
"""Types of which Ref gives the ARN (CloudFormation template reference, "Return values")."""

TOLD_BY_ADDRESS = frozenset(
    """AWS::EC2::InternetGateway AWS::EC2::NetworkInterface AWS::EC2::Instance AWS::EC2::NatGateway
    AWS::EC2::VPCPeeringConnection AWS::EC2::TransitGateway AWS::EC2::VPNGateway""".split()
)
"""Types that a reader tells apart by their ids (where a route leads to): their tokens name the type."""

TOKEN = re.compile(r"\$\{(?:AWS::[A-Za-z0-9:]+\.)?([A-Za-z0-9]+)\}")
"""A token inside a text; the group is the logical id."""

OWN_NAMES = {
    "AWS::EC2::SecurityGroup": ("GroupId",),
    "AWS::IAM::ManagedPolicy": ("PolicyArn",),
    "AWS::KMS::Key": ("KeyId",),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier",),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier",),
}
"""Attributes by which a resource gives its own id or ARN, beside those that its type's name tells."""

NOT_OWN = frozenset(
    {"AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::WaitCondition"}
)
"""Types whose attributes are what something else answers."""


def is_own(type_name: str, attribute: str) -> bool:
    """Say whether an attribute is the resource's own id, ARN or name: `Arn`, `Id`, and `VpcId` of a VPC."""
    if type_name in NOT_OWN or type_name.startswith("Custom::"):
        return False
    last = type_name.rpartition("::")[2].casefold()
    own = {last + end for end in ("id", "arn", "name")} | {"arn", "id", "name"}
    return attribute.casefold() in own or attribute in OWN_NAMES.get(type_name, ())


class Names:
    """The id and ARN of each resource that has a known one; all others stand as tokens."""

    def __init__(self, types: Mapping[str, str], known: Callable[[str], tuple[str, str]]) -> None:
        """Take the types by logical id, and what gives the known id and ARN of one (empty where not known)."""
        self.types = types
        self._known = known
        self._found: dict[str, tuple[str, str]] = {}

    def token(self, logical: str) -> str:
        """Give what stands for a resource that has no known id."""
        type_name = self.types[logical]
        return token(f"{type_name}.{logical}" if type_name in TOLD_BY_ADDRESS else logical)

    def id_and_arn(self, logical: str) -> tuple[str, str]:
        """Give a resource's id and ARN, or its token for what is not known."""
        if logical not in self._found:
            stand_in = self.token(logical)
            self._found[logical] = (stand_in, stand_in)  # what asks for its own name gets the token
            own, arn = self._known(logical)
            self._found[logical] = (own or stand_in, arn or stand_in)
        return self._found[logical]

    def ref(self, logical: str) -> str:
        """Give what Ref of a resource stands for."""
        own, arn = self.id_and_arn(logical)
        return arn if self.types[logical] in REF_IS_ARN else own

    def attribute(self, logical: str, attribute: str) -> str | None:
        """Give what an attribute stands for that is the resource's own id, ARN or name; None for any other."""
        if not is_own(self.types[logical], attribute):
            return None
        own, arn = self.id_and_arn(logical)
        return arn if attribute.casefold().endswith("arn") else own


def pseudo_parameters(account: str, region: str, partition: str) -> dict[str, Any]:
    """Give the pseudo parameters that are known."""
    suffix = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}.get(partition)
    known = {"AccountId": account, "Region": region, "Partition": partition, "URLSuffix": suffix}
    return {f"AWS::{name}": value for name, value in known.items() if value}
