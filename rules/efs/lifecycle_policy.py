"""efs_lifecycle_policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._former import former
from scanner.kinds.efs import FileSystem
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


def _as_before(system: FileSystem, _part: str) -> Iterator[Write]:
    policies = list(former(system, "cycle") or ())
    yield Write("efs.PutLifecycleConfiguration", {"FileSystemId": "{id}", "LifecyclePolicies": policies})


class LifecyclePolicy(Rule):
    """File systems move cold files to infrequent access.

    Files that nobody has read for a month cost a tenth in Infrequent Access. It is no matter of safety: the files are
    encrypted and backed up alike.
    """

    kind = FileSystem
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(39), EcsGuide(40))
    remedy = Custodian(
        "efs",
        {"type": "configure-lifecycle-policy", "state": "enable", "rules": [{"TransitionToIA": "AFTER_30_DAYS"}]},
        filters=[{"type": "lifecycle-policy", "state": "absent", "value": "AFTER_30_DAYS"}],
        effect=Effect(
            sets={"infrequent_access": "AFTER_30_DAYS"},
            cost="reading a file from Infrequent Access, about 0.01 USD a GB; keeping it there costs a tenth",
            undo=_as_before,
            terraform={"aws_efs_file_system": {"lifecycle_policy": {"transition_to_ia": "AFTER_30_DAYS"}}},
        ),
    )
    GOOD = ({},)
    BAD = ({"infrequent_access": ""},)

    @staticmethod
    def check(system: FileSystem) -> Iterator[Fail]:
        if not system.infrequent_access:
            yield Fail("no file moves to Infrequent Access")
