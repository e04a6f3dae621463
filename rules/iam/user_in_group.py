"""iam_user_in_group."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.iam import User
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule


class UserInGroup(Rule):
    """Users belong to a group.

    Groups are how rights follow the work. A user in none has rights of its own, which nobody reviews, or none at
    all, and is then a door to ePHI that was left behind.
    """

    kind = User
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
    aliases = ("config:iam-user-group-membership-check", "steampipe:iam_user_in_group")
    related = ("iam_policies_attached_to_groups_or_roles",)
    remedy = Runbook(
        "Ask the owner what the user is for; delete one that is for nothing any more.",
        "Put it into the group of those who do the same work: aws iam add-user-to-group --user-name {name} "
        "--group-name GROUP",
        effect=Effect(risk="medium"),
    )
    GOOD = ({"groups": ("engineers",)}, {"groups": ("engineers", "auditors")})
    BAD = ({"groups": ()},)

    @staticmethod
    def check(user: User) -> Iterator[Fail]:
        if not user.groups:
            yield Fail("the user is in no group")
