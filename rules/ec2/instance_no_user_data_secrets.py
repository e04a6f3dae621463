"""ec2_instance_no_user_data_secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ec2_instances import Instance
from scanner.kinds.user_data import UserData
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


class InstanceNoUserDataSecrets(Rule):
    """Instance user data holds no secrets.

    User data can be read by every program on the instance, through the metadata service, and by everybody who may
    describe the instance. A password or key in it is a key to ePHI left in the open. The text is examined as it is
    read and never stored; detectors judge line by line and may miss a secret that looks like ordinary text.
    """

    kind = Instance
    severity = "critical"
    hipaa_proposed = ("164.308(a)(5)(ii)(D)", "164.312(d)")
    sources = (EcsGuide(63), WebProposal())
    aliases = ("prowler:ec2_instance_secrets_user_data", "steampipe:ec2_instance_user_data_no_secrets")
    remedy = Runbook(
        "Take the secret as known to others: replace it where it was issued",
        "Keep the new one in AWS Secrets Manager: aws secretsmanager create-secret --name NAME --secret-string "
        "file://secret --region {region}; let the instance's role read it at start",
        "Take the secret out of the launch template or the Terraform code and replace the instance, or: aws ec2 "
        "stop-instances --instance-ids {id} --region {region}, then aws ec2 modify-instance-attribute "
        "--instance-id {id} --attribute userData --value file://without.b64 --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is stopped or replaced",
            cost="a secret, 0.40 USD a month",
        ),
    )
    GOOD = ({"user_data": UserData(present=True)}, {"user_data": UserData()})
    BAD = (
        {"user_data": UserData(present=True, detectors=("AWS Access Key",))},
        {"user_data": UserData(present=True, detectors=("Secret Keyword", "Private Key")), "state": "stopped"},
    )
    SKIP = ({"state": "terminated"},)

    @staticmethod
    def applies(instance: Instance) -> bool:
        """Instances that are not terminated."""
        return not instance.gone

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if instance.user_data.detectors:
            yield Fail(f"the user data holds what looks like a secret: {', '.join(instance.user_data.detectors)}")
