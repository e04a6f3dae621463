"""EC2: network ACLs."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.kinds.network_reasoning import AclEntry, acl_entries
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact


class NetworkAcl(Kind, cfn="AWS::EC2::NetworkAcl", tf=("aws_network_acl", "aws_default_network_acl")):
    """A network ACL with its inbound entries, in the order in which AWS heeds them."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:network-acl/{id}"

    box = each("ec2.DescribeNetworkAcls", "NetworkAcls")

    id: str = fact("box.NetworkAclId", sample="acl-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    owner: str = fact("box.OwnerId", plan="owner_id", default={"api": ""}, sample="123456789012")
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0123456789abcdef0")
    is_default: bool = fact("box.IsDefault", template=Const(value=False), sample=False)
    subnets: tuple[str, ...] = fact(
        "box.Associations[].SubnetId", plan="subnet_ids", default={"api": ()}, sample=("subnet-1",)
    )
    inbound: tuple[AclEntry, ...] = fact("box.Entries", parse=acl_entries, sample=())
