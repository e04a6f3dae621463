"""What conditions come to: whether they can hold at all, and whether they leave only fixed, named callers.

Source: Amazon S3 User Guide, "Blocking public access", the meaning of "public"; IAM User Guide, "Condition operators"
(IfExists, Null) and "Set operators for multivalued context keys" (ForAllValues is true where the key is absent).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Final, Literal

from scanner.model.policy.glob import has_variable, has_wildcard, is_fixed
from scanner.model.policy.statement import Condition, Statement

Reading = Literal["documented", "effective"]
"""`documented`: AWS's published meaning of public, to the letter. `effective`: also wildcards within one named
account, variables that stand for the resource's own account or organization, and Denies that leave only fixed values
count as fixed, because nobody else gets in."""

_TEXT: Final = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})
_POSITIVE: Final = _TEXT | {"IpAddress", "Bool", "BinaryEquals", "NumericEquals", "DateEquals"}
_OPPOSITE: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
}
_OWN: Final = frozenset({"${aws:resourceaccount}", "${aws:resourceorgid}"})
_ACCOUNT: Final = re.compile(r"\d{12}")
_WIDEST: Final = {4: 8, 6: 32}  # prefix lengths; no private range of RFC 1918 is wider

SOURCE_KEYS: Final = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"}
)
ORGANIZATION_KEYS: Final = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
ACCOUNT_KEYS: Final = frozenset({"aws:principalaccount", "kms:calleraccount", "aws:principalarn"})


def impossible(conditions: Iterable[Condition]) -> bool:
    """Whether the tests can never all hold: a comparison with no values, a key that must be absent and is compared."""
    plain = [test for test in conditions if not test.if_exists and not test.quantifier]
    if not plain:
        return False
    compared = {test.key for test in plain if test.operator in _POSITIVE}
    absent = {test.key for test in plain if test.operator == "Null" and set(test.values) == {"true"}}
    return bool(compared & absent) or any(test.operator in _POSITIVE and not test.values for test in plain)


def narrows(conditions: Iterable[Condition], reading: Reading = "documented") -> bool:
    """Whether the tests together let in only callers with fixed values of a key that tells callers apart."""
    return any(True for _ in fixing(conditions, reading))


def fixing(conditions: Iterable[Condition], reading: Reading = "documented") -> list[Condition]:
    """The tests, each of which alone lets in only fixed values."""
    tests = tuple(conditions)
    present = {test.key for test in tests if _demands_key(test)}
    return [test for test in tests if (test.key in present or _demands_key(test)) and fixes(test, reading)]


def _demands_key(test: Condition) -> bool:
    """Whether a request without the key surely fails the test."""
    if test.operator == "Null":
        return not test.quantifier and set(test.values) == {"false"}
    return test.operator in _POSITIVE and not test.if_exists and test.quantifier != "ForAllValues"


def fixes(test: Condition, reading: Reading) -> bool:
    """Whether the values of the test, where the key is there, are fixed ones."""
    judge = _FIXING.get(test.key)
    return judge is not None and bool(test.values) and judge(test, reading)


def leaves_only_fixed(deny: Statement) -> bool:
    """Whether a Deny for everyone spares only requests with fixed values: "deny unless aws:PrincipalOrgID is ours"."""
    return deny.for_everyone and bool(deny.conditions) and all(_spares_only_fixed(test) for test in deny.conditions)


def _spares_only_fixed(test: Condition) -> bool:
    twin = _OPPOSITE.get(test.operator)
    if twin is None or test.quantifier == "ForAnyValue":  # ForAnyValue is false, and spares, where the key is absent
        return False
    return fixes(Condition(twin, test.key, test.values), "effective")


def _fixed_text(test: Condition, reading: Reading) -> bool:
    if test.operator not in _TEXT:
        return False
    return all(_fixed(value, test, reading) for value in test.values)


def _fixed(value: str, test: Condition, reading: Reading) -> bool:
    if has_variable(value):
        return reading == "effective" and value.lower() in _OWN
    plain = reading == "effective" and test.operator.startswith("StringEquals")  # which takes `*` for a character
    return plain or not has_wildcard(value)


def account_in(value: str, operator: str) -> str | None:
    """The account id that an ARN pattern surely fixes, None where it fixes none."""
    parts = value.split(":", 5)
    if len(parts) < 6 or not _ACCOUNT.fullmatch(parts[4]):  # noqa: PLR2004 - arn:partition:service:region:account:rest
        return None
    by_part = operator in {"ArnEquals", "ArnLike"}  # the others let an early `*` run over colons
    return parts[4] if by_part or all(map(is_fixed, parts[:4])) else None


def _fixed_arn(test: Condition, reading: Reading) -> bool:
    return _fixed_text(test, reading) or (reading == "effective" and _fixed_account(test, reading))


def _fixed_account(test: Condition, _reading: Reading) -> bool:
    """An ARN may end in a wildcard as long as the account is named (s3:DataAccessPointArn, by AWS's own exception)."""
    if test.operator not in _TEXT:
        return False
    return all(
        is_fixed(value) or (account_in(value, test.operator) and not has_variable(value)) for value in test.values
    )


def _fixed_organization(test: Condition, reading: Reading) -> bool:
    """An organization's id is unique, so a path below a named organization leaves only that organization."""
    if _fixed_text(test, reading):
        return True
    return (
        reading == "effective"
        and test.operator in _TEXT
        and all(value.startswith("o-") and "/" in value and is_fixed(value.split("/", 1)[0]) for value in test.values)
    )


def _fixed_addresses(test: Condition, reading: Reading) -> bool:
    if test.operator != "IpAddress":
        return _fixed_text(test, reading)
    try:
        blocks = [ipaddress.ip_network(value, strict=False) for value in test.values]
    except ValueError:
        return False
    fourth = ipaddress.collapse_addresses(block for block in blocks if isinstance(block, ipaddress.IPv4Network))
    whole = any(block.prefixlen <= 1 for block in fourth)  # many small blocks that together are half of the internet
    return not whole and all(block.prefixlen >= _WIDEST[block.version] for block in blocks)


def _only_true(test: Condition, _reading: Reading) -> bool:
    return test.operator == "Bool" and set(test.values) == {"true"}


_FIXING: Final[dict[str, Callable[[Condition, Reading], bool]]] = {
    **dict.fromkeys(
        (
            "aws:principalaccount",
            "aws:principalorgid",
            "aws:principalservicename",
            "aws:principalservicenameslist",
            "aws:sourceaccount",
            "aws:sourceorgid",
            "aws:sourceowner",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:userid",
            "kms:calleraccount",
            "s3:dataaccesspointaccount",
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
        ),
        _fixed_text,
    ),
    **dict.fromkeys(
        ("aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "elasticfilesystem:accesspointarn"), _fixed_arn
    ),
    **dict.fromkeys(("aws:principalorgpaths", "aws:sourceorgpaths"), _fixed_organization),
    "aws:sourceip": _fixed_addresses,
    "elasticfilesystem:accessedviamounttarget": _only_true,
    "s3:dataaccesspointarn": _fixed_account,
}
