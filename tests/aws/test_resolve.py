"""References and conditions, against sections of every state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.aws.resolve import UnseenReferenceError, holds, holds_of, resolve, resolve_all
from scanner.model.call import applied
from scanner.model.gap import Gap, GapState
from scanner.model.resource import ABSENT, SKIPPED, Section, seen, unseen
from tests.aws.gather import ACCOUNT

AS_OF = datetime(2026, 11, 21, 2, tzinfo=UTC)
DENIED = unseen(Gap("kms.DescribeKey", "kms:DescribeKey", state=GapState.DENIED))
SECTIONS: Mapping[str, Section] = {
    "key": seen({"KeyId": "k1", "Spec": "RSA", "On": True, "Off": False, "Empty": "", "Tags": [{"Key": "a"}]}),
    "name": seen("plain"),
    "gone": ABSENT,
    "skipped": SKIPPED,
    "denied": DENIED,
}


class Scope:
    as_of = AS_OF

    def section(self, name: str) -> Section | None:
        return SECTIONS.get(name)

    def context(self, name: str, rest: str) -> Any:
        return {"account": ACCOUNT, "region": "us-east-1", "partition": "aws", "of": f"parent's {rest}"}[name]


REFERENCES: list[tuple[Any, Any]] = [
    ("literal", "literal"),
    (7, 7),
    ("$key.KeyId", "k1"),
    ("$name", "plain"),
    ("$key.Nothing", None),
    ("$gone.KeyId", None),
    ("$skipped.KeyId", None),
    ("$later.KeyId", None),
    ("$key.Nothing or $name", "plain"),
    ("$key.Empty or 'us-east-1'", "us-east-1"),
    ("$gone.Region or $key.KeyId or 'x'", "k1"),
    ("$key.Off", False),
    ("$account", ACCOUNT),
    ("$region", "us-east-1"),
    ("$partition", "aws"),
    ("$of.arn", "parent's arn"),
    ("$as_of", AS_OF),
    ("$as_of-24h", datetime(2026, 11, 20, 2, tzinfo=UTC)),
    ("$as_of-7d", datetime(2026, 11, 14, 2, tzinfo=UTC)),
    (["$key.KeyId", "x"], ["k1", "x"]),
    ({"Name": "vpc", "Values": ["$key.KeyId"]}, {"Name": "vpc", "Values": ["k1"]}),
    (applied(lambda left, right: f"{left}/{right}", "$key.KeyId", "$name"), "k1/plain"),
    (applied(lambda given: given, "$gone.KeyId"), None),
]


@pytest.mark.parametrize(("value", "wanted"), REFERENCES)
def test_a_reference_is_replaced(value: Any, wanted: Any) -> None:
    assert resolve(value, Scope()) == wanted


@pytest.mark.parametrize(
    "value", ["$denied.KeyId", "$gone.x or $denied.KeyId", ["$denied"], {"a": "$denied.x"}, applied(str, "$denied.x")]
)
def test_a_reference_to_what_was_not_seen_is_no_none(value: Any) -> None:
    with pytest.raises(UnseenReferenceError) as told:
        resolve(value, Scope())
    assert told.value.section is DENIED


def test_parameters_of_nothing_are_left_out() -> None:
    assert resolve_all({"A": "$gone.x", "B": "$key.KeyId", "C": False}, Scope()) == {"B": "k1", "C": False}


CONDITIONS = [
    ("", True),
    ("key.KeyId", True),
    ("key.On", True),
    ("key.Off", False),
    ("not key.Off", True),
    ("key.Nothing", False),
    ("not key.Nothing", True),
    ("gone.KeyId", False),
    ("not gone.KeyId", True),
    ("key.Spec == 'RSA'", True),
    ("key.Spec == 'AES'", False),
    ("not key.Spec == 'AES'", True),
    ("key.Spec != 'AES'", True),
    ("key.Spec != 'RSA'", False),
    ("key.Spec in 'AES','RSA'", True),
    ("key.Spec in 'AES','HMAC'", False),
    ("not key.Spec in 'AES','HMAC'", True),
    ("key.Nothing == 'x'", False),
    ("key.Nothing != 'x'", True),
    ("key.On == 'True'", True),
    ("key.Spec == 'RSA' and key.On", True),
    ("key.Spec == 'RSA' and key.Off", False),
    ("key.Spec == 'AES' and key.On", False),
    ("of.arn", True),
]


@pytest.mark.parametrize(("when", "wanted"), CONDITIONS)
def test_a_condition(when: str, wanted: bool) -> None:
    assert holds(when, Scope()) is wanted


@pytest.mark.parametrize("when", ["denied.KeyId", "not denied.KeyId", "denied.KeyId == 'x'", "key.On and denied.x"])
def test_a_condition_on_what_was_not_seen_is_not_false(when: str) -> None:
    with pytest.raises(UnseenReferenceError):
        holds(when, Scope())


def test_a_condition_of_one_answer() -> None:
    assert holds_of("State == 'COMPLETE'", {"State": "COMPLETE"})
    assert not holds_of("State == 'COMPLETE'", {"State": "STARTED"})
    assert not holds_of("State == 'COMPLETE'", {})
    assert holds_of("", {})


def test_a_text_that_is_no_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="no condition"):
        holds("key.KeyId > 3", Scope())
