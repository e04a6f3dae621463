"""iam_pass_role_restricted."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.iam import ManagedPolicy
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Note, Rule
from scanner.model.source import EcsGuide

ROLE = "arn:aws:iam::123456789012:role/claims-task"
ECS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def _policy(**different: object) -> PolicyDocument | None:
    """A policy for the examples: a sound statement, but for what differs."""
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow"} | different})


class PassRoleRestricted(Rule):
    """iam:PassRole is bound to named roles and services.

    Whoever may pass any role to any service can start a task or an instance as an administrator and so become one.
    Bound to named roles and to the services that receive them, the permission gives no more than it says. A pattern
    that begins with a literal part of the role's name counts as named and is said as a note. Policies of AWS itself
    are not judged here.
    """

    kind = ManagedPolicy
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(53), EcsGuide(55))
    remedy = Runbook(
        "List the roles that are passed and to which service: CloudTrail records them in RunTask, "
        "RegisterTaskDefinition and RunInstances.",
        "Name just those ARNs in the statement's Resource and add the condition "
        '{"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}.',
        "Put it in force: aws iam create-policy-version --policy-arn {arn} --policy-document file://policy.json "
        "--set-as-default",
        effect=Effect(risk="medium", downtime="whoever needs what is taken away is refused"),
    )
    GOOD = (
        {"document": _policy(Action="iam:PassRole", Resource=ROLE, Condition=ECS)},
        {"document": _policy(Action="iam:PassRole", Resource=f"{ROLE}-*", Condition=ECS)},
        {"document": _policy(Action="s3:GetObject", Resource="*")},
        {"document": _policy(Effect="Deny", Action="iam:PassRole", Resource="*")},
    )
    BAD = (
        {"document": _policy(Action="iam:PassRole", Resource="*")},
        {"document": _policy(Action="iam:PassRole", Resource=ROLE)},
        {"document": _policy(Action="iam:PassRole", Resource="arn:aws:iam::123456789012:role/*", Condition=ECS)},
        {"document": _policy(Action="iam:Pass*", Resource="*", Condition=ECS)},
        {"document": _policy(NotAction="s3:*", Resource="*"), "attachment_count": 2},
        {
            "document": _policy(
                Action="iam:PassRole", Resource=ROLE, Condition={"StringLike": {"iam:PassedToService": "*"}}
            )
        },
    )
    SKIP = (
        {"document": _policy(Action="iam:PassRole", Resource="*"), "attachment_count": 0},
        {"document": _policy(Action="iam:PassRole", Resource="*"), "arn": "arn:aws:iam::aws:policy/PowerUserAccess"},
    )

    @staticmethod
    def applies(policy: ManagedPolicy) -> bool | str:
        """Customer managed policies that are attached to a user, group or role."""
        if policy.aws_managed:
            return "AWS owns this policy"
        return True if policy.attachment_count else "the policy is attached to nobody"

    @staticmethod
    def check(policy: ManagedPolicy) -> Iterator[Fail | Note]:
        for grant in policy.document.pass_role_grants():
            label = grant.statement.label
            wrong = [] if grant.named else [f"any role that matches {', '.join(grant.wildcards)}"]
            wrong += [] if grant.bound else ["any service"]
            if wrong:
                yield Fail(f"{label} allows iam:PassRole for {' and '.join(wrong)}", part=label)
            elif grant.patterns:
                yield Note(f"{label} names roles by a part of their name: {', '.join(grant.patterns)}")
