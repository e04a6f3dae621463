"""A report to open in a browser: findings with tags, histories and documents, changes, and every hostile name."""

from __future__ import annotations

import base64
import gzip
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from reports import html
from reports.view import Interval, ReportData
from scanner.model.finding import Finding
from scanner.model.gap import Gap, GapState
from scanner.model.plan import Plan
from scanner.model.resource import ABSENT, SKIPPED, Resource, seen, unseen
from tests.reports.browser import parse
from tests.reports.drifting import drift
from tests.reports.factory import NASTY, hostile
from tests.reports.remediation_sample import plan
from tests.reports.trending import trending

if TYPE_CHECKING:
    from playwright.sync_api import Page

SINCE, BEFORE = "2026-11-10T02:30:00Z", "2026-11-02T02:30:00Z"


def unpacked(text: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Read back what a page holds: the index, the details of each finding, the documents of each resource."""
    index, details, documents = ([json.loads(block) for block in held] for held in _held(text))
    return index[0], _merged(details), _merged(documents)


def content(text: str) -> bytes:
    """Give all that a page holds, unpacked."""
    return b"\n".join(block for held in _held(text) for block in held)


def _held(text: str) -> list[list[bytes]]:
    held = {node.get("id"): node.text or "" for node in parse(text).iter("script") if node.get("id")}
    return [[gzip.decompress(base64.b64decode(block)) for block in held[name].split()] for name in BLOCKS]


BLOCKS = ("index", "details", "documents")


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


@cache
def whole() -> ReportData:
    """Make the report, once."""
    base = trending(extra=hostile(), drift=drift())
    findings = [
        msgspec.structs.replace(each, tags=each.tags or {"owner": f"team-{place % 3}", "tier": "gold"})
        for place, each in enumerate(base.findings)
    ]
    courses = {each.fingerprint: _course(str(each.verdict)) for each in findings}
    data = msgspec.structs.replace(base, findings=findings, courses=courses, plan=_plan(findings))
    return msgspec.structs.replace(data, documents=resources(data))


def _plan(findings: list[Finding]) -> Plan:
    """Let every step of the sample mend one of the findings on keys."""
    keys = [each for each in findings if each.rule == "kms_key_rotation" and each.verdict == "FAIL"]
    made = plan()
    steps = [
        msgspec.structs.replace(step, mends=[msgspec.structs.replace(step.mends[0], fingerprint=key.fingerprint)])
        for step, key in zip(made.steps, keys, strict=False)
    ]
    return msgspec.structs.replace(made, steps=tuple(steps))


def _course(verdict: str) -> list[Interval]:
    return [Interval(BEFORE, SINCE, "PASS"), Interval(SINCE, "", verdict)]


@cache
def page() -> str:
    """Render it, once."""
    return html.render(whole())


def resource_of(finding: Finding) -> str:
    return f"#resource-{quote(finding.account, safe='')}/{quote(finding.resource, safe='')}"


def turn(page: Page, fragment: str) -> None:
    """Follow a link of the page's own."""
    page.evaluate("(hash) => { location.hash = hash; }", fragment)
    view = re.split(r"[?-]", fragment[1:], maxsplit=1)[0]
    page.wait_for_selector(f"section#{view}.on h2")
