"""ec2_instance_profile_attached."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ec2_instances import Instance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

PROFILE = "arn:aws:iam::123456789012:instance-profile/hosts"


class InstanceProfileAttached(Rule):
    """Instances have an IAM instance profile.

    Without a role, programs on the instance can use AWS only with access keys that somebody put there: keys that do not
    expire, that are copied with every image, and that open what the ePHI lies in to whoever finds them. With a profile
    the credentials are temporary, and what they may do is written in one place.
    """

    kind = Instance
    severity = "medium"
    hipaa = (
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
    )
    aliases = (
        "config:ec2-instance-profile-attached",
        "prowler:ec2_instance_profile_attached",
        "steampipe:ec2_instance_iam_profile_attached",
        "steampipe:ec2_instance_using_iam_instance_role",
        "cis:v3.0/1.18",
        "cis:v4.0/1.18",
        "cis:v5.0/1.17",
        "cis:v6.0/2.17",
        "cis:v7.0/2.16",
    )
    remedy = Runbook(
        "Make a role for the instance's purpose that may do what its programs need, and a profile of it: aws iam "
        "create-instance-profile --instance-profile-name PROFILE, then aws iam add-role-to-instance-profile "
        "--instance-profile-name PROFILE --role-name ROLE",
        "aws ec2 associate-iam-instance-profile --instance-id {id} --iam-instance-profile Name=PROFILE --region "
        "{region}",
        "Take access keys off the instance and delete them in IAM.",
        effect=Effect(
            risk="medium",
            terraform={"aws_instance": {"iam_instance_profile": "THE PROFILE"}},
        ),
    )
    GOOD = ({"profile": PROFILE},)
    BAD = ({"profile": ""}, {"profile": "", "state": "stopped"})
    SKIP = ({"profile": "", "state": "terminated"}, {"profile": "", "state": "shutting-down"})

    @staticmethod
    def applies(instance: Instance) -> bool:
        """Instances that are not terminated."""
        return not instance.gone

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if not instance.profile:
            yield Fail("no instance profile is attached")
