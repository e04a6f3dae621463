"""iam_policy_no_ecs_wildcard."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._policies import NARROW, customers_own, policy, where
from scanner.kinds.iam import ManagedPolicy
from scanner.model.policy import Every, Patterns, Statement
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/claims"
HARMLESS = tuple(
    """ecs:Describe* ecs:Get* ecs:List* ecs:DiscoverPollEndpoint ecs:Poll ecs:PutSystemLogEvents
    ecs:StartTelemetrySession ecs:Submit* ecs:CreateCapacityProvider ecs:CreateCluster ecs:DeleteAccountSetting
    ecs:DeregisterTaskDefinition ecs:PutAccountSetting ecs:PutAccountSettingDefault
    ecs:RegisterTaskDefinition""".split()
)
BINDING = ("ecs:cluster", "ecs:resourcetag/", "aws:resourcetag/")
"""The condition keys that bind an action to a cluster or to tagged resources, in lower case."""


class PolicyNoEcsWildcard(Rule):
    """No policy grants unconditioned ECS wildcards.

    Whoever may change anything in ECS can start a container of their own beside the others, with their task role
    and their data. Bound to a cluster or to tags, the permission reaches the workloads it is meant for, and none
    that hold other ePHI.

    Reading is not judged, nor is what the ECS agent reports, nor the actions that IAM cannot bind to a resource
    (CreateCluster, RegisterTaskDefinition and the like; Service Authorization Reference, as of 2025) where they are
    named one by one.
    """

    kind = ManagedPolicy
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(53),)
    remedy = NARROW
    GOOD = (
        {"document": policy(Action=["ecs:Describe*", "ecs:List*", "ecs:GetTaskProtection"], Resource="*")},
        {"document": policy(Action=["ecs:CreateCluster", "ecs:RegisterTaskDefinition"], Resource="*")},
        {"document": policy(Action=["ecs:Poll", "ecs:Submit*", "ecs:StartTelemetrySession"], Resource="*")},
        {"document": policy(Action="ecs:*", Resource="*", Condition={"ArnEquals": {"ecs:cluster": CLUSTER}})},
        {
            "document": policy(
                Action="ecs:*", Resource="*", Condition={"StringEquals": {"aws:ResourceTag/team": "claims"}}
            )
        },
        {
            "document": policy(
                Action="ecs:*", Resource="*", Condition={"StringEquals": {"ecs:ResourceTag/team": "claims"}}
            )
        },
        {
            "document": policy(
                Action="ecs:UpdateService", Resource="arn:aws:ecs:us-east-1:123456789012:service/claims/*"
            )
        },
        {"document": policy(Action=["ecs:List*", "s3:*"], Resource="*")},
        {"document": policy(NotAction="ecs:*", Resource="*")},
        {
            "document": policy(
                {"Action": "ecs:*", "Resource": "*"}, {"Effect": "Deny", "Action": "ecs:*", "Resource": "*"}
            )
        },
    )
    BAD = (
        {"document": policy(Action="ecs:*", Resource="*")},
        {"document": policy(Action="*", Resource="*")},
        {"document": policy(Action="ecs:UpdateService", Resource="*"), "attachment_count": 2},
        {"document": policy(Action=["ecs:List*", "ecs:Put*"], Resource="arn:aws:ecs:*:*:*")},
        {"document": policy(NotAction="iam:*", Resource="*")},
        {
            "document": policy(
                Action="ecs:RunTask", Resource="*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
            )
        },
        {"document": policy(Action="ecs:RunTask", Resource="*", Condition={"ArnLike": {"ecs:cluster": "*"}})},
    )
    SKIP = (
        {"document": policy(Action="ecs:*", Resource="*"), "attachment_count": 0},
        {"document": policy(Action="ecs:*", Resource="*"), "arn": "arn:aws:iam::aws:policy/AmazonECS_FullAccess"},
    )

    @staticmethod
    def applies(policy: ManagedPolicy) -> bool | str:
        """Customer managed policies that are attached to a user, group or role."""
        own = customers_own(policy)
        if own is not True:
            return own
        return True if policy.attachment_count else "the policy is attached to nobody"

    @staticmethod
    def check(policy: ManagedPolicy) -> Iterator[Fail]:
        for grant in policy.document.grants_outside(HARMLESS):
            found = grant.statement
            if _of_ecs(found, grant.action) and not any(key.startswith(BINDING) for key in found.demands):
                yield Fail(
                    f"{found.label} allows {grant.action} on all resources of ECS{where(found)}",
                    part=f"{found.label} {grant.action}",
                )


def _of_ecs(statement: Statement, action: str) -> bool:
    """Say whether what a statement allows by a pattern holds something of ECS, on all its resources."""
    touched = statement.actions if statement.actions.negated else Patterns((action,), actions=True)
    everywhere = statement.reach.is_everything or statement.reach.spans(Every("ecs"))
    return everywhere and touched.overlaps("ecs:*")
