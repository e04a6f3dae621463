"""EC2: network ACLs."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.kinds.ec2_planned import LAST_ENTRY, planned_acl, template_acl
from scanner.kinds.network_reasoning import AclEntry, acl_entries
from scanner.kinds.planned_reading import members_of
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact


class NetworkAcl(Kind, cfn="AWS::EC2::NetworkAcl", tf=("aws_network_acl", "aws_default_network_acl")):
    """A network ACL with its inbound entries, in the order in which AWS heeds them."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:network-acl/{id}"

    box = each("ec2.DescribeNetworkAcls", "NetworkAcls")

    id: str = fact("box.NetworkAclId", sample="acl-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    owner: str = fact("box.OwnerId", plan=Const(""), template=Const(""), default={"api": ""}, sample="123456789012")
    vpc: str = fact("box.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0123456789abcdef0")
    is_default: bool = fact(
        "box.IsDefault",
        plan="default_network_acl_id",
        template=Const(value=False),
        parse={"plan": bool},
        default={"plan": False},
        sample=False,
    )
    subnets: tuple[str, ...] = fact(
        "box.Associations[].SubnetId",
        plan="subnet_ids + aws_network_acl_association",
        template="AWS::EC2::SubnetNetworkAclAssociation[].SubnetId",
        parse={"plan": members_of("subnet_ids", "aws_network_acl_association.subnet_id")},
        default=(),
        sample=("subnet-1",),
    )
    inbound: tuple[AclEntry, ...] = fact(
        "box.Entries",
        plan="ingress + aws_network_acl_rule",
        template="AWS::EC2::NetworkAclEntry",
        parse={"api": acl_entries, "plan": planned_acl, "template": template_acl},
        default={"plan": (LAST_ENTRY,), "template": (LAST_ENTRY,)},
        sample=(),
    )
    tf_parts = dict.fromkeys(("aws_network_acl_rule", "aws_network_acl_association"), "network_acl_id")
    cfn_parts = dict.fromkeys(("AWS::EC2::NetworkAclEntry", "AWS::EC2::SubnetNetworkAclAssociation"), "NetworkAclId")
