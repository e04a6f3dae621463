"""ec2_instance_no_public_ip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import BastionSettings
from scanner.kinds.ec2_instances import Instance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.source import CityWebapps, EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


class InstanceNoPublicIp(Rule):
    """Instances have no public IPv4 address.

    An address of its own puts a host with ePHI on the internet, where one open port or one unpatched service is
    enough. Traffic is meant to come in through a load balancer and to go out through a NAT gateway. Bastions, told by
    their tags, are excepted.
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
    sources = (CityWebapps(), WebProposal(), EcsGuide(3))
    aliases = (
        "config:ec2-instance-no-public-ip",
        "security-hub:EC2.9",
        "prowler:ec2_confidential_workload_host_public_ip",
        "prowler:ec2_instance_public_ip",
        "steampipe:ec2_instance_not_publicly_accessible",
    )
    remedy = Runbook(
        "Elastic IP: aws ec2 describe-addresses --filters Name=instance-id,Values={id} --region {region}, then aws "
        "ec2 disassociate-address --association-id ASSOCIATION --region {region}",
        "Otherwise launch a replacement in a private subnet, or with AssociatePublicIpAddress=false",
        "Let traffic in through a load balancer and out through a NAT gateway, then: aws ec2 terminate-instances "
        "--instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="whoever comes by the public address is cut off",
            cost="a NAT gateway, about 32 USD a month and 0.045 USD a GB",
            terraform={"aws_instance": {"associate_public_ip_address": False}},
        ),
    )
    Settings = BastionSettings
    GOOD = ({"public_ips": ()}, {"public_ips": (), "tags": {"role": "web"}})
    BAD = (
        {"public_ips": ("203.0.113.7",)},
        {"public_ips": ("203.0.113.7",), "tags": {"role": "web"}},
        Case({"public_ips": ("203.0.113.7",), "tags": {"role": "bastion"}}, settings={"bastion_tags": {"jump": "yes"}}),
        Case({"public_ips": ("203.0.113.7",), "tags": {"role": "bastion"}}, settings={"bastion_tags": {}}),
    )
    SKIP = (
        {"public_ips": ("203.0.113.7",), "tags": {"Role": "Bastion"}},
        {"state": "terminated"},
        Case({"tags": {"jump": "yes"}}, settings={"bastion_tags": {"jump": "yes"}}),
    )

    @staticmethod
    def applies(instance: Instance, settings: BastionSettings) -> bool | str:
        """Instances that are neither terminated nor bastions."""
        if instance.has_tags(settings.bastion_tags):
            return "a bastion, by its tags"
        return not instance.gone

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if instance.public_ips:
            yield Fail(f"it has the public address {', '.join(instance.public_ips)}")
