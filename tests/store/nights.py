"""Builds scans, resources, coverage and findings for the tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scanner.engine.drift import Normaliser
from scanner.model.canon import Canon
from scanner.model.finding import Evidence, Finding, Verdict, fingerprint
from scanner.model.gap import Gap, GapState
from scanner.model.resource import Coverage, Resource, Section, Snapshot, seen
from scanner.store import ScanInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.store import Store

ACCOUNT, REGION = "111122223333", "eu-west-1"
KEY, BUCKET = "AWS::KMS::Key", "AWS::S3::Bucket"
FIRST = datetime(2026, 11, 21, 2, tzinfo=UTC)
ROTATION = "kms_key_rotation"
DENIED = Gap("kms.ListKeys", "kms:ListKeys", "AccessDenied", "not allowed", GapState.DENIED)


def night(number: int, **changes: Any) -> ScanInfo:
    """One scan a day, at two in the morning."""
    started = FIRST + timedelta(days=number)
    given: dict[str, Any] = {
        "id": f"{started:%Y%m%dT%H%M%SZ}-{number:04x}",
        "started": started,
        "as_of": started,
        "kinds": (KEY,),
        "rules": (ROTATION,),
        "targets": ((ACCOUNT, REGION),),
        "versions": {"phiward": "0.1.0"},
    }
    return ScanInfo(**(given | changes))


def key(
    id: str = "k1", *, account: str = ACCOUNT, region: str = REGION, kind: str = KEY, **sections: Section
) -> Resource:
    return Resource(
        kind,
        id,
        arn=f"arn:aws:kms:{region}:{account}:key/{id}",
        account=account,
        region=region,
        sections=sections or {"meta": seen({"KeyId": id})},
    )


def noisy(*paths: str) -> Normaliser:
    """Make the normaliser for which these paths of keys are noise."""
    return Normaliser({KEY: Canon(kind=KEY, volatile=dict.fromkeys(paths, "noise"))}, "test")


def listing(
    state: str = "ok", *, kind: str = KEY, account: str = ACCOUNT, region: str = REGION, call: str = "key"
) -> Coverage:
    return Coverage(
        account, region, kind, call, "kms.ListKeys", state, listing=True, asked=1, permission="kms:ListKeys"
    )


def finding(
    verdict: Verdict | str,
    id: str = "k1",
    *,
    rule: str = ROTATION,
    part: str = "",
    account: str = ACCOUNT,
    region: str = REGION,
    kind: str = KEY,
    **changes: Any,
) -> Finding:
    given: dict[str, Any] = {
        "title": "Customer managed KMS keys rotate every year",
        "severity": "medium",
        "category": "security",
        "resource": f"arn:aws:kms:{region}:{account}:key/{id}",
        "name": id,
        "message": f"{verdict} of {part or id}",
        "evidence": (Evidence("rotates", verdict == "PASS", f"{kind} turn.KeyRotationEnabled"),),
        "hipaa": ("164.312(a)(2)(iv)",),
    }
    return Finding(
        fingerprint=fingerprint(rule, "aws", account, region, id, part),
        rule=rule,
        verdict=Verdict(verdict),
        kind=kind,
        key=id,
        account=account,
        region=region,
        part=part,
        **(given | changes),
    )


def run(
    store: Store,
    info: ScanInfo,
    findings: Iterable[Finding] = (),
    resources: Sequence[Resource] | None = None,
    coverage: Sequence[Coverage] | None = None,
) -> dict[tuple[str, str], Finding]:
    """Store one night; give the findings by resource and part."""
    store.begin(info)
    for account, region in info.targets:
        here = [item for item in resources or [] if (item.account, item.region) == (account, region)]
        answered = coverage if coverage is not None else [listing(account=account, region=region)]
        store.add(info.id, account, region, here, [e for e in answered if (e.account, e.region) == (account, region)])
    told = store.finish(info.id, findings, finished=info.started + timedelta(minutes=5))
    return {(item.key, item.part): item for item in told}


def plain(resource: Resource) -> dict[str, Any]:
    """All that is known of a resource, to compare by."""
    names = [name for name in Resource.__slots__ if name != "facts"]
    return {name: getattr(resource, name) for name in names}


def same(found: Snapshot, resources: Iterable[Resource], coverage: Iterable[Coverage]) -> bool:
    """Say whether a snapshot holds exactly these resources and this coverage."""

    def order(item: Any) -> str:
        return repr(item)

    given = sorted((plain(item) for item in resources), key=order_of)
    return sorted((plain(item) for item in found.resources), key=order_of) == given and sorted(
        found.coverage, key=order
    ) == sorted(coverage, key=order)


def order_of(item: dict[str, Any]) -> tuple[str, ...]:
    return (item["account"], item["region"], item["kind"], item["id"], item["arn"])
