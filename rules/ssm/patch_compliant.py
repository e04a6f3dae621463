"""ssm_patch_compliant."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ssm import Compliance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

OTHER = Compliance("Association", "NON_COMPLIANT")


class PatchCompliant(Rule):
    """Managed instances are patch-compliant.

    Most break-ins use holes for which the patch was there for months. What Systems Manager counts says of each host
    whether the patches that its baseline demands are in. A managed host of which nothing was ever counted shows no such
    thing, so it does not meet the requirement either. Servers outside of EC2 are not judged here.
    """

    kind = Instance
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    aliases = (
        "config:ec2-managedinstance-patch-compliance-status-check",
        "security-hub:SSM.2",
        "prowler:ssm_managed_compliant_patching",
        "steampipe:ssm_managed_instance_compliance_patch_compliant",
    )
    related = ("ec2_instance_image_age",)
    remedy = Runbook(
        "See what is missing: aws ssm describe-instance-patches --instance-id {id}",
        "Install it: aws ssm send-command --document-name AWS-RunPatchBaseline --instance-ids {id}"
        " --parameters Operation=Install",
        "Set up a patch policy or a maintenance window, so that it happens without being asked.",
        effect=Effect(risk="high", downtime="the instance starts anew where a patch asks for it"),
    )
    GOOD = (
        {"compliance": (OTHER, Compliance("Patch"))},
        {"compliance": (Compliance("Patch"),), "ssm_ping": "ConnectionLost"},
    )
    BAD = (
        {"compliance": (Compliance("Patch", "NON_COMPLIANT", "CRITICAL", 3),)},
        {"compliance": (Compliance("Patch"), Compliance("Patch", "NON_COMPLIANT"))},
        {"compliance": (Compliance("Association"),)},
        {"compliance": ()},
    )
    SKIP = (
        {"ssm_ping": "", "compliance": ()},
        {"state": "terminated", "compliance": ()},
    )

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Instances that Systems Manager manages."""
        return not instance.gone and bool(instance.ssm_ping)

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        found = [item for item in instance.compliance if item.type == "Patch"]
        if not found:
            yield Fail("no patch compliance was ever reported", severity="medium")
        for item in found:
            if item.status != "COMPLIANT":
                yield Fail(f"patches are {item.status}: {item.failing} missing or failed, the worst {item.severity}")
