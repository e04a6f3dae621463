"""EC2: network interfaces, of whatever has an address in a VPC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.common import tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact


def _place(box: Mapping[str, Any]) -> str:
    return f"{box.get('SubnetId', '')} {box.get('InterfaceType', 'interface')}"


class NetworkInterface(Kind, cfn="AWS::EC2::NetworkInterface", tf="aws_network_interface"):
    """A network interface: of an instance, a task, a load balancer, a database, an endpoint.

    Interfaces come and go with tasks and instances; the class by which they are known is their subnet and type.
    """

    identity = ("place", "id")
    arn_format = "arn:{partition}:ec2:{region}:{account}:network-interface/{id}"

    box = each("ec2.DescribeNetworkInterfaces", "NetworkInterfaces")

    id: str = fact("box.NetworkInterfaceId", sample="eni-1")
    tags: Mapping[str, str] = fact("box.TagSet", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", sample="vpc-0123456789abcdef0")
    subnet: str = fact("box.SubnetId", plan="subnet_id", template="SubnetId", sample="subnet-1")
    place: str = fact("box", parse=_place, sample="subnet-1 interface")
    type: str = fact("box.InterfaceType", default={"api": "interface"}, sample="interface")
    security_groups: tuple[str, ...] = fact(
        "box.Groups[].GroupId", plan="security_groups", template="GroupSet", default={"api": ()}, sample=("sg-1",)
    )
    volatile = ("box",)
