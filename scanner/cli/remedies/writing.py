"""By whose credentials a plan is carried out, and how the account is looked at meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from remediation.access import WriteAccess
    from remediation.world import Look, Place
    from scanner.aws.sessions import Sessions, Target
    from scanner.model.kind import Kind
    from scanner.model.resource import Snapshot


@dataclass
class Reader:
    """The scanner's own way into the accounts."""

    sessions: Sessions
    targets: Mapping[str, Target]


def reading(wiring: Wiring) -> Reader:
    """Enter the accounts as a scan does.

    Raises:
        UsageError: an account has no role to assume.
        AwsError: AWS cannot be used with these credentials.
    """
    from scanner.aws.sessions import Sessions

    sessions = Sessions()
    targets = wiring.targets(sessions, sessions.identity())
    return Reader(sessions, {target.account: target for target in targets})


def live_look(wiring: Wiring, reader: Reader) -> Look:
    """Give what collects kinds in places now, as a scan does."""
    from scanner.aws.looking import Looker

    looker = Looker(reader.sessions, reader.targets, wiring.redactor(), wiring.config.aws.threads)

    def look(places: Iterable[Place], kinds: Mapping[str, type[Kind]]) -> Snapshot:
        asked = sorted(places)
        unknown = sorted({account for account, _ in asked} - set(reader.targets))
        if unknown:
            raise UsageError(f"account {unknown[0]} of the plan is not among those that config.toml scans")
        return looker.look(asked, kinds, Clock().now())

    return look


def writers(wiring: Wiring, reader: Reader, accounts: Sequence[str]) -> WriteAccess:
    """Enter the accounts as those who may write.

    Raises:
        AccessError: config.toml names nobody who may, they are the scanner's own credentials, or another account's.
        AwsError: AWS cannot be used with these credentials.
    """
    from remediation.access import enter

    table = wiring.config.remediation
    return enter(reader.sessions, reader.targets, accounts, table)
