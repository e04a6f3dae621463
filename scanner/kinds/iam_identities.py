"""IAM: what an identity may do, by all its policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.kinds.iam import Group, ManagedPolicy, Role, User
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.policy import PolicyDocument

if TYPE_CHECKING:
    from scanner.model.inventory import World


def documents(world: World, identity: User | Group | Role) -> Iterator[tuple[str, PolicyDocument]]:
    """Go over the policies of an identity, inline and attached, each with its name; the rule needs ManagedPolicy.

    Raises:
        Unknown: at the end, when a policy that is attached could not be read.
    """
    for policy in identity.inline:
        yield policy.name, policy.document
    gaps: list[Gap] = []
    for arn in identity.attached:
        try:
            found = world.first(ManagedPolicy, arn=arn)
            known = found.document if found else None
        except Unknown as error:
            gaps.extend(error.gaps)
            continue
        if known is None:
            message = f"{arn} is attached, but the listing does not hold it"
            gaps.append(Gap("iam.GetAccountAuthorizationDetails", message=message, state=GapState.PARTIAL))
        else:
            yield arn, known
    if gaps:
        raise Unknown(*gaps)
