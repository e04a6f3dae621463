"""iam_policy_no_admin_statements."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._policies import DOCUMENT, EMBEDDED, policy, where
from scanner.kinds.iam_policies import IdentityPolicies
from scanner.kinds.iam_reading import InlinePolicy
from scanner.model.policy import PolicyDocument
from scanner.model.rule import Fail, Rule

MANAGED = "arn:aws:iam::123456789012:policy/claims-read"
ADMIN = policy(Action="*", Resource="*")


class PolicyNoAdminStatements(Rule):
    """No policy, attached or not, grants full administrative access.

    A policy that allows everything on everything waits for whoever it is attached to, and one that is embedded has
    already made its identity an administrator: it reads all ePHI and can switch off what watches over it. A
    condition on such a statement does not make it less.

    AWS's own policies are not judged: only who has them is the customer's choice.
    """

    kind = IdentityPolicies
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
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
        "config:iam-policy-no-statements-with-admin-access",
        "security-hub:IAM.1",
        "prowler:iam_customer_unattached_policy_no_administrative_privileges",
        "prowler:iam_aws_attached_policy_no_administrative_privileges",
        "prowler:iam_customer_attached_policy_no_administrative_privileges",
        "prowler:iam_inline_policy_no_administrative_privileges",
        "steampipe:iam_policy_no_star_star",
        "steampipe:iam_policy_all_attached_no_star_star",
        "steampipe:iam_custom_policy_unattached_no_star_star",
        "steampipe:iam_inline_policy_no_administrative_privileges",
        "steampipe:iam_policy_custom_attached_no_star_star",
        "cis:v3.0/1.16",
        "cis:v4.0/1.16",
        "cis:v5.0/1.15",
        "cis:v6.0/2.15",
        "cis:v7.0/2.14",
    )
    related = ("iam_policy_no_administrator_wildcard",)
    remedy = EMBEDDED
    GOOD = (
        {"arn": MANAGED, "managed": DOCUMENT},
        {"arn": MANAGED, "managed": policy(Action="*", Resource="arn:aws:s3:::claims/*")},
        {"inline": (InlinePolicy("own", policy(Action="s3:*", Resource="*")),)},
    )
    BAD = (
        {"arn": MANAGED, "managed": ADMIN},
        {"inline": (InlinePolicy("own", ADMIN),)},
        {"inline": (InlinePolicy("own", DOCUMENT), InlinePolicy("more", ADMIN))},
        {
            "inline": (
                InlinePolicy(
                    "own", policy(Action="*", Resource="*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
                ),
            )
        },
    )
    SKIP = (
        {},
        {"arn": "arn:aws:iam::aws:policy/AdministratorAccess", "managed": ADMIN},
        {"inline": (InlinePolicy("own", ADMIN),), "path": "/aws-service-role/ecs.amazonaws.com/"},
    )

    @staticmethod
    def applies(holder: IdentityPolicies) -> bool | str:
        """Customer managed policies, and users, groups and roles with a policy embedded in them."""
        return holder.owner or holder.is_managed or bool(holder.inline)

    @staticmethod
    def check(holder: IdentityPolicies) -> Iterator[Fail]:
        for name, document in _documents(holder):
            for statement in document.grants_admin():
                label = f"{name} {statement.label}".strip()
                yield Fail(f"{label} allows every action on every resource{where(statement)}", part=label)


def _documents(holder: IdentityPolicies) -> Iterator[tuple[str, PolicyDocument]]:
    if holder.managed is not None:
        yield "", holder.managed
    for embedded in holder.inline:
        yield embedded.name, embedded.document
