"""What the rules on the account's password policy share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from scanner.kinds.account import Account
from scanner.model.remedy import Custodian
from scanner.model.rule import Fail, Gaps, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.kind import Kind
    from scanner.model.rule import Missing

LENGTH = 14
REUSE = 24
MAX_AGE = 90
"""What the AWS Config rule iam-password-policy and the CIS benchmark ask for."""

CLASSES = {
    "password_uppercase": "uppercase letter",
    "password_lowercase": "lowercase letter",
    "password_number": "number",
    "password_symbol": "symbol",
}
STRONG = {
    "MinimumPasswordLength": LENGTH,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "PasswordReusePrevention": REUSE,
}


class OneSetting:
    """What the rules on a single setting have in common."""

    kind: ClassVar[type[Kind]] = Account
    severity: ClassVar[Severity] = "medium"
    hipaa: ClassVar[tuple[str, ...]] = (
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.308(a)(5)(ii)(D)",
        "164.312(d)",
    )
    related: ClassVar[tuple[str, ...]] = ("iam_password_policy_strong",)


def sets(policy: dict[str, Any], *sound: dict[str, Any]) -> Custodian:
    """Make the remedy that sets these members and keeps the others; `sound` are the conditions that hold afterwards."""
    held = [{"type": "password-policy", **condition} for condition in sound]
    action = {"type": "set-password-policy", "policy": policy}
    return Custodian("account", action, filters=[{"not": [{"and": held}]}])


def weaknesses(account: Account, length: int, reuse: int) -> Iterator[Fail | Missing]:
    """Say where the policy asks for less: length, classes of characters, reuse."""
    gaps = Gaps()
    with gaps:
        if account.password_length < length:
            yield Fail(f"passwords may be {account.password_length} characters long, {length} are asked for", "length")
    for name, character in CLASSES.items():
        with gaps:
            if not getattr(account, name):
                yield Fail(f"passwords need no {character}", part=character)
    with gaps:
        if account.password_reuse < reuse:
            yield Fail(f"the last {account.password_reuse} passwords are refused, {reuse} are asked for", "reuse")
    yield from gaps
