"""An account on moto with an event history, scanned night after night."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from scanner.aws.sessions import Sessions
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import DemoServer
from scanner.model.resource import Resource
from scanner.run import Result

RULES = (
    "s3_bucket_policy_not_public", "s3_bucket_versioning", "s3_bucket_replication", "s3_bucket_acls_disabled",
    "s3_bucket_default_encryption", "s3_bucket_level_public_access_block", "s3_bucket_event_notifications",
    "s3_bucket_server_access_logging", "s3_bucket_lifecycle_archive", "s3_bucket_no_public_read",
    "kms_key_policy_not_public", "kms_key_rotation", "ecr_repository_not_public_or_cross_org",
    "ecr_repository_lifecycle_policy",
)  # fmt: skip
FIRST = datetime(2031, 3, 1, 2, tzinfo=UTC)
BUCKETS = ("ward-a", "ward-b", "ward-c")


class Account:
    """An account of its own on the server, scanned night after night by its own clock."""

    def __init__(self, server: DemoServer, folder: Path, number: int) -> None:
        self.server, self.folder, self.number, self.night = server, folder, str(number), 0
        self.table = "sample = 0.01"

    def client(self, service: str) -> Any:
        return boto3.Session().client(service, region_name="us-east-1")

    def pass_time(self) -> None:
        self.night += 1
        self.at()

    def at(self, hours: float = 0) -> None:
        """Set the clock so many hours after the night's scan."""
        self.server.set_clock(FIRST + timedelta(days=self.night, hours=hours))

    @property
    def wiring(self) -> Wiring:
        name = self.folder / "config.toml"
        name.write_text(f'[aws]\nregions = ["us-east-1"]\n[aws.incremental]\n{self.table}\n')
        return Wiring.find(name, f"sqlite:///{self.folder / 'phiward.db'}")

    def scan(self, wanted: Wanted | None = None, **more: Any) -> tuple[Result, Counter[str]]:
        """Let a day pass and scan; give the result and the calls by operation."""
        self.pass_time()
        self.server.forget_calls()
        wiring = self.wiring
        with wiring.store() as store:
            wanted = wanted or Wanted(rules=RULES, **more)
            result = run_scan(wiring, wanted, Sessions(), store=store, clock=Clock(self.server.clock))
            assert store.verify() == []
        return result, Counter(f"{call.service}:{call.operation}" for call in self.server.calls())


def register(account: Account, family: str, image: str = "one") -> None:
    container = {"name": "web", "image": image, "memory": 128}
    account.client("ecs").register_task_definition(family=family, containerDefinitions=[container])


def bucket(account: Account, name: str = BUCKETS[0]) -> str:
    return f"{name}-{account.number}"


def seen(result: Result) -> dict[tuple[str, str], dict[str, Any]]:
    """Give what a scan saw, without what AWS changes by itself."""
    return {(each.kind, each.arn): _sections(each) for each in result.snapshot.resources}


def _sections(resource: Resource) -> dict[str, Any]:
    return {name: (section.state, section.doc) for name, section in resource.sections.items()}


def judged(result: Result) -> dict[str, tuple[str, str]]:
    return {each.fingerprint: (str(each.verdict), each.message) for each in result.findings}


def reused(result: Result) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in result.coverage:
        found[each.kind] += each.reused
    return +found
