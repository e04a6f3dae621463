"""efs_lifecycle_policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.efs import FileSystem
from scanner.model.remedy import Custodian
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    )
    GOOD = ({},)
    BAD = ({"infrequent_access": ""},)

    @staticmethod
    def check(system: FileSystem) -> Iterator[Fail]:
        if not system.infrequent_access:
            yield Fail("no file moves to Infrequent Access")
