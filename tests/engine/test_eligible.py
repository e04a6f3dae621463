"""The list of eligible services: what types it knows, and its date."""

from __future__ import annotations

import re

import pytest

from scanner.engine.eligible import NAMESPACES, clients, is_listed, listed_as_of


@pytest.mark.parametrize(
    ("resource_type", "expected"),
    [
        ("AWS::S3::Bucket", True),
        ("AWS::NetworkFirewall::Firewall", True),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", True),
        ("AWS::ACM::Certificate", True),
        ("AWS::CertificateManager::Certificate", True),
        ("AWS::MSK::Cluster", True),
        ("AWS::Lightsail::Disk", False),
        ("AWS::IAM::Role", False),
    ],
)
def test_a_type_is_known_by_its_service(resource_type: str, expected: bool) -> None:
    assert is_listed(resource_type) is expected


def test_other_names_lead_to_services_of_the_list() -> None:
    assert sorted(set(NAMESPACES.values()) - clients()) == []


def test_the_list_bears_its_date() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", listed_as_of())
