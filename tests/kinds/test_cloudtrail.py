"""Which management events the selectors of a trail record."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.cloudtrail import ManagementEvents, management_events

BOTH = ManagementEvents(read=True, write=True)
NEITHER = ManagementEvents(read=False, write=False)
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
KMS, RDS = "kms.amazonaws.com", "rdsdata.amazonaws.com"


def _basic(kind: str = "All", *, management: bool = True, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "ReadWriteType": kind,
        "IncludeManagementEvents": management,
        "DataResources": [],
        "ExcludeManagementEventSources": list(without),
    }


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([], BOTH),
        ([_basic()], BOTH),
        ([_basic("ReadOnly")], ManagementEvents(read=True, write=False)),
        ([_basic("WriteOnly")], ManagementEvents(read=False, write=True)),
        ([_basic("ReadOnly"), _basic("WriteOnly")], BOTH),
        ([_basic(management=False)], NEITHER),
        ([_basic(management=False), _basic("ReadOnly")], ManagementEvents(read=True, write=False)),
        ([_basic(without=(KMS,))], ManagementEvents(read=True, write=True, without=(KMS,))),
        ([_basic(without=(KMS, RDS)), _basic(without=(RDS,))], ManagementEvents(read=True, write=True, without=(RDS,))),
        (
            [_basic("ReadOnly", without=(KMS,)), _basic("WriteOnly")],
            ManagementEvents(read=True, write=True, without=(KMS,)),
        ),
    ],
)
def test_basic_selectors(selectors: list[dict[str, Any]], expected: ManagementEvents) -> None:
    assert management_events({"TrailARN": "arn", "EventSelectors": selectors}) == expected


def _advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"Name": "any", "FieldSelectors": list(fields)}


READ_ONLY = {"Field": "readOnly", "Equals": ["true"]}
WRITE_ONLY = {"Field": "readOnly", "Equals": ["false"]}
NOT_KMS = {"Field": "eventSource", "NotEquals": [KMS]}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([_advanced(MANAGEMENT)], BOTH),
        ([_advanced(MANAGEMENT, READ_ONLY)], ManagementEvents(read=True, write=False)),
        ([_advanced(MANAGEMENT, WRITE_ONLY)], ManagementEvents(read=False, write=True)),
        ([_advanced(MANAGEMENT, {"Field": "readOnly", "NotEquals": ["true"]})], ManagementEvents(False, True)),
        ([_advanced(MANAGEMENT, {"Field": "readOnly", "NotEquals": ["false"]})], ManagementEvents(True, False)),
        ([_advanced(MANAGEMENT, READ_ONLY), _advanced(WRITE_ONLY, MANAGEMENT)], BOTH),
        ([_advanced(MANAGEMENT, NOT_KMS)], ManagementEvents(read=True, write=True, without=(KMS,))),
        ([_advanced({"Field": "eventCategory", "Equals": ["Data"]})], NEITHER),
        ([_advanced(READ_ONLY)], NEITHER),
        ([_advanced({"Field": "eventCategory", "Equals": ["Data"]}), _advanced(MANAGEMENT)], BOTH),
        (
            [_advanced(MANAGEMENT, {"Field": "userIdentity.arn", "NotStartsWith": ["arn:aws:sts"]})],
            ManagementEvents(read=False, write=False, narrowed=("userIdentity.arn",)),
        ),
        (
            [_advanced(MANAGEMENT, {"Field": "eventSource", "Equals": [KMS]})],
            ManagementEvents(read=False, write=False, narrowed=("eventSource",)),
        ),
        (
            [_advanced(MANAGEMENT, {"Field": "eventSource", "NotEquals": ["iam.amazonaws.com"]})],
            ManagementEvents(read=False, write=False, narrowed=("eventSource",)),
        ),
    ],
)
def test_advanced_selectors(selectors: list[dict[str, Any]], expected: ManagementEvents) -> None:
    assert management_events({"TrailARN": "arn", "AdvancedEventSelectors": selectors}) == expected
