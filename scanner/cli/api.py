"""The Python API: `from scanner import scan`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.engine.settings import Config

if TYPE_CHECKING:
    from scanner.run import Result


def scan(
    *, session: Any = None, regions: Sequence[str] = (), rules: Sequence[str] = (), packs: Sequence[str] = (),
    config: Config | None = None, as_of: datetime | None = None,
) -> Result:  # fmt: skip
    """Scan the account of a boto3 session and judge it, keeping nothing.

    `regions` are Region codes (by default all enabled ones), `rules` rule ids or aliases, `packs` names of packs
    (by default all rules but the advisory ones). The result has `findings`, `coverage` and `complete`.

    Raises:
        UsageError: a rule, pack or Region does not exist.
        AwsError: AWS cannot be used with these credentials.
    """
    from scanner.aws.sessions import Sessions

    wiring = Wiring(config or Config())
    wanted = Wanted(regions=regions, rules=rules, packs=packs)
    return run_scan(wiring, wanted, Sessions(session), store=None, clock=Clock(as_of))
