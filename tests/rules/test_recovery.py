"""What is read of copies in other Regions, of stacks and of records."""

from __future__ import annotations

from typing import Any

import pytest

from rules.dr._there import names
from scanner.engine.examples import resource_of
from scanner.kinds.cloudformation import Stack
from scanner.kinds.rds_reading import copied_to, region_of
from scanner.kinds.route53 import HostedZone, zone_id
from scanner.model.kind import PLAIN, derive
from scanner.model.resource import Resource, seen

ARN = "arn:aws:rds:us-west-2:123456789012:db:claims-copy"


def _zone(records: list[dict[str, Any]]) -> tuple[Any, ...]:
    zone = Resource(HostedZone.cfn, "Z1", sections={"records": seen(records)})
    return tuple(derive(zone, HostedZone.facts[name]) for name in ("addresses", "failover", "latency_regions"))


@pytest.mark.parametrize(
    ("box", "regions"),
    [
        ({}, ()),
        ({"ReadReplicaDBInstanceIdentifiers": ["claims-near", ARN]}, ("us-west-2",)),
        ({"ReadReplicaDBClusterIdentifiers": [ARN], "ReadReplicaIdentifiers": [ARN]}, ("us-west-2",)),
        ({"ReadReplicaIdentifiers": ["arn:aws:rds:eu-west-1:123456789012:cluster:ehr"]}, ("eu-west-1",)),
        ({"DBInstanceAutomatedBackupsReplications": [{"DBInstanceAutomatedBackupsArn": ARN}, {}]}, ("us-west-2",)),
    ],
)
def test_where_a_database_is_copied_to(box: dict[str, Any], regions: tuple[str, ...]) -> None:
    assert copied_to(box) == regions


def test_the_region_of_a_name_that_is_no_arn_is_not_told() -> None:
    assert (region_of(ARN), region_of("claims")) == ("us-west-2", "")


@pytest.mark.parametrize(
    ("records", "read"),
    [
        ([{"Type": "NS"}, {"Type": "SOA"}], (False, False, ())),
        ([{"Type": "A"}, {"Type": "AAAA", "Region": "us-west-2"}], (True, False, ("us-west-2",))),
        ([{"Type": "A", "Failover": "PRIMARY"}], (True, False, ())),
        ([{"Type": "CNAME", "Failover": "PRIMARY"}, {"Type": "CNAME", "Failover": "SECONDARY"}], (True, True, ())),
    ],
)
def test_how_records_route(records: list[dict[str, Any]], read: tuple[Any, ...]) -> None:
    assert _zone(records) == read


def test_the_id_of_a_zone() -> None:
    assert zone_id("/hostedzone/Z1") == zone_id("Z1") == "Z1"


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("IMPORT_COMPLETE", True),
        ("CREATE_IN_PROGRESS", False),
        ("ROLLBACK_COMPLETE", False),
        ("DELETE_FAILED", False),
        ("REVIEW_IN_PROGRESS", False),
    ],
)
def test_which_stacks_stand(status: str, stands: bool) -> None:
    assert Stack(resource_of(Stack, {"status": status}), PLAIN).stands is stands


def test_a_stack_set_gives_each_stack_an_end_of_its_own() -> None:
    name = "StackSet-base-01234567-89ab-cdef-0123-456789abcdef"
    assert Stack(resource_of(Stack, {"id": name}), PLAIN).plain_name == "StackSet-base"
    assert Stack(resource_of(Stack, {}), PLAIN).plain_name == "network"


def test_a_message_names_the_first_of_many_once_each() -> None:
    assert names(["b", "a", "b"]) == "a, b"
    assert names("abcde") == "a, b, c, d, e"
    assert names("gfedcba") == "a, b, c, d, e and 2 more"
