"""ec2_instance_imdsv2_required."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ec2_instances import Instance
from scanner.model.inventory import any_of
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class InstanceImdsv2Required(Rule):
    """Instances require IMDSv2.

    The first version of the metadata service hands the instance's credentials to any request that can be made to
    reach it, so one forged request in a web application opens every store of ePHI that the role may read. The second
    version answers only to a session token.
    """

    kind = Instance
    severity = "high"
    hipaa = ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)")
    sources = (EcsGuide(58),)
    aliases = (
        "config:ec2-imdsv2-check",
        "security-hub:EC2.8",
        "prowler:ec2_confidential_workload_host_imdsv2_not_enforced",
        "prowler:ec2_instance_imdsv2_enabled",
        "steampipe:ec2_instance_uses_imdsv2",
        "cis:v3.0/5.6",
        "cis:v4.0/5.7",
        "cis:v5.0/5.7",
        "cis:v6.0/6.7",
        "cis:v7.0/6.7",
    )
    remedy = Custodian(
        "ec2",
        {"type": "set-metadata-access", "tokens": "required"},
        filters=[{"MetadataOptions.HttpTokens": "optional"}],
        effect=Effect(
            sets={"http_tokens": "required"},
            after="Programs that ask without a session token get no answer, old SDKs among them; CloudWatch's"
            " MetadataNoToken says whether there are any.",
            risk="medium",
            undo=[Write("ec2.ModifyInstanceMetadataOptions", {"InstanceId": "{id}", "HttpTokens": "optional"})],
            terraform={"aws_instance": {"metadata_options": {"http_tokens": "required"}}},
        ),
    )
    GOOD = (
        {"http_tokens": "required"},
        {"http_tokens": "optional", "http_endpoint": "disabled"},
    )
    BAD = ({"http_tokens": "optional"}, {"http_tokens": "optional", "state": "stopped"})
    SKIP = ({"http_tokens": "optional", "state": "terminated"}, {"state": "shutting-down"})

    @staticmethod
    def applies(instance: Instance) -> bool:
        """Instances that are not terminated."""
        return not instance.gone

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if not any_of([lambda: instance.http_tokens == "required", lambda: instance.http_endpoint == "disabled"]):
            yield Fail("the metadata service answers without a session token (HttpTokens is optional)")
