"""ec2_instance_nitro_in_transit_encryption."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ec2_instances import Instance, InstanceType
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide


class InstanceNitroInTransitEncryption(Rule):
    """Instance types encrypt traffic between instances.

    Between instances of these types in one VPC, or in peered ones, the network cards encrypt by themselves, so ePHI is
    not in clear even where a program forgets TLS. It holds only if both ends are of such types, and not through load
    balancers and gateways: it is a second layer and does not take the place of TLS.
    """

    kind = Instance
    needs = (InstanceType,)
    severity = "low"
    category = "advisory"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(60),)
    remedy = Runbook(
        "Choose a type that encrypts: aws ec2 describe-instance-types --filters "
        "Name=network-info.encryption-in-transit-supported,Values=true --region {region}",
        "Member of a group: set the type in the launch template and refresh the group.",
        "Else: aws ec2 stop-instances --instance-ids {id} --region {region}, aws ec2 modify-instance-attribute "
        "--instance-id {id} --instance-type Value=TYPE --region {region}, aws ec2 start-instances --instance-ids "
        "{id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is stopped for some minutes, or replaced",
            cost="another type has another price",
            terraform={"aws_instance": {"instance_type": "A TYPE THAT ENCRYPTS"}},
        ),
    )
    GOOD = (Case({"instance_type": "c6i.large"}, others=[Other(InstanceType, id="c6i.large")]),)
    BAD = (
        Case({"instance_type": "t3.large"}, others=[Other(InstanceType, id="t3.large", encrypts_in_transit=False)]),
        Case(
            {"instance_type": "t3.large", "state": "stopped"},
            others=[Other(InstanceType, id="t3.large", encrypts_in_transit=False), Other(InstanceType)],
        ),
    )
    SKIP = (Case({"state": "terminated"}, others=[Other(InstanceType, encrypts_in_transit=False)]),)
    UNKNOWN = ({}, Case({}, lacking=[InstanceType]))

    @staticmethod
    def applies(instance: Instance) -> bool:
        """Instances that are not terminated."""
        return not instance.gone

    @staticmethod
    def check(instance: Instance, world: World) -> Iterator[Fail]:
        its = world.get(InstanceType, instance.instance_type)
        if its is None:
            raise Unknown(Gap("ec2.DescribeInstanceTypes", message=f"{instance.instance_type} was not described"))
        if not its.encrypts_in_transit:
            yield Fail(f"the type {its.id} does not encrypt traffic between instances")
