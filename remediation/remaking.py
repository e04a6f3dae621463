"""Makes a step out anew from what is there now: it is carried out only if it would still be the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from remediation.planning import Ground, made_out
from scanner.model.finding import Finding, Verdict
from scanner.model.gap import Unknown
from scanner.model.plan import Step, WriteCall

WRITES = "what it would write is made from what is there, and that is another now"
UNDO = "what it would bring back when it is undone is another now"
TARGETS = "it would be done to others now"


WHOLE = frozenset({
    "backup.BackupVaultAccessPolicy", "cloudtrail.EventSelectors", "cloudtrail.InsightSelectors",
    "config.ConfigurationRecorder", "ecr.LifecyclePolicy", "ecr.ReplicationConfiguration", "ecr.RepositoryPolicy",
    "efs.FileSystemPolicy", "efs.LifecycleConfiguration", "iam.AccountPasswordPolicy", "kms.KeyPolicy",
    "s3.BucketEncryption", "s3.BucketLifecycle", "s3.BucketLifecycleConfiguration",
    "s3.BucketNotificationConfiguration", "s3.BucketOwnershipControls", "s3.BucketPolicy", "s3.PublicAccessBlock",
    "s3control.PublicAccessBlock",
})  # fmt: skip
"""By service: what operations put, or take away, as one document."""

_VERB = re.compile(r"(?<=\.)(Put|Set|Update|Delete)")


def whole(calls: Iterable[WriteCall]) -> set[str]:
    """Name the settings that operations put, or take away, as one document."""
    return {_VERB.sub("", call.operation) for call in calls} & WHOLE


def otherwise(step: Step, findings: Mapping[str, Finding], ground: Ground, *, ours: bool = False) -> str:
    """Say in what a step would be made out otherwise now, from what its findings' facts may not show; nothing if not.

    What it writes and brings back may hold whole documents: written as they were planned, they would take away what
    others have changed meanwhile. With `ours` other steps of the plan have changed the resource, as the rehearsal has
    shown; then it only matters whether a machine may still do it, and that no document is written as it was before.
    """
    for mended in step.mends:
        finding = findings.get(mended.fingerprint)
        if finding is None or finding.verdict is not Verdict.FAIL:
            continue
        try:
            again = [*made_out(finding, ground)]
        except Unknown:
            continue  # the remedy reads further than the rule, where nobody has looked again
        for now in again:
            different = _difference(step, now)
            if different and not now.runs:
                return now.why
            if different and not (ours and (different != WRITES or not whole(step.writes))):
                return different
    return ""


def _difference(step: Step, now: Step) -> str:
    if step.resources != now.resources:
        return TARGETS
    if _meant(step.writes) != _meant(now.writes) or _unnamed(step) != _unnamed(now):
        return WRITES
    return UNDO if step.undo and _meant(step.undo) != _meant(now.undo) else ""


def _meant(calls: Iterable[WriteCall]) -> list[tuple[str, str, Any]]:
    return [(call.operation, call.region, _said(read(call.parameters))) for call in calls]


def _said(value: Any) -> Any:
    """Leave out members that say no or nothing: AWS answers some that nobody set."""
    if isinstance(value, Mapping):
        return {name: _said(item) for name, item in value.items() if item}
    return [_said(item) for item in value] if isinstance(value, list) else value


def read(value: Any) -> Any:
    """Give a value with the documents in its texts read: the order of their members says nothing."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        with suppress(ValueError):
            return json.loads(value)
    if isinstance(value, Mapping):
        return {name: read(item) for name, item in value.items()}
    return [read(item) for item in value] if isinstance(value, list | tuple) else value


def _unnamed(step: Step) -> dict[str, Any]:
    """Give a step's policy but for its name, which is made of all else."""
    return {part: value for part, value in (step.policy or {}).items() if part != "name"}
