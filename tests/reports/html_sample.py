"""A report to open in a browser: findings with tags, histories and documents, changes, and every hostile name."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import msgspec

from reports.view import Interval, ReportData
from scanner.model.gap import Gap, GapState
from scanner.model.resource import ABSENT, SKIPPED, Resource, seen, unseen
from tests.reports.browser import parse
from tests.reports.drifting import drift
from tests.reports.factory import NASTY, hostile
from tests.reports.trending import trending

SINCE, BEFORE = "2026-11-10T02:30:00Z", "2026-11-02T02:30:00Z"


def unpacked(text: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Read back what a page holds: the index, the details of each finding, the documents of each resource."""
    held = {node.get("id"): node.text or "" for node in parse(text).iter("script") if node.get("id")}
    index, details, documents = ([_unpacked(block) for block in held[name].split()] for name in BLOCKS)
    return index[0], _merged(details), _merged(documents)


BLOCKS = ("index", "details", "documents")


def _unpacked(block: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(block)))
    return found


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def column(index: dict[str, Any], name: str) -> list[str]:
    """Give a column's texts."""
    return [index["strings"][number] for number in index["columns"][name]]


def resources(data: ReportData) -> list[Resource]:
    """Give the resource of each finding, with an answer, a denied one, one that is not there and one not asked."""
    gap = Gap("kms.GetKeyRotationStatus", "kms:GetKeyRotationStatus", "AccessDenied", "no", GapState.DENIED)
    found: dict[tuple[str, str], Resource] = {}
    for finding in data.findings:
        evil = NASTY[len(found) % len(NASTY)]
        sections = {"box": seen({"Name": evil, "Nested": [{evil: 1}]}), "turn": unseen(gap)}
        found[finding.account, finding.resource] = Resource(
            finding.kind, finding.key, arn=finding.resource, account=finding.account, region=finding.region,
            sections={**sections, "policy": ABSENT, "extra": SKIPPED},
        )  # fmt: skip
    return list(found.values())


def whole() -> ReportData:
    """Make the report."""
    base = trending(extra=hostile(), drift=drift())
    findings = [
        msgspec.structs.replace(each, tags=each.tags or {"owner": f"team-{place % 3}", "tier": "gold"})
        for place, each in enumerate(base.findings)
    ]
    courses = {each.fingerprint: _course(str(each.verdict)) for each in findings}
    data = msgspec.structs.replace(base, findings=findings, courses=courses)
    return msgspec.structs.replace(data, documents=resources(data))


def _course(verdict: str) -> list[Interval]:
    return [Interval(BEFORE, SINCE, "PASS"), Interval(SINCE, "", verdict)]
