"""iam_policy_no_service_wildcard."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._policies import NARROW, customers_own, policy, where
from scanner.kinds.iam import ManagedPolicy
from scanner.model.rule import Fail, Rule


class PolicyNoServiceWildcard(Rule):
    """Customer policies avoid service-wide wildcard actions.

    A policy that allows all actions of a service allows those that nobody thought of: deleting backups, opening
    buckets, switching logs off, and each action that AWS adds later. Naming the actions keeps rights to ePHI at
    what the work needs.

    Conditions are reported and do not make it less: what they allow is still everything. Everything but some
    actions counts too.
    """

    kind = ManagedPolicy
    severity = "low"
    hipaa = (
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(3)(ii)(B)",
        "164.308(a)(4)(i)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
    )
    aliases = (
        "config:iam-policy-no-statements-with-full-access",
        "security-hub:IAM.21",
        "steampipe:iam_all_policy_no_service_wild_card",
    )
    related = ("iam_policy_no_ecs_wildcard", "iam_policy_no_administrator_wildcard")
    remedy = NARROW
    GOOD = (
        {"document": policy(Action=["s3:Get*", "s3:PutObject"], Resource="*")},
        {"document": policy(Action="s3:*", Resource="arn:aws:s3:::claims/*")},
        {"document": policy(Effect="Deny", Action="s3:*", Resource="*")},
        {
            "document": policy(
                {"Action": "s3:*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
            )
        },
        {"document": policy(NotAction="s3:*", Resource="arn:aws:s3:::claims/*")},
        {"document": policy(NotAction="*", Resource="*")},
    )
    BAD = (
        {"document": policy(Action="s3:*", Resource="*")},
        {"document": policy(Action=["ec2:Describe*", "sqs:**"], Resource="*"), "attachment_count": 0},
        {"document": policy(Action="kms:*", Resource="arn:aws:kms:*:*:*")},
        {"document": policy(Action="*", Resource="*")},
        {"document": policy(NotAction="iam:*", Resource="*")},
        {"document": policy(Action="*", NotResource="arn:aws:s3:::claims/*")},
        {"document": policy(Action="s3:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "true"}})},
    )
    SKIP = ({"document": policy(Action="s3:*", Resource="*"), "arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"},)

    @staticmethod
    def applies(policy: ManagedPolicy) -> bool | str:
        """Customer managed policies, attached or not."""
        return customers_own(policy)

    @staticmethod
    def check(policy: ManagedPolicy) -> Iterator[Fail]:
        document = policy.document
        for grant in document.grants_near_admin():
            label = grant.statement.label
            yield Fail(f"{label} allows all actions of all services but {', '.join(grant.without)}", part=label)
        for statement in document.statements:
            for action in statement.actions.values:
                if action.rstrip("*") in {"", f"{action.partition(':')[0]}:"} and statement in document.allows(action):
                    yield Fail(
                        f"{statement.label} allows {action} on all resources{where(statement)}",
                        part=f"{statement.label} {action}",
                    )
