"""A store of several nights, written as a scan writes it: keys that rotate, that do not, that could not be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scanner.cli.scanning import make_judge
from scanner.model.gap import Gap, GapState
from scanner.model.resource import Coverage, Resource, Section, SectionState, Snapshot, seen
from scanner.store import ScanInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.cli.wire import Wiring

ACCOUNT, REGION, KEY, RULE = "111122223333", "us-east-1", "AWS::KMS::Key", "kms_key_rotation"
FIRST = datetime(2026, 11, 1, 2, tzinfo=UTC)
DENIED = Gap("kms.GetKeyRotationStatus", "kms:GetKeyRotationStatus", "AccessDenied", "not allowed", GapState.DENIED)


def scan_id(night: int) -> str:
    return f"2026110{night + 1}T020000Z-{night:04x}"


def key(name: str, rotates: bool | None) -> Resource:
    """Make a key; None is a rotation that could not be read."""
    known = rotates is not None
    turn = seen({"KeyRotationEnabled": rotates}) if known else Section(SectionState.UNSEEN, None, DENIED)
    meta = {"KeyId": name, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}"
    sections = {
        "key": seen({"KeyId": name, "KeyArn": arn}), "meta": seen({**meta, "Origin": "AWS_KMS", "Arn": arn}),
        "turn": turn,
    }  # fmt: skip
    return Resource(KEY, name, arn=arn, account=ACCOUNT, region=REGION, name=name, sections=sections)


def store_night(wiring: Wiring, night: int, keys: Mapping[str, bool | None], **more: Any) -> str:
    """Scan a night of which this is all there is; `listing` is the state of the keys' listing."""
    state = more.pop("listing", "ok")
    as_of = FIRST + timedelta(days=night)
    info = ScanInfo(
        id=scan_id(night), started=as_of, as_of=as_of, kinds=(KEY,), rules=(RULE,), targets=((ACCOUNT, REGION),),
        names={ACCOUNT: "phi-cluster"}, versions={"phiward": "0.1.0"},
    )  # fmt: skip
    gap: dict[str, Any] = {} if state == "ok" else {"error": "AccessDenied", "permission": "kms:ListKeys"}
    coverage = [Coverage(ACCOUNT, REGION, KEY, "key", "kms.ListKeys", state, listing=True, asked=1, **gap)]
    resources = [key(name, rotates) for name, rotates in keys.items()] if state == "ok" else []
    snapshot = Snapshot(info.id, as_of, resources=resources, coverage=coverage)
    judge = replace(make_judge(wiring, wiring.rules(ids=[RULE])), remedy=None)
    with wiring.store() as store:
        store.begin(info)
        store.add(info.id, ACCOUNT, REGION, resources, coverage)
        store.finish(info.id, list(judge.findings(snapshot)), finished=as_of + timedelta(minutes=3))
    return info.id
