"""iam_no_inline_policies."""

from __future__ import annotations

from collections.abc import Iterator

from rules.iam._embedded import TAKE_OUT
from rules.iam._policies import DOCUMENT
from scanner.kinds.iam_policies import IdentityPolicies
from scanner.kinds.iam_reading import InlinePolicy
from scanner.model.rule import Fail, Rule


class NoInlinePolicies(Rule):
    """Users, groups and roles carry no inline policies.

    An embedded policy is found only by looking at that one identity: it is not versioned, not reviewed with the
    others and not seen when it gives rights to ePHI twice. A managed policy says once, and for all who have it,
    what they may do.
    """

    kind = IdentityPolicies
    severity = "medium"
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
    aliases = ("config:iam-no-inline-policy-check", "steampipe:iam_group_user_role_no_inline_policies")
    related = ("iam_policies_attached_to_groups_or_roles",)
    remedy = TAKE_OUT
    GOOD = ({}, {"arn": "arn:aws:iam::123456789012:user/nurse-portal", "name": "nurse-portal"})
    BAD = (
        {"inline": (InlinePolicy("own", DOCUMENT),)},
        {"inline": (InlinePolicy("own", DOCUMENT),), "arn": "arn:aws:iam::123456789012:group/engineers"},
    )
    SKIP = (
        {"arn": "arn:aws:iam::123456789012:policy/claims-read", "managed": DOCUMENT},
        {"inline": (InlinePolicy("own", DOCUMENT),), "path": "/aws-service-role/ecs.amazonaws.com/"},
    )

    @staticmethod
    def applies(holder: IdentityPolicies) -> bool | str:
        """Users, groups and roles."""
        return holder.owner or not holder.is_managed

    @staticmethod
    def check(holder: IdentityPolicies) -> Iterator[Fail]:
        for embedded in holder.inline:
            yield Fail(f"the policy {embedded.name} is embedded", part=embedded.name)
