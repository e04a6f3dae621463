"""iam_policies_attached_to_groups_or_roles."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._policies import DOCUMENT
from scanner.kinds.iam import User
from scanner.kinds.iam_reading import InlinePolicy
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Gaps, Missing, Rule
from scanner.model.source import WebProposal


class PoliciesAttachedToGroupsOrRoles(Rule):
    """Users get permissions only through groups or roles.

    What each user may do by themselves nobody can overlook: rights stay when the work changes, and who may read
    ePHI is only found user by user. Groups and roles say it once for all who do the same work.

    A permissions boundary gives no rights and does not count.
    """

    kind = User
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
    sources = (WebProposal(),)
    aliases = (
        "config:iam-user-no-policies-check",
        "security-hub:IAM.2",
        "prowler:iam_policy_attached_only_to_group_or_roles",
        "steampipe:iam_user_no_policies",
        "steampipe:iam_user_no_inline_attached_policies",
        "cis:v3.0/1.15",
        "cis:v4.0/1.15",
        "cis:v5.0/1.14",
        "cis:v6.0/2.14",
        "cis:v7.0/2.13",
    )
    remedy = Runbook(
        "Find or make the group of those who do the same work, or better a role, with the permissions needed.",
        "Put the user into it: aws iam add-user-to-group --user-name {name} --group-name GROUP",
        "Take the user's own away: aws iam detach-user-policy --user-name {name} --policy-arn ARN, "
        "aws iam delete-user-policy --user-name {name} --policy-name NAME",
        effect=Effect(risk="medium", downtime="whoever needs what is taken away is refused"),
    )
    GOOD = ({}, {"groups": ("engineers",)})
    BAD = (
        {"attached": ("arn:aws:iam::aws:policy/ReadOnlyAccess",)},
        {"inline": (InlinePolicy("own", DOCUMENT),)},
        {"inline": (InlinePolicy("own", DOCUMENT),), "attached": ("arn:aws:iam::aws:policy/ReadOnlyAccess",)},
    )

    @staticmethod
    def check(user: User) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            for arn in user.attached:
                yield Fail(f"{arn} is attached to the user", part=arn)
        with gaps:
            for policy in user.inline:
                yield Fail(f"the policy {policy.name} is embedded in the user", part=policy.name)
        yield from gaps
