"""Filter patterns of CloudWatch Logs: what they match is decided by their meaning, not by how they are written."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.filter_pattern import PatternError, matches

EVENT: dict[str, Any] = {
    "eventName": "CreateVpc",
    "eventSource": "ec2.amazonaws.com",
    "readOnly": False,
    "count": 3,
    "nothing": None,
    "userIdentity": {"type": "Root", "session:issuer": "x"},
    "resources": [{"id": "vpc-1"}],
}
MATCH = [
    "{ $.eventName = CreateVpc }",
    '{$.eventName="CreateVpc"}',
    '{ ($.eventName = "CreateVpc") }',
    "{ ( ( $.eventName = CreateVpc ) ) }",
    "{ $.eventName = *Vpc }",
    '{ $.eventName = "Create*" }',
    "{ $.eventName = C*V*c }",
    "{ $.eventName = * }",
    "{ $.eventName = %^Create[A-Z]% }",
    "{ $.eventName = DeleteVpc || $.eventName = CreateVpc }",
    "{ ($.eventName=DeleteVpc)||($.eventName=CreateVpc) }",
    "{ $.eventSource = ec2.amazonaws.com && $.eventName = CreateVpc }",
    "{ $.eventName = CreateVpc || $.eventName = x && $.eventName = y }",
    "{ $.userIdentity.type = Root && $.userIdentity.invokedBy NOT EXISTS }",
    "{ $.userIdentity.type exists }",
    "{ $.userIdentity.session:issuer = x }",
    '{ $.["userIdentity"].type = Root }',
    "{ $.eventName != DeleteVpc }",
    "{ $.readOnly IS FALSE }",
    "{ $.readOnly = false }",
    "{ $.nothing IS NULL }",
    "{ $.count = 3 }",
    "{ $.count >= 3 && $.count <= 3 && $.count > 2 && $.count < 4 }",
    '{ $.resources[0].id = "vpc-*" }',
    "{ $.missing != x || $.eventName = CreateVpc }",
    "",
    "CreateVpc",
    '"ec2.amazonaws.com" CreateVpc',
    "CreateVpc -DeleteVpc",
    "?CreateVpc ?DeleteVpc",
]
NO_MATCH = [
    "{ $.eventName = createvpc }",
    "{ $.eventName = Create }",
    "{ $.eventName = Vpc* }",
    "{ $.eventName = C.*c }",
    "{ $.eventName != CreateVpc }",
    "{ $.eventName != Create* }",
    "{ $.eventName = %^create% }",
    "{ $.eventName = DeleteVpc && $.eventName = CreateVpc }",
    "{ ($.eventName = CreateVpc || $.eventName = x) && $.eventName = y }",
    "{ $.userIdentity.type NOT EXISTS }",
    "{ $.missing EXISTS }",
    "{ $.missing = x }",
    "{ $.missing > 1 }",
    "{ $.missing IS TRUE }",
    "{ $.missing != x && $.eventName = DeleteVpc }",
    "{ $.readOnly IS TRUE }",
    "{ $.eventName IS NULL }",
    "{ $.count < 3 }",
    "{ $.count > 3 }",
    "{ $.eventName > 3 }",
    "{ $.resources[1].id = * }",
    "{ $.eventName.deeper = * }",
    "[date, name = CreateVpc]",
    "DeleteVpc",
    "CreateVpc -Root",
    "CreateVpc Missing",
    "?DeleteVpc ?DeleteSubnet",
]
OPEN = ["{ $.missing != x }", "{ $.missing IS NULL }", "{ $.missing != x && $.eventName = CreateVpc }"]
UNREADABLE = [
    "{ }",
    "{ $.eventName = x",
    "{ $.eventName }",
    "{ $.eventName = }",
    "{ eventName = x }",
    "{ ($.eventName = x }",
    "{ $.eventName = x ) }",
    "{ $.eventName NOT NULL }",
    "{ $.eventName IS ODD }",
    "{ $.eventName ~ x }",
    '{ $.eventName = "x }',
    "{ $.eventName = x && }",
]


@pytest.mark.parametrize("pattern", MATCH)
def test_a_pattern_matches(pattern: str) -> None:
    assert matches(pattern, EVENT) is True


@pytest.mark.parametrize("pattern", NO_MATCH)
def test_a_pattern_does_not_match(pattern: str) -> None:
    assert matches(pattern, EVENT) is False


@pytest.mark.parametrize("pattern", OPEN)
def test_what_the_documentation_leaves_open_stays_open(pattern: str) -> None:
    assert matches(pattern, EVENT) is None


@pytest.mark.parametrize("pattern", UNREADABLE)
def test_a_pattern_that_cannot_be_read_is_said_to_be_so(pattern: str) -> None:
    with pytest.raises(PatternError):
        matches(pattern, EVENT)
