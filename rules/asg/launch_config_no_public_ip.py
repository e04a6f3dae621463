"""asg_launch_config_no_public_ip."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.autoscaling import AutoScalingGroup, LaunchConfiguration
from scanner.kinds.ec2_network import Subnet
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule

LEFT_OPEN = {"id": "hosts-7", "public_ip": None}
GROUP = Other(AutoScalingGroup, launch_configuration="hosts-7", subnets=("subnet-1",))
PUBLIC = Other(Subnet, id="subnet-1", public_ip_on_launch=True)


class LaunchConfigNoPublicIp(Rule):
    """Launch configurations do not assign public IPs.

    Every host that such a group launches gets an address on the internet, where one open port or one unpatched service
    is enough to reach the ePHI behind it. Where the configuration says nothing, the subnets of the groups that use it
    decide, and those are looked at.
    """

    kind = LaunchConfiguration
    needs = (AutoScalingGroup, Subnet)
    severity = "high"
    hipaa = (
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
        "164.312(e)(1)",
    )
    aliases = (
        "config:autoscaling-launch-config-public-ip-disabled",
        "security-hub:AutoScaling.5",
        "prowler:autoscaling_group_launch_configuration_no_public_ip",
        "steampipe:autoscaling_launch_config_public_ip_disabled",
    )
    related = ("ec2_launch_template_hardened", "ec2_instance_no_public_ip")
    remedy = Runbook(
        "Make a launch template from it, with AssociatePublicIpAddress=false, since launch configurations cannot "
        "be changed: aws ec2 create-launch-template --launch-template-name NAME --launch-template-data "
        "file://template.json --region {region}",
        "aws autoscaling update-auto-scaling-group --auto-scaling-group-name GROUP --launch-template "
        "LaunchTemplateName=NAME,Version='$Latest' --region {region}",
        "Replace what runs: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP --region {region}",
        "aws autoscaling delete-launch-configuration --launch-configuration-name {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="hosts are replaced one after the other",
            terraform={"aws_launch_template": {"network_interfaces": {"associate_public_ip_address": False}}},
        ),
    )
    GOOD = (
        {"public_ip": False},
        Case({"id": "hosts-7", "public_ip": False}, others=[GROUP, PUBLIC]),
        LEFT_OPEN,
        Case(LEFT_OPEN, others=[GROUP, Other(Subnet, id="subnet-1", public_ip_on_launch=False)]),
        Case(LEFT_OPEN, others=[Other(AutoScalingGroup, subnets=("subnet-1",)), PUBLIC]),
    )
    BAD = (
        {"public_ip": True},
        Case({"public_ip": True}, lacking=[AutoScalingGroup]),
        Case(LEFT_OPEN, others=[GROUP, PUBLIC]),
        Case(LEFT_OPEN, others=[GROUP, PUBLIC], lacking=[AutoScalingGroup]),
    )
    UNKNOWN = (
        Case(LEFT_OPEN, lacking=[AutoScalingGroup]),
        Case(LEFT_OPEN, others=[GROUP]),
        Case(LEFT_OPEN, others=[GROUP], lacking=[Subnet]),
    )

    @staticmethod
    def check(configuration: LaunchConfiguration, world: World) -> Iterator[Fail | Missing]:
        if configuration.public_ip:
            yield Fail("it assigns public addresses")
        if configuration.public_ip is not None:
            return
        gaps = Gaps()
        with gaps:
            for group in world.all(AutoScalingGroup, launch_configuration=configuration.id):
                for name in group.subnets:
                    with gaps:
                        subnet = world.get(Subnet, name)
                        if subnet is None:
                            raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
                        if subnet.public_ip_on_launch:
                            yield Fail(f"it leaves addresses to {name} of {group.id}, which assigns public ones", name)
        yield from gaps
