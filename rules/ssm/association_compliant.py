"""ssm_association_compliant."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ssm import Compliance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

OTHER = Compliance("Patch", "NON_COMPLIANT")


class AssociationCompliant(Rule):
    """Managed instances are association-compliant.

    An association says in which state a host is to be kept: agents that run, settings that hold. Where it failed, the
    host is not as the organization has decided, and the guard that was to be on it may be missing.
    """

    kind = Instance
    severity = "low"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    aliases = (
        "config:ec2-managedinstance-association-compliance-status-check",
        "security-hub:SSM.3",
        "steampipe:ssm_managed_instance_compliance_association_compliant",
    )
    related = ("ec2_instance_ssm_managed",)
    remedy = Runbook(
        "See which failed: aws ssm describe-instance-associations-status --instance-id {id}",
        "Read the output of the failed run, mend its cause on the host or in the document.",
        "Run it again: aws ssm start-associations-once --association-ids ASSOCIATION",
        effect=Effect(risk="medium"),
    )
    GOOD = (
        {"compliance": (OTHER, Compliance("Association"))},
        {"compliance": (Compliance("Association"),), "ssm_ping": "ConnectionLost"},
    )
    BAD = (
        {"compliance": (Compliance("Association", "NON_COMPLIANT", "HIGH", 1),)},
        {"compliance": (Compliance("Association"), Compliance("Association", "NON_COMPLIANT"))},
    )
    SKIP = (
        {"ssm_ping": "", "compliance": (Compliance("Association"),)},
        {"state": "terminated", "compliance": (Compliance("Association"),)},
        {"compliance": (OTHER,)},
        {"compliance": ()},
    )

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Instances that Systems Manager manages, with associations."""
        if instance.gone or not instance.ssm_ping:
            return False
        return any(item.type == "Association" for item in instance.compliance)

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        for item in instance.compliance:
            if item.type == "Association" and item.status != "COMPLIANT":
                yield Fail(f"associations are {item.status}: {item.failing} failed, the worst {item.severity}")
