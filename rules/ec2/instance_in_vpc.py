"""ec2_instance_in_vpc."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ec2_instances import Instance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule


class InstanceInVpc(Rule):
    """Instances are launched in a VPC.

    Outside of a VPC there are no private subnets, no route tables of one's own, no flow logs and no endpoints: an
    instance there shares a network with strangers, and nothing bounds who may reach the ePHI on it.
    """

    kind = Instance
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(3)(i)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
        "164.312(e)(1)",
    )
    aliases = ("config:ec2-instances-in-vpc", "security-hub:EC2.29", "steampipe:ec2_instance_in_vpc")
    related = ("ec2_instance_in_private_subnet",)
    remedy = Runbook(
        "Make an image of the instance: aws ec2 create-image --instance-id {id} --name NAME --region {region}",
        "Launch it in a private subnet of a VPC, with groups of its own: aws ec2 run-instances --image-id IMAGE "
        "--subnet-id SUBNET --security-group-ids GROUP --region {region}",
        "Move the traffic over, then: aws ec2 terminate-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance restarts for the image, and its address changes",
            terraform={"aws_instance": {"subnet_id": "A PRIVATE SUBNET"}},
        ),
    )
    GOOD = ({"vpc": "vpc-1"},)
    BAD = ({"vpc": ""}, {"vpc": "", "state": "stopped"})
    SKIP = ({"vpc": "", "state": "terminated"}, {"vpc": "", "state": "shutting-down"})

    @staticmethod
    def applies(instance: Instance) -> bool:
        """Instances that are not terminated."""
        return not instance.gone

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if not instance.vpc:
            yield Fail("the instance lies in no VPC")
