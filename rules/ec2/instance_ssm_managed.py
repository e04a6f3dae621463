"""ec2_instance_ssm_managed."""

from __future__ import annotations

from collections.abc import Iterator

from rules.ec2._own import own_and_running
from scanner.kinds.ec2_instances import Instance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import CityWebapps, PhiCluster


class InstanceSsmManaged(Rule):
    """Instances are managed by Systems Manager.

    A host that Systems Manager reaches needs no open SSH port, no bastion and no keys that go from hand to hand; every
    session there is somebody's and can be recorded, and patches can be rolled out and counted. An instance that is
    registered but whose agent has gone silent is not managed. One that was started minutes before may not have
    registered yet.
    """

    kind = Instance
    severity = "medium"
    category = "operations"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (CityWebapps(), PhiCluster())
    aliases = (
        "config:ec2-instance-managed-by-systems-manager",
        "security-hub:SSM.1",
        "prowler:ec2_instance_managed_by_ssm",
        "steampipe:ec2_instance_ssm_managed",
    )
    remedy = Runbook(
        "Give the instance's role the policy: aws iam attach-role-policy --role-name ROLE --policy-arn "
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore; or turn on Default Host Management.",
        "See that the SSM Agent runs, and that it reaches the endpoints ssm, ssmmessages and ec2messages.",
        "Check: aws ssm describe-instance-information --filters Key=InstanceIds,Values={id} --region {region}",
        effect=Effect(
            risk="medium",
            terraform={
                "aws_iam_role_policy_attachment": {
                    "role": "THE INSTANCE'S ROLE",
                    "policy_arn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
                }
            },
        ),
    )
    GOOD = ({"ssm_ping": "Online"},)
    BAD = ({"ssm_ping": ""}, {"ssm_ping": "ConnectionLost"}, {"ssm_ping": "Inactive"})
    SKIP = (
        {"ssm_ping": "", "state": "stopped"},
        {"ssm_ping": "", "state": "terminated"},
        {"ssm_ping": "", "operator": "eks.amazonaws.com"},
    )

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Running instances that the customer runs."""
        return own_and_running(instance)

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if not instance.ssm_ping:
            yield Fail("it is not registered with Systems Manager")
        elif instance.ssm_ping != "Online":
            yield Fail(f"it is registered with Systems Manager, but its agent is out of reach ({instance.ssm_ping})")
