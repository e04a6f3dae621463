"""s3_bucket_lifecycle_archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from rules._bucket_remedies import ARCHIVE as ARCHIVE_OLD
from scanner.kinds.s3 import Bucket
from scanner.kinds.s3_reading import LifecycleRule, Transition
from scanner.model.rule import Case, Fail, Note, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import WebProposal

ARCHIVE = frozenset({"GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"})
ABORT = LifecycleRule("uploads", abort_days=7)


def _move(days: int | None = 180, storage: str = "GLACIER", **different: object) -> LifecycleRule:
    """A rule for the examples: it moves objects, and aborts uploads."""
    return msgspec.structs.replace(
        LifecycleRule("archive", transitions=(Transition(storage, days),), abort_days=7), **different
    )


def _on(*date: int) -> LifecycleRule:
    return _move(transitions=(Transition("GLACIER", date=datetime(*date, tzinfo=UTC)),))  # type: ignore[arg-type,misc]


class BucketLifecycleArchive(Rule):
    """Buckets archive old objects and abort incomplete uploads.

    What must be kept for years but is seldom read belongs in an archive, where it costs a tenth. An upload that was
    broken off leaves parts that no listing shows, ePHI among them, until a rule removes them. A rule for some of the
    objects counts, since the bucket's owner knows which of them are worth keeping; it is said.
    """

    kind = Bucket
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.310(d)(2)(iv)", "164.308(a)(7)(ii)(A)")
    sources = (WebProposal(),)
    remedy = ARCHIVE_OLD

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days after which objects are in an archive at last.", ge=0)] = (
            180
        )

    GOOD = (
        {"lifecycle": (_move(180),)},
        {"lifecycle": (_move(179, prefix="media/"),)},
        *({"lifecycle": (_move(90, storage),)} for storage in sorted(ARCHIVE)),
        {"lifecycle": (_move(abort_days=None), ABORT)},
        {"lifecycle": (_move(transitions=(Transition("STANDARD_IA", 30), Transition("GLACIER", 90))),)},
        {"lifecycle": (_on(2026, 11, 21, 2),)},
        Case({"lifecycle": (_move(181),)}, settings={"days": 181}),
    )
    BAD = (
        {"lifecycle": ()},
        {"lifecycle": (_move(181),)},
        {"lifecycle": (_move(30, "STANDARD_IA"),)},
        {"lifecycle": (_move(enabled=False), ABORT)},
        {"lifecycle": (_move(abort_days=None),)},
        {"lifecycle": (_move(abort_days=None), msgspec.structs.replace(ABORT, enabled=False))},
        {"lifecycle": (ABORT,)},
        {"lifecycle": (_on(2026, 11, 21, 3),)},
        {"lifecycle": (_move(None),)},
    )

    @staticmethod
    def check(bucket: Bucket, settings: Settings, as_of: datetime) -> Iterator[Fail | Note]:
        rules = [rule for rule in bucket.lifecycle if rule.enabled]
        archiving = [rule for rule in rules if any(_archives(move, settings.days, as_of) for move in rule.transitions)]
        if not archiving:
            yield Fail(
                f"no rule that is on moves objects to a Glacier class within {settings.days} days", part="archive"
            )
        elif all(rule.prefix or rule.narrowed for rule in archiving):
            yield Note(f"only {', '.join(rule.scope for rule in archiving)}")
        if not any(rule.abort_days is not None for rule in rules):
            yield Fail("no rule that is on aborts incomplete uploads", part="uploads")


def _archives(move: Transition, days: int, as_of: datetime) -> bool:
    """A date that has come holds for what is written since, too (Amazon S3 User Guide, "Lifecycle configuration")."""
    soon = move.days <= days if move.days is not None else move.date is not None and move.date <= as_of
    return move.storage_class in ARCHIVE and soon
