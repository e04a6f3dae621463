"""The same on a real server: an operation is denied there, and the whole way from HTTP to the verdict says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.demo.server import DemoServer
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.examples import AS_OF
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds_needed, rules
from scanner.model.finding import Finding, Verdict
from scanner.model.inventory import Inventory
from scanner.model.resource import Snapshot

pytestmark = pytest.mark.long

ACCOUNT = "123456789012"
NAMES = ("kms_key_rotation", "s3_bucket_tls_only", "ebs_encryption_by_default", "ecs_cluster_container_insights")
DENIED = {
    "kms.ListKeys": ("kms_key_rotation", "kms:ListKeys"),
    "kms.GetKeyRotationStatus": ("kms_key_rotation", "kms:GetKeyRotationStatus"),
    "s3.GetBucketPolicy": ("s3_bucket_tls_only", "s3:GetBucketPolicy"),
    "ec2.GetEbsEncryptionByDefault": ("ebs_encryption_by_default", "ec2:GetEbsEncryptionByDefault"),
    "ecs.DescribeClusters": ("ecs_cluster_container_insights", "ecs:DescribeClusters"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer() as started:
        session = boto3.Session(aws_access_key_id="AKIADEMO", aws_secret_access_key="demo", region_name="us-east-1")

        def client(service: str) -> Any:
            return session.client(service, endpoint_url=started.url)

        client("kms").create_key(Description="claims")
        client("s3").create_bucket(Bucket="claims")
        client("ecs").create_cluster(clusterName="phi")
        yield started


def _night(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> tuple[Snapshot, dict[tuple[str, str], Finding]]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    session = boto3.Session(aws_access_key_id="AKIADEMO", aws_secret_access_key="demo", region_name="us-east-1")
    chosen = [rules()[name] for name in NAMES]
    collector = Collector(Sessions(session), kinds_needed(chosen), Redactor(b"key"), AS_OF)
    snapshot = Snapshot("night", AS_OF)
    for place in collector.collect([Target(ACCOUNT, regions=("us-east-1",))]):
        snapshot.resources += place.resources
        snapshot.coverage += place.coverage
    context = Context(Inventory.of(snapshot.resources, snapshot.coverage), AS_OF)
    return snapshot, {(finding.rule, finding.resource): finding for finding in evaluate(chosen, context)}


@pytest.mark.parametrize("operation", DENIED)
def test_a_denied_operation_makes_its_rule_unknown_and_no_other(
    server: DemoServer, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    rule, permission = DENIED[operation]
    whole, before = _night(server, monkeypatch)
    server.deny(operation)
    try:
        partial, after = _night(server, monkeypatch)
    finally:
        server.allow()
    lacking = {(entry.kind, entry.call) for entry in whole.coverage if not entry.ok}  # what the server cannot answer
    assert not partial.complete
    new = [entry for entry in partial.coverage if not entry.ok and (entry.kind, entry.call) not in lacking]
    assert {entry.permission for entry in new} == {permission}
    assert {key: one.verdict for key, one in before.items() if key[0] != rule} == {
        key: one.verdict for key, one in after.items() if key[0] != rule
    }
    mine = [one for key, one in after.items() if key[0] == rule]
    assert {one.verdict for one in mine} <= {Verdict.UNKNOWN, Verdict.SKIP}
    assert any(gap.permission == permission for one in mine for gap in one.missing)
