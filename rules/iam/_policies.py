"""What the rules on identity policies share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.iam import ManagedPolicy
from scanner.kinds.iam_identities import documents
from scanner.kinds.iam_reading import document
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook

if TYPE_CHECKING:
    from scanner.kinds.iam import Role
    from scanner.model.inventory import World
    from scanner.model.policy import Statement


def policy(*statements: dict[str, Any], **one: Any) -> PolicyDocument:
    """Make a policy for the examples: of statements, or of one statement's members; each allows unless it says not."""
    listed = [{"Effect": "Allow"} | statement for statement in (statements or (one,))]
    return document({"Version": "2012-10-17", "Statement": listed})


def trust(principal: Any, condition: dict[str, Any] | None = None, action: str = "sts:AssumeRole") -> PolicyDocument:
    """Make a trust policy for the examples."""
    return policy(Principal=principal, Action=action, Condition=condition or {})


DOCUMENT = policy(Action="s3:GetObject", Resource="arn:aws:s3:::claims/*")

NARROW = Runbook(
    "See who has it: aws iam list-entities-for-policy --policy-arn {arn}",
    "Find what they use: aws iam generate-service-last-accessed-details --arn ENTITY, or IAM Access Analyzer's policy "
    "generation from CloudTrail.",
    "Write a version that allows just that: aws iam create-policy-version --policy-arn {arn} --policy-document "
    "file://policy.json --set-as-default",
    "Should something be refused that is needed: aws iam set-default-policy-version --policy-arn {arn} --version-id "
    "FORMER",
    effect=Effect(
        risk="medium",
        downtime="whoever needs what is taken away is refused",
        terraform={"aws_iam_policy": {"policy": "POLICY"}},
    ),
)

EMBEDDED = Runbook(
    "See what it allows: aws iam get-user-policy, get-group-policy or get-role-policy for {arn}; of a managed policy: "
    "aws iam get-policy-version",
    "Make a managed policy of what is needed, and of no more: aws iam create-policy --policy-name NAME "
    "--policy-document file://policy.json",
    "Attach it to the group or role of those who do the work: aws iam attach-group-policy, aws iam attach-role-policy",
    "Delete the embedded one: aws iam delete-user-policy, delete-group-policy or delete-role-policy",
    effect=Effect(
        risk="medium",
        downtime="whoever needs what is taken away is refused",
        terraform={"aws_iam_policy": {"policy": "POLICY"}},
    ),
)


def customers_own(policy: ManagedPolicy) -> bool | str:
    """Say whether the account's owner can change a policy, or why not."""
    return "AWS owns this policy" if policy.aws_managed else True


def where(statement: Statement) -> str:
    """Say the conditions of a statement, as the end of a sentence."""
    return f", where {'; '.join(map(str, statement.conditions))}" if statement.conditions else ""


def whole(world: World, role: Role) -> PolicyDocument:
    """Give all that the policies of a role say, as IAM reads it: a denial in one takes from what another allows.

    Raises:
        Unknown: some policy could not be read.
    """
    return PolicyDocument(tuple(statement for _, found in documents(world, role) for statement in found.statements))
