"""iam_policy_no_administrator_wildcard."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.iam import ManagedPolicy
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Note, Rule
from scanner.model.source import EcsGuide, WebProposal


def _policy(**different: object) -> PolicyDocument | None:
    """A policy for the examples: a sound statement, but for what differs."""
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow"} | different})


class PolicyNoAdministratorWildcard(Rule):
    """No attached customer policy grants full administrative access.

    A policy that allows everything on everything makes each identity it is attached to an administrator: it reads
    all ePHI and can switch off what watches over it. A condition on such a statement does not make it less.
    Policies of AWS itself and policies that are embedded in one identity are not judged here.
    """

    kind = ManagedPolicy
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(53), WebProposal())
    remedy = Runbook(
        "See who has it: aws iam list-entities-for-policy --policy-arn {arn}",
        "Find what they use: aws iam generate-service-last-accessed-details --arn ENTITY, or IAM Access Analyzer's "
        "policy generation from CloudTrail.",
        "Write a version that allows just that: aws iam create-policy-version --policy-arn {arn} --policy-document "
        "file://policy.json --set-as-default",
        "Watch for refused requests in CloudTrail, then delete the old version: aws iam delete-policy-version "
        "--policy-arn {arn} --version-id OLD",
        effect=Effect(
            risk="high",
            downtime="whoever needs what is taken away is refused",
            terraform={"aws_iam_policy": {"policy": "POLICY"}},
        ),
    )
    GOOD = (
        {"document": _policy(Action="s3:*", Resource="*")},
        {"document": _policy(Action="*", Resource="arn:aws:s3:::claims-documents/*")},
        {"document": _policy(NotAction="iam:*", Resource="*")},
        {"document": _policy(Effect="Deny", Action="*", Resource="*")},
    )
    BAD = (
        {"document": _policy(Action="*", Resource="*")},
        {"document": _policy(Action=["s3:GetObject", "*:*"], Resource=["*"])},
        {"document": _policy(Action="*", Resource="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})},
        {"document": _policy(Action="*", Resource="*"), "attachment_count": 3},
    )
    SKIP = (
        {"document": _policy(Action="*", Resource="*"), "attachment_count": 0},
        {"document": _policy(Action="*", Resource="*"), "arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    )

    @staticmethod
    def applies(policy: ManagedPolicy) -> bool | str:
        """Customer managed policies that are attached to a user, group or role."""
        if policy.aws_managed:
            return "AWS owns this policy"
        return True if policy.attachment_count else "the policy is attached to nobody"

    @staticmethod
    def check(policy: ManagedPolicy) -> Iterator[Fail | Note]:
        for statement in policy.document.grants_admin():
            where = f", where {'; '.join(map(str, statement.conditions))}" if statement.conditions else ""
            yield Fail(f"{statement.label} allows every action on every resource{where}", part=statement.label)
        for grant in policy.document.grants_near_admin():
            yield Note(f"{grant.statement.label} allows all but {', '.join(grant.without)}")
