"""What the rules on the account's password policy share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from rules._former import former
from scanner.kinds.account import Account
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Gaps, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.kind import Kind
    from scanner.model.remedy import Around
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
TERRAFORM = {
    "MinimumPasswordLength": "minimum_password_length",
    "RequireUppercaseCharacters": "require_uppercase_characters",
    "RequireLowercaseCharacters": "require_lowercase_characters",
    "RequireNumbers": "require_numbers",
    "RequireSymbols": "require_symbols",
    "PasswordReusePrevention": "password_reuse_prevention",
    "MaxPasswordAge": "max_password_age",
}
AFTER = "a password that is set from now on must meet it; those that are there stay until they are changed"


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


def sets(policy: dict[str, Any]) -> Direct:
    """Make the remedy that sets these members and keeps the others."""

    def put(account: Account, _part: str) -> Iterator[Write]:
        yield Write("iam.UpdateAccountPasswordPolicy", (_kept(account) or {}) | policy)

    first = ("iam_password_policy_strong", "iam_password_policy_baseline")
    return Direct(
        "iam.UpdateAccountPasswordPolicy",
        why="The whole policy is put at once: the members that stand are put again beside the new ones.",
        by=put,
        effect=Effect(
            after=AFTER, risk=_risk(policy), undo=_former_passwords, terraform=_terraform(policy), follows=first
        ),
    )


def strengthens(policy: dict[str, Any], *, follows: tuple[str, ...] = ()) -> Direct:
    """Make the remedy that asks for at least this, and for more where the policy that stands or the settings do."""
    return Direct(
        "iam.UpdateAccountPasswordPolicy",
        why="Custodian would also set what is stricter already back to these values.",
        by=_strengthen if "MaxPasswordAge" not in policy else _strengthen_and_expire,
        across=True,
        effect=Effect(after=AFTER, risk=_risk(policy), undo=_as_before, terraform=_terraform(policy), follows=follows),
    )


def _risk(policy: dict[str, Any]) -> Literal["low", "medium"]:
    """Where passwords end, somebody may find that his has."""
    return "medium" if "MaxPasswordAge" in policy else "low"


def _terraform(policy: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"aws_iam_account_password_policy": {TERRAFORM[name]: value for name, value in policy.items()}}


def _kept(account: Account) -> dict[str, Any] | None:
    """The policy that stands, as it can be put again; None where there is none. What is 0 there is not asked for."""
    was = former(account, "passwords")
    if was is None:
        return None
    return {
        name: value
        for name, value in was.items()
        if name != "ExpirePasswords" and (value or name not in {"MaxPasswordAge", "PasswordReusePrevention"})
    }


def _strong(account: Account, around: Around) -> dict[str, Any]:
    was, settings = _kept(account), around.settings
    more = {
        "MinimumPasswordLength": max(account.password_length, getattr(settings, "length", LENGTH)),
        "PasswordReusePrevention": max(account.password_reuse, getattr(settings, "reuse", REUSE)),
    }
    return ({"AllowUsersToChangePassword": True} if was is None else was) | STRONG | more


def _strengthen(account: Account, _part: str, around: Around) -> Iterator[Write]:
    yield Write("iam.UpdateAccountPasswordPolicy", _strong(account, around))


def _strengthen_and_expire(account: Account, _part: str, around: Around) -> Iterator[Write]:
    days = getattr(around.settings, "days", MAX_AGE)
    ends = min(account.password_max_age or days, days)
    yield Write("iam.UpdateAccountPasswordPolicy", _strong(account, around) | {"MaxPasswordAge": ends})


def _former_passwords(account: Account, _part: str) -> Iterator[Write]:
    """Where there was no policy, one is put before it is deleted: another remedy's undoing may have deleted it."""
    was = _kept(account)
    yield Write("iam.UpdateAccountPasswordPolicy", was or {})
    if was is None:
        yield Write("iam.DeleteAccountPasswordPolicy")


def _as_before(account: Account, part: str, _around: Around) -> Iterator[Write]:
    return _former_passwords(account, part)


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
