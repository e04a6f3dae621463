"""Origins and behaviours of distributions, and whose access a log delivery source logs."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.engine.redact import Redactor
from scanner.kinds.cloudfront import Distribution, access_source
from scanner.kinds.cloudfront_reading import Behavior, Origin, behaviors, origins


@pytest.mark.parametrize(
    ("domain", "bucket", "website"),
    [
        ("media.s3.amazonaws.com", "media", False),
        ("media.s3.us-east-1.amazonaws.com", "media", False),
        ("media.s3-us-west-2.amazonaws.com", "media", False),
        ("media.s3.dualstack.eu-west-1.amazonaws.com", "media", False),
        ("media.example.org.s3.us-east-1.amazonaws.com", "media.example.org", False),
        ("media.s3.cn-north-1.amazonaws.com.cn", "media", False),
        ("media.s3-website-us-east-1.amazonaws.com", "media", True),
        ("media.s3-website.eu-central-1.amazonaws.com", "media", True),
        ("web-123.us-east-1.elb.amazonaws.com", "", False),
        ("media.s3.example.org", "", False),
        ("s3.us-east-1.amazonaws.com", "", False),
    ],
)
def test_a_domain_names_a_bucket(domain: str, bucket: str, website: bool) -> None:
    origin = Origin("one", domain)
    assert (origin.bucket, origin.website) == (bucket, website)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"S3OriginConfig": {"OriginAccessIdentity": ""}}, {}),
        ({"S3OriginConfig": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}}, {"identity": "E1"}),
        ({"S3OriginConfig": {"OriginAccessIdentity": ""}, "OriginAccessControlId": "E2"}, {"access_control": "E2"}),
        ({"CustomOriginConfig": {"OriginProtocolPolicy": "match-viewer"}}, {"protocol": "match-viewer"}),
        ({"VpcOriginConfig": {"VpcOriginId": "vo-1"}}, {"vpc": "vo-1"}),
    ],
)
def test_an_origin(more: dict[str, Any], expected: dict[str, str]) -> None:
    (found,) = origins([{"Id": "one", "DomainName": "Media.s3.amazonaws.com", **more}])
    expected = {name: value if name != "identity" else f"origin-access-identity/cloudfront/{value}"
                for name, value in expected.items()}  # fmt: skip
    assert found == Origin("one", "media.s3.amazonaws.com", **expected)


def test_behaviors_begin_with_the_default() -> None:
    default = {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}
    assert behaviors(default) == (Behavior("*", "allow-all"),)
    assert behaviors(default | {"CacheBehaviors": {"Quantity": 0}}) == (Behavior("*", "allow-all"),)
    more = {"CacheBehaviors": {"Quantity": 1, "Items": [{"PathPattern": "/a", "ViewerProtocolPolicy": "https-only"}]}}
    assert behaviors(default | more) == (Behavior("*", "allow-all"), Behavior("/a", "https-only"))


@pytest.mark.parametrize(("kind", "resource"), [("ACCESS_LOGS", "arn:d"), ("CONNECTION_LOGS", "")])
def test_only_a_source_of_access_logs_keeps_its_resource(kind: str, resource: str) -> None:
    given = {"name": "front", "resourceArns": ["arn:d"], "logType": kind, "service": "cloudfront"}
    assert access_source(given)["resource"] == resource


def test_a_source_without_resources_logs_none() -> None:
    assert access_source({"name": "front", "logType": "ACCESS_LOGS"})["resource"] == ""


@pytest.mark.parametrize("section", ["item", "config"])
def test_what_an_origin_knows_cloudfront_by_is_not_kept(section: str) -> None:
    header = {"HeaderName": "X-Origin-Verify", "HeaderValue": "hunter2hunter2"}
    origin = {"Id": "web", "DomainName": "web.example.org", "CustomHeaders": {"Quantity": 1, "Items": [header]}}
    kept = Redactor(b"key").section(Distribution, section, {"Origins": {"Quantity": 1, "Items": [origin]}})
    assert "hunter2" not in str(kept)
    assert "X-Origin-Verify" in str(kept)
    assert origins(kept["Origins"]["Items"]) == (Origin("web", "web.example.org"),)
