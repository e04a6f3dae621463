"""iam_group_not_empty."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.iam import Group, User
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule


class GroupNotEmpty(Rule):
    """Groups have at least one user.

    A group without members holds rights that nobody has reviewed since its last member left. Whoever is put into it
    later, by mistake or on purpose, gets rights to ePHI that nobody remembers having given.
    """

    kind = Group
    needs = (User,)
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
    aliases = ("config:iam-group-has-users-check", "steampipe:iam_group_not_empty")
    remedy = Runbook(
        "See whether the group is kept for a reason, such as an emergency: then put its holder into it.",
        "Else take its policies away and delete it: aws iam detach-group-policy, aws iam delete-group-policy, "
        "aws iam delete-group --group-name {name}",
        effect=Effect(risk="medium"),
    )
    GOOD = (
        Case({}, others=[Other(User, groups=("engineers",))]),
        Case({}, others=[Other(User), Other(User, id="b", groups=("auditors", "engineers"))]),
    )
    BAD = ({}, Case({}, others=[Other(User, groups=("auditors",)), Other(User, id="b")]))
    UNKNOWN = (Case({}, lacking=[User]),)

    @staticmethod
    def check(group: Group, world: World) -> Iterator[Fail]:
        if not any_of(world.all(User), lambda user: group.id in user.groups):
            yield Fail("no user is in the group")
